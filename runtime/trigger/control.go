package trigger

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Retry lets a run that failed or was stopped go on: at the step from, or where it
// ended. It goes on with the definition that is in force. Errors: not_found,
// conflict for a run that has not ended or was undone, invalid for a step that does
// not exist.
func (s *Service) Retry(ctx context.Context, id, from string) error {
	r, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	if r.State != Failed && r.State != Stopped {
		return problem.New(problem.Conflict, "run_state", map[string]any{"state": string(r.State)})
	}
	m := s.o.Current.Model()
	t := m.Triggers[r.Trigger]
	if t == nil {
		return problem.New(problem.Conflict, "no_such_trigger", map[string]any{"trigger": r.Trigger})
	}
	next := r.clone()
	if err := next.rewind(t, from); err != nil {
		return err
	}
	next.State, next.Version, next.Digest = Waiting, m.Version, t.Digest
	next.EndedAt, next.Error, next.Attempts, next.Incident = nil, nil, 0, ""
	if len(next.Steps) == 0 { // it was not let begin
		next.StartedAt = nil
	}
	return s.start(ctx, next)
}

// rewind moves a run back to a step, the one at which it ended when from is "". When
// the definition has changed, the step must be one that stands outside of an each.
func (r *Run) rewind(t *model.Trigger, from string) error {
	if from == "" {
		if r.Digest == t.Digest || r.Step == "" {
			return nil
		}
		from = r.Step
	}
	s := t.ByKey[from]
	if s == nil {
		return problem.Of(problem.Invalid, problem.At("/from", "unknown_step", "step", from))
	}
	position, ok := positionOf(s)
	if !ok {
		return problem.Of(problem.Invalid, problem.At("/from", "step_in_each", "step", from))
	}
	r.Position = position
	return nil
}

// positionOf is where a step stands; false within an each.
func positionOf(s *model.Step) ([]Frame, bool) {
	if s.Parent == nil {
		return []Frame{{Next: s.Index}}, true
	}
	outer, ok := positionOf(s.Parent)
	if s.List == "steps" {
		return nil, false
	}
	return append(outer, Frame{Step: s.Parent.Key, List: s.List, Next: s.Index}), ok
}

// start commits a run with a job of its own.
func (s *Service) start(ctx context.Context, r *Run) error {
	ops, err := startOps([]*Run{r}, s.now())
	if err != nil {
		return err
	}
	return changedMeanwhile(s.commitOps(ctx, ops))
}

func changedMeanwhile(err error) error {
	if err != nil && store.LostRace(err) {
		return problem.New(problem.Conflict, "run_changed", nil)
	}
	return read.StoreProblem(err)
}

// Cancel stops a run that waits or runs. What it has done stays. Errors: not_found,
// conflict for a run that has ended.
func (s *Service) Cancel(ctx context.Context, id string) error {
	for try := 0; ; try++ {
		r, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if r.State.Ended() {
			return problem.New(problem.Conflict, "run_state", map[string]any{"state": string(r.State)})
		}
		at := s.now()
		next := r.clone()
		next.State, next.EndedAt, next.Waits, next.Resume = Stopped, &at, "", nil
		next.Error = failureOf(problem.New(problem.Conflict, "run_cancelled", nil))
		op, err := runs.Put(*next)
		if err != nil {
			return err
		}
		err = s.commitOps(ctx, []store.Op{op})
		if err == nil || !store.LostRace(err) || try == 10 { // it went on meanwhile
			return changedMeanwhile(err)
		}
	}
}
