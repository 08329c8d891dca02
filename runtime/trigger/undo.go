package trigger

import (
	"context"
	"maps"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
)

// UndoAnswer is what the undo of a run has done.
type UndoAnswer struct {
	// Reverted counts the records that are as they were before the run.
	Reverted  int        `json:"reverted"`
	Conflicts []Conflict `json:"conflicts"`
}

// Conflict is a change of a run that stays, since somebody has worked on it since, or
// since the rules do not allow to take it back.
type Conflict struct {
	Entity string `json:"entity"`
	ID     string `json:"id"`
	// Field and Path name what was changed again; both are "" for the record as such.
	Field string `json:"field,omitempty"`
	Path  string `json:"path,omitempty"`
	// Now is the present value in wire form.
	Now    any    `json:"now,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// undoSize is how many records one commit of an undo reverts.
const undoSize = 100

// Undo takes back what a run itself has changed: values that nobody changed since,
// records that it made and nobody touched, records that it deleted. It starts no
// triggers. A run that has not ended is cancelled first. With dryRun it only tells.
// Errors: not_found, conflict for a run that was undone.
func (s *Service) Undo(ctx context.Context, a *access.Actor, lang, id string, dryRun bool) (*UndoAnswer, error) {
	r, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State == Undone {
		return nil, problem.New(problem.Conflict, "run_state", map[string]any{"state": string(r.State)})
	}
	if !r.State.Ended() && !dryRun {
		if err := s.Cancel(ctx, id); err != nil && problem.CodeOf(err) != problem.Conflict {
			return nil, err
		}
	}
	u := &undoing{Service: s, call: record.Call{Actor: a, Source: record.SourceUndo, Cause: id, Lang: lang}, run: id, dryRun: dryRun,
		answer: &UndoAnswer{Conflicts: []Conflict{}}, model: s.o.Current.Model()}
	if err := u.all(ctx); err != nil {
		return nil, err
	}
	if !dryRun {
		err = s.markUndone(ctx, id)
	}
	return u.answer, err
}

func (s *Service) markUndone(ctx context.Context, id string) error {
	r, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	r.State = Undone
	return changedMeanwhile(runs.Save(ctx, s.o.Store, &r))
}

// undoing is one undo under way.
type undoing struct {
	*Service
	call   record.Call
	run    string
	dryRun bool
	model  *model.Model
	answer *UndoAnswer
}

// all reverts record by record, the latest change first.
func (u *undoing) all(ctx context.Context) error {
	order, changes, err := u.changes(ctx)
	if err != nil {
		return err
	}
	var batch []record.Operation
	for _, id := range order {
		rev, err := u.reversal(ctx, changes[id])
		if err != nil {
			return err
		}
		u.answer.Conflicts = append(u.answer.Conflicts, rev.conflicts...)
		if rev.operation.Op != "" {
			batch = append(batch, rev.operation)
		}
		if len(batch) == undoSize {
			if err := u.apply(ctx, batch); err != nil {
				return err
			}
			batch = nil
		}
	}
	return u.apply(ctx, batch)
}

// apply reverts a batch in one commit; when a record is refused each has its own.
func (u *undoing) apply(ctx context.Context, batch []record.Operation) error {
	if len(batch) == 0 {
		return nil
	}
	var err error
	if u.dryRun {
		_, err = u.o.Records.Preview(ctx, u.call, nil, batch)
	} else {
		_, err = u.o.Records.Apply(ctx, u.call, batch)
	}
	switch {
	case err == nil:
		u.answer.Reverted += len(batch)
		return nil
	case transient(err):
		return err
	case len(batch) > 1:
		for _, op := range batch {
			if err := u.apply(ctx, []record.Operation{op}); err != nil {
				return err
			}
		}
		return nil
	}
	if rest, stages := u.withoutStages(batch[0], err); rest != nil {
		u.answer.Conflicts = append(u.answer.Conflicts, stages...)
		return u.apply(ctx, []record.Operation{*rest})
	}
	u.answer.Conflicts = append(u.answer.Conflicts, refusedReversal(batch[0], err)...)
	return nil
}

// withoutStages is a reversal that leaves the stage alone, when no move leads back and
// there is something else to revert; nil otherwise.
func (u *undoing) withoutStages(op record.Operation, err error) (*record.Operation, []Conflict) {
	code := problem.CodeOf(err)
	if op.Op != "update" || code != problem.Transition && code != problem.Guard {
		return nil, nil
	}
	rest := op
	rest.Values = maps.Clone(op.Values)
	var conflicts []Conflict
	for _, m := range u.model.Entities[op.Entity].Machines {
		if _, moved := rest.Values[m.Field.Key]; moved {
			delete(rest.Values, m.Field.Key)
			conflicts = append(conflicts, Conflict{Entity: op.Entity, ID: op.ID, Field: m.Field.Key, Path: problem.Pointer(m.Field.Key), Reason: string(code)})
		}
	}
	if len(conflicts) == 0 || len(rest.Values) == 0 {
		return nil, nil
	}
	return &rest, conflicts
}

// refusedReversal are the conflicts of a record whose rules do not allow its reversal.
func refusedReversal(op record.Operation, err error) []Conflict {
	p := problem.As(err)
	if p == nil || len(p.Fields) == 0 {
		return []Conflict{{Entity: op.Entity, ID: op.ID, Reason: string(problem.CodeOf(err))}}
	}
	var list []Conflict
	for _, f := range p.Fields {
		path := trimIndex(f.Path)
		list = append(list, Conflict{Entity: op.Entity, ID: op.ID, Field: firstPart(path), Path: path, Reason: string(p.Code)})
	}
	return list
}

// trimIndex takes the number of the operation off a path.
func trimIndex(path string) string {
	if len(path) > 1 && path[0] == '/' && path[1] == '0' {
		return path[2:]
	}
	return path
}

func firstPart(path string) string {
	if path == "" {
		return ""
	}
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			return path[1:i]
		}
	}
	return path[1:]
}
