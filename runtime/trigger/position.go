package trigger

import (
	"slices"

	"weft/runtime/model"
)

// present is the step that comes next; nil when the innermost list is at its end.
func (r *Run) present(t *model.Trigger) *model.Step {
	if len(r.Position) == 0 {
		return nil
	}
	f := r.frame()
	list := t.StepList(f.Step, f.List)
	if f.Next >= len(list) {
		return nil
	}
	return list[f.Next]
}

func (r *Run) frame() *Frame { return &r.Position[len(r.Position)-1] }

// each is the frame of the each that the run is in, nil for none.
func (r *Run) each() *Frame {
	for i := range r.Position {
		if f := &r.Position[i]; f.Loop != nil {
			return f
		}
	}
	return nil
}

// advance moves past the present step, and out of branches that are at their end.
func (r *Run) advance(t *model.Trigger) {
	r.frame().pass()
	r.leaveBranches(t)
}

func (f *Frame) pass() {
	f.Next++
	f.Batch = nil
}

func (r *Run) leaveBranches(t *model.Trigger) {
	for len(r.Position) > 1 && r.present(t) == nil && r.frame().Loop == nil {
		r.leave()
	}
}

// leave goes back to the list that holds the innermost one, past the step that it is of.
func (r *Run) leave() {
	r.Position = r.Position[:len(r.Position)-1]
	r.frame().pass()
}

// atEnd tells whether no step follows.
func (r *Run) atEnd(t *model.Trigger) bool { return len(r.Position) == 1 && r.present(t) == nil }

// clone copies a run with what its progress changes, so that a commit that fails
// leaves it as it was.
func (r *Run) clone() *Run {
	c := *r
	c.Steps, c.Position = slices.Clone(r.Steps), slices.Clone(r.Position)
	for i := range c.Position {
		c.Position[i].Loop, c.Position[i].Batch = r.Position[i].Loop.clone(), r.Position[i].Batch.clone()
	}
	return &c
}

func (l *Loop) clone() *Loop {
	if l == nil {
		return nil
	}
	c := *l
	return &c
}
