package mongo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

const (
	// fenceSlots is the number of counters that stand for an absent document:
	// so many processes can rely on its absence without a write conflict.
	fenceSlots = 4
	// fenceMask bounds the number of documents in weft_fence, divided by
	// fenceSlots.
	fenceMask = 1<<12 - 1
)

// docKey identifies a document.
type docKey struct {
	coll *collection
	id   string
}

// plan is what a transaction does for a group of batches: expectations first,
// then operations, in order within each collection.
type plan struct {
	// refused are the errors of batches that cannot be applied after those
	// before them in the group; they are valid only if the transaction is
	// committed.
	refused []error
	// known are the revisions, within the transaction, of documents that it has
	// read or written; 0 says that there is none.
	known map[docKey]int64
	// read are revisions read before; they are used only to find what is
	// refused.
	read map[docKey]int64
	// absent are expectations that a document does not exist.
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

// collectionSteps are the steps of one collection.
type collectionSteps struct {
	coll  *collection
	steps []step
}

// stepKind sorts the steps of a collection in which the order does not matter.
type stepKind int

const (
	deleteAny stepKind = iota // also if it does not exist
	deleteOne
	update // a replacement, or the touch of a document that a batch expects
	insert
)

type step struct {
	kind  stepKind
	batch int
	// op is nil for a touch.
	op *encodedOp
	// expect is the expectation of a touch, or the one that an operation
	// verifies.
	expect *resolvedExpect
	// canFail: an injected fault may make the step fail.
	canFail bool
}

// newPlan plans a group; read are revisions known from reading, if any.
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

// groupByKind sorts steps by kind, so that each kind is one command, where the
// result is the same in any order: each document once and no unique keys.
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

// fenceID is the id of one of the counters that stand for a document.
func fenceID(key docKey, slot int) string {
	h := fnv.New32a()
	fmt.Fprint(h, key.coll.Name, "/", key.id)
	return fmt.Sprintf("%03x-%d", h.Sum32()&fenceMask, slot)
}

func randomSlot() int { return rand.IntN(fenceSlots) }
