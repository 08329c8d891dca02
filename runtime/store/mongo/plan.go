package mongo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"weft/runtime/store"
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
	absent []expected
	fences map[string]struct{}
	works  []*work
	// changed are the collections whose documents change.
	changed []*collection
	slot    int
}

// expected is an expectation of one batch of the group.
type expected struct {
	*readyExpect
	batch int
}

// work is what is done to one collection.
type work struct {
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
	op *readyOp
	// expect is the expectation of a touch, or the one that an insert stands for.
	expect *readyExpect
	// asked: a test may make the step fail.
	asked bool
}

// newPlan plans a group; read may hold what is known from reading.
func newPlan(group []*request, read map[docKey]int64, slot int) *plan {
	p := &plan{refused: make([]error, len(group)), known: map[docKey]int64{}, read: read, fences: map[string]struct{}{}, slot: slot}
	for i, r := range group {
		d := draft{plan: p, batch: i, pending: map[docKey]*readyExpect{}}
		if p.refused[i] = d.add(r.batch); p.refused[i] == nil {
			d.accept()
		}
	}
	for _, w := range p.works {
		w.arrange()
	}
	return p
}

// draft is what one batch adds to a plan, if it can be applied.
type draft struct {
	plan  *plan
	batch int
	known map[docKey]int64
	// pending expectations are not yet sure by an operation.
	pending map[docKey]*readyExpect
	touches []step
	steps   []step
}

// have gives the revision of a document after what was planned so far.
func (d *draft) have(key docKey) (rev int64, ok bool) {
	if rev, ok = d.known[key]; ok {
		return rev, true
	}
	if rev, ok = d.plan.known[key]; ok {
		return rev, true
	}
	rev, ok = d.plan.read[key]
	return rev, ok
}

// planned tells whether the transaction itself makes sure of the document's revision.
func (d *draft) planned(key docKey) bool {
	_, ok := d.plan.known[key]
	return ok
}

func (d *draft) learn(key docKey, rev int64) {
	if d.known == nil {
		d.known = map[docKey]int64{}
	}
	d.known[key] = rev
}

func (d *draft) add(b *readyBatch) error {
	for i := range b.expect {
		e := &b.expect[i]
		key := docKey{e.coll, e.ID}
		if have, ok := d.have(key); ok && have != e.Rev {
			return e.conflict(have)
		}
		if other := d.pending[key]; other != nil && other.Rev != e.Rev {
			return e.conflict(other.Rev)
		}
		if !d.planned(key) {
			d.pending[key] = e
		}
	}
	for i := range b.ops {
		if err := d.operation(&b.ops[i]); err != nil {
			return err
		}
	}
	for i := range b.expect { // in order, so that plans are alike
		e := &b.expect[i]
		if key := (docKey{e.coll, e.ID}); d.pending[key] == e && e.Rev > 0 {
			d.touches = append(d.touches, step{kind: update, batch: d.batch, expect: e})
		}
	}
	return nil
}

func (d *draft) operation(op *readyOp) error {
	key := docKey{op.coll, op.id}
	have, ok := d.have(key)
	if ok {
		if err := op.refuses(have); err != nil {
			return err
		}
	}
	s := step{kind: kindOf(op), batch: d.batch, op: op, asked: true}
	if e := d.pending[key]; e != nil && (op.kind == store.Insert && e.Rev == 0 || op.kind != store.Insert && op.oldRev == e.Rev && e.Rev > 0) {
		s.expect = e // the operation itself fails where the expectation does not hold
		delete(d.pending, key)
	}
	if op.kind == store.Delete {
		d.learn(key, 0)
	} else {
		d.learn(key, op.rev)
	}
	d.steps = append(d.steps, s)
	return nil
}

func kindOf(op *readyOp) stepKind {
	switch {
	case op.kind == store.Insert:
		return insert
	case op.kind == store.Replace:
		return update
	case op.oldRev == 0:
		return deleteAny
	}
	return deleteOne
}

// accept takes a draft into its plan.
func (d *draft) accept() {
	p := d.plan
	for key, e := range d.pending {
		if e.Rev == 0 {
			p.absent = append(p.absent, expected{e, d.batch})
			if e.coll.Fences {
				p.fences[fenceID(key, p.slot)] = struct{}{}
			}
		}
		p.known[key] = e.Rev
	}
	for key, rev := range d.known {
		p.known[key] = rev
	}
	for _, s := range d.touches {
		w := p.work(s.expect.coll)
		w.steps = append(w.steps, s)
	}
	for _, s := range d.steps {
		w := p.work(s.op.coll)
		w.steps = append(w.steps, s)
		if !slices.Contains(p.changed, s.op.coll) {
			p.changed = append(p.changed, s.op.coll)
		}
		if s.kind == insert && s.op.coll.Fences {
			for slot := range fenceSlots {
				p.fences[fenceID(docKey{s.op.coll, s.op.id}, slot)] = struct{}{}
			}
		}
	}
}

func (p *plan) work(k *collection) *work {
	for _, w := range p.works {
		if w.coll == k {
			return w
		}
	}
	w := &work{coll: k}
	p.works = append(p.works, w)
	return w
}

// empty tells whether every batch of the group is refused.
func (p *plan) empty() bool { return len(p.works) == 0 && len(p.absent) == 0 }

// arrange brings steps of a kind together, so that they are one command, where
// the outcome is the same in any order: each document once and no unique keys.
func (w *work) arrange() {
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
