package mongo

import (
	"maps"
	"slices"

	"weft/runtime/store"
)

// batchPlan is what one batch adds to a plan, if it can be applied.
type batchPlan struct {
	plan  *plan
	batch int
	known map[docKey]int64
	// pending expectations are not yet verified by an operation.
	pending map[docKey]*resolvedExpect
	touches []step
	steps   []step
}

// revision is the revision of a document after everything planned so far.
func (d *batchPlan) revision(key docKey) (rev int64, ok bool) {
	if rev, ok = d.known[key]; ok {
		return rev, true
	}
	if rev, ok = d.plan.known[key]; ok {
		return rev, true
	}
	rev, ok = d.plan.read[key]
	return rev, ok
}

// guaranteed tells whether the transaction itself verifies the document's
// revision.
func (d *batchPlan) guaranteed(key docKey) bool {
	_, ok := d.plan.known[key]
	return ok
}

func (d *batchPlan) setRevision(key docKey, rev int64) {
	if d.known == nil {
		d.known = map[docKey]int64{}
	}
	d.known[key] = rev
}

func (d *batchPlan) add(b *encodedBatch) error {
	for i := range b.expect {
		e := &b.expect[i]
		key := docKey{e.coll, e.ID}
		if have, ok := d.revision(key); ok && have != e.Rev {
			return e.conflict(have)
		}
		if other := d.pending[key]; other != nil && other.Rev != e.Rev {
			return e.conflict(other.Rev)
		}
		if !d.guaranteed(key) {
			d.pending[key] = e
		}
	}
	for i := range b.ops {
		if err := d.addOp(&b.ops[i]); err != nil {
			return err
		}
	}
	for i := range b.expect { // in order, so that plans are deterministic
		e := &b.expect[i]
		if key := (docKey{e.coll, e.ID}); d.pending[key] == e && e.Rev > 0 {
			d.touches = append(d.touches, step{kind: update, batch: d.batch, expect: e})
		}
	}
	return nil
}

func (d *batchPlan) addOp(op *encodedOp) error {
	key := docKey{op.coll, op.id}
	have, ok := d.revision(key)
	if ok {
		if err := op.refuses(have); err != nil {
			return err
		}
	}
	s := step{kind: kindOf(op), batch: d.batch, op: op, canFail: true}
	if e := d.pending[key]; e != nil && (op.kind == store.Insert && e.Rev == 0 || op.kind != store.Insert && op.oldRev == e.Rev && e.Rev > 0) {
		s.expect = e // the operation itself fails where the expectation does not hold
		delete(d.pending, key)
	}
	if op.kind == store.Delete {
		d.setRevision(key, 0)
	} else {
		d.setRevision(key, op.rev)
	}
	d.steps = append(d.steps, s)
	return nil
}

func kindOf(op *encodedOp) stepKind {
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

// accept adds the batch to its plan.
func (d *batchPlan) accept() {
	p := d.plan
	for key, e := range d.pending {
		if e.Rev == 0 {
			p.absent = append(p.absent, expected{e, d.batch})
			if e.coll.ExpectAbsent {
				p.fences[fenceID(key, p.slot)] = struct{}{}
			}
		}
		p.known[key] = e.Rev
	}
	maps.Copy(p.known, d.known)
	for _, s := range d.touches {
		w := p.stepsOf(s.expect.coll)
		w.steps = append(w.steps, s)
	}
	for _, s := range d.steps {
		w := p.stepsOf(s.op.coll)
		w.steps = append(w.steps, s)
		if !slices.Contains(p.changed, s.op.coll) {
			p.changed = append(p.changed, s.op.coll)
		}
		if s.kind == insert && s.op.coll.ExpectAbsent {
			for slot := range fenceSlots {
				p.fences[fenceID(docKey{s.op.coll, s.op.id}, slot)] = struct{}{}
			}
		}
	}
}
