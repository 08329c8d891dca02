package mongo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

const (
	// fenceSlots is how many counters stand for a document that is not there: so
	// many processes can rely on its absence without meeting each other.
	fenceSlots = 4
	// fenceMask bounds how many documents of weft_fence there are, times fenceSlots.
	fenceMask = 1<<12 - 1
)

// docKey names a document.
type docKey struct {
	coll *collection
	id   string
}

// plan is what a transaction does for a group of batches: expectations first,
// then operations, in order within each collection.
type plan struct {
	// refused holds the batches that cannot be applied after those before them
	// in the group; the answer holds only if the transaction is committed.
	refused []error
	// known are the revisions, within the transaction, of documents that it
	// has looked at or written; 0 says that there is none.
	known map[docKey]int64
	// read are revisions read before; they only tell what is refused.
	read map[docKey]int64
	// absent are looked for, and must not be found.
	absent      []expected
	fences      map[string]struct{}
	collections []*collectionSteps
	// changed are the collections whose documents change.
	changed []*collection
	slot    int
}

// expected is an expectation of one batch of the group.
type expected struct {
	*resolvedExpect
	batch int
}

// collectionSteps is what is done to one collection.
type collectionSteps struct {
	coll  *collection
	steps []step
}

// stepKind orders the steps of a collection in which order does not matter.
type stepKind int

const (
	deleteAny stepKind = iota // there or not
	deleteOne
	update // a replacement, or the touch of a document that is relied on
	insert
)

type step struct {
	kind  stepKind
	batch int
	// op is nil for a touch.
	op *encodedOp
	// expect is the expectation of a touch, or the one that an insert stands for.
	expect *resolvedExpect
	// asked: a test may make the step fail.
	canFail bool
}

// newPlan plans a group; read may hold what is known from reading.
func newPlan(group []*request, read map[docKey]int64, slot int) *plan {
	p := &plan{refused: make([]error, len(group)), known: map[docKey]int64{}, read: read, fences: map[string]struct{}{}, slot: slot}
	for i, r := range group {
		d := batchPlan{plan: p, batch: i, pending: map[docKey]*resolvedExpect{}}
		if p.refused[i] = d.add(r.batch); p.refused[i] == nil {
			d.accept()
		}
	}
	for _, w := range p.collections {
		w.groupByKind()
	}
	return p
}

func (p *plan) stepsOf(k *collection) *collectionSteps {
	for _, w := range p.collections {
		if w.coll == k {
			return w
		}
	}
	w := &collectionSteps{coll: k}
	p.collections = append(p.collections, w)
	return w
}

// empty tells whether every batch of the group is refused.
func (p *plan) empty() bool { return len(p.collections) == 0 && len(p.absent) == 0 }

// groupByKind brings steps of a kind together, so that they are one command, where
// the outcome is the same in any order: each document once and no unique keys.
func (w *collectionSteps) groupByKind() {
	if slices.ContainsFunc(w.coll.indexes, func(i index) bool { return i.Unique }) {
		return
	}
	seen := make(map[string]struct{}, len(w.steps))
	for i := range w.steps {
		id := w.steps[i].id()
		if _, twice := seen[id]; twice {
			return
		}
		seen[id] = struct{}{}
	}
	slices.SortStableFunc(w.steps, func(a, b step) int { return int(a.kind - b.kind) })
}

func (s *step) id() string {
	if s.op != nil {
		return s.op.id
	}
	return s.expect.ID
}

// fenceID names one of the counters that stand for a document.
func fenceID(key docKey, slot int) string {
	h := fnv.New32a()
	fmt.Fprint(h, key.coll.Name, "/", key.id)
	return fmt.Sprintf("%03x-%d", h.Sum32()&fenceMask, slot)
}

func randomSlot() int { return rand.IntN(fenceSlots) }
