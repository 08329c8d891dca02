package trigger

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
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

// pastChange is a row of history.
type pastChange struct {
	Entity string `json:"entity"`
	Record string `json:"record"`
	N      int64  `json:"n"`
	Op     string `json:"op"`
	At     string `json:"at"`
	By     string `json:"by"`
	Source string `json:"source"`
	Cause  string `json:"cause"`
	Import string `json:"import"`
	// Historical says that an import brought the record with a past of its own.
	Historical bool            `json:"historical"`
	Changes    map[string]past `json:"changes"`
}

type past struct {
	From any `json:"from"`
	To   any `json:"to"`
}

// reversal is what takes the changes of one record back.
type reversal struct {
	operation record.Operation
	conflicts []Conflict
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

// changes are the rows of history that the run has caused by itself, by record, the
// record that was changed last first.
func (u *undoing) changes(ctx context.Context) (order []string, by map[string][]pastChange, err error) {
	by = map[string][]pastChange{}
	where := query.Cmp{Path: query.Path{Field: "cause", Kind: query.Key}, Op: query.Eq, Value: u.run}
	for d, err := range store.Each(ctx, u.o.Store, record.HistoryCollection, store.Find{Where: where, Limit: pageSize}) {
		if err != nil {
			return nil, nil, read.StoreProblem(err)
		}
		var p pastChange
		if err := json.Unmarshal(d.Body, &p); err != nil {
			return nil, nil, err
		}
		if p.Source == string(record.SourceUndo) {
			continue
		}
		if by[p.Record] == nil {
			order = append(order, p.Record)
		}
		by[p.Record] = append(by[p.Record], p)
	}
	slices.Reverse(order)
	return order, by, nil
}

// reversal decides about one record; list are its changes in the order of revisions.
func (u *undoing) reversal(ctx context.Context, list []pastChange) (reversal, error) {
	first, last := list[0], list[len(list)-1]
	e := u.model.Entities[first.Entity]
	if e == nil {
		return reversal{conflicts: []Conflict{{Entity: first.Entity, ID: first.Record, Reason: "no_such_entity"}}}, nil
	}
	doc, err := readDoc(ctx, u.o.Store, e.Key, first.Record)
	switch {
	case err != nil:
		return reversal{}, err
	case first.Op == "create":
		return u.unmake(e, doc, last), nil
	case last.Op == "delete" && doc == nil:
		return reversal{operation: record.Operation{Op: "restore", Entity: e.Key, ID: first.Record}}, nil
	case doc == nil:
		return reversal{conflicts: []Conflict{{Entity: e.Key, ID: first.Record, Reason: "deleted"}}}, nil
	}
	return u.unchange(e, doc, list), nil
}

// unmake deletes a record that the run made, unless somebody worked on it since.
func (u *undoing) unmake(e *model.Entity, doc map[string]any, last pastChange) reversal {
	if doc == nil {
		return reversal{}
	}
	if rev, _ := doc["rev"].(float64); int64(rev) != last.N {
		return reversal{conflicts: []Conflict{{Entity: e.Key, ID: last.Record, Reason: "changed"}}}
	}
	return reversal{operation: record.Operation{Op: "delete", Entity: e.Key, ID: last.Record, IfMatch: last.N}}
}

// unchange gives the fields their values before the run, where they still have
// those of the run.
func (u *undoing) unchange(e *model.Entity, doc map[string]any, list []pastChange) reversal {
	from, to := map[string]any{}, map[string]any{}
	for _, p := range list {
		for key, c := range p.Changes {
			if _, known := from[key]; !known {
				from[key] = c.From
			}
			to[key] = c.To
		}
	}
	r := reversal{}
	values := map[string]any{}
	for key, before := range from {
		f := e.ByKey[key]
		if f == nil || f.Computed || f.IsChildRows() {
			continue // computed values follow, child rows have rows of their own
		}
		written, now := read.ParseHistoryValue(f, to[key]), doc[key]
		if canonical(written) != canonical(now) {
			r.conflicts = append(r.conflicts, Conflict{Entity: e.Key, ID: list[0].Record, Field: key, Path: problem.Pointer(key), Now: wireOf(f, now), Reason: "changed"})
			continue
		}
		values[key] = wireOf(f, read.ParseHistoryValue(f, before))
	}
	if len(values) > 0 {
		rev, _ := doc["rev"].(float64)
		r.operation = record.Operation{Op: "update", Entity: e.Key, ID: list[0].Record, IfMatch: int64(rev), Values: values}
	}
	return r
}

// canonical is a value as a text, to compare it.
func canonical(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func wireOf(f *model.Field, stored any) any {
	if stored == nil {
		return nil
	}
	return f.Type.Wire(f, stored)
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
