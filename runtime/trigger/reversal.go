package trigger

import (
	"context"
	"encoding/json"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

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
