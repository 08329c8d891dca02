package trigger

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
)

// pastWorld changes records in memory only: values, formulas and what moves set. It
// asks no guards, unique keys or row scopes, which are those of today.
type pastWorld struct {
	*replay
	dry *dry
	at  time.Time
}

// apply makes the events that operations would have been.
func (w *pastWorld) apply(_ context.Context, _ *access.Actor, ops []record.Operation) ([]record.Event, error) {
	var events []record.Event
	for _, op := range ops {
		ev, err := w.operation(op)
		if err != nil {
			return nil, err
		}
		if ev.Op == "update" && len(ev.Changed) == 0 {
			continue
		}
		events = append(events, *ev)
		w.dry.docs[[2]string{ev.Entity, ev.ID}] = ev.After
	}
	return events, w.docs.err
}

func (w *pastWorld) get(collection, id string) map[string]any {
	if doc, ok := w.dry.docs[[2]string{collection, id}]; ok {
		return doc
	}
	return w.docs.get(collection, id)
}

func (w *pastWorld) operation(op record.Operation) (*record.Event, error) {
	e := w.rights.Model.Entities[op.Entity]
	ev := &record.Event{Op: op.Op, Entity: op.Entity, ID: op.ID, At: w.at}
	if op.Op == "create" {
		ev.After = w.fresh(e, op)
	} else if ev.Before = w.get(op.Entity, op.ID); ev.Before == nil {
		return nil, read.NotFound()
	} else {
		ev.After = maps.Clone(ev.Before)
	}
	if op.Op == "delete" {
		ev.After = nil
		return ev, nil
	}
	values := op.Values
	if op.Op == "transition" {
		ev.Op = "update"
		var err error
		if values, err = w.transition(e, ev.Before, op); err != nil {
			return nil, err
		}
	}
	if err := w.set(e, ev, values); err != nil {
		return nil, err
	}
	e.ComputeFormulas(ev.After, w.get, w.at.In(w.o.Effect.zone()))
	for _, f := range e.Fields {
		if !f.UsesClock && canonical(ev.Before[f.Key]) != canonical(ev.After[f.Key]) {
			ev.Changed = append(ev.Changed, f)
		}
	}
	return ev, nil
}

// fresh is a new record with what weft gives it: the first stages and defaults.
func (w *pastWorld) fresh(e *model.Entity, op record.Operation) map[string]any {
	doc := map[string]any{"id": op.ID, "created_at": query.FormatInstant(w.at)}
	env := query.Env{Now: w.at, Zone: w.o.Effect.zone(), Me: w.rights.Actor.UserID}
	for _, f := range e.Fields {
		if f.Default != nil {
			setOrDelete(doc, f.Key, plainJSON(f.Default.Value(env)))
		}
	}
	for _, m := range e.Machines {
		doc[m.Field.Key] = m.Def.Initial
	}
	return doc
}

func (w *pastWorld) set(e *model.Entity, ev *record.Event, values map[string]any) error {
	var problems []problem.Field
	for key, wire := range values {
		f := e.ByKey[key]
		if f == nil || f.IsChildRows() {
			continue
		}
		if wire == nil {
			delete(ev.After, key)
			continue
		}
		stored, ps := f.FromWire(wire)
		for _, p := range ps {
			p.Path = problem.Pointer(key) + p.Path
			problems = append(problems, p)
		}
		setOrDelete(ev.After, key, plainJSON(stored))
	}
	if len(problems) > 0 {
		return problem.Of(problem.Invalid, problems...)
	}
	return nil
}

// plainJSON is a stored value as it is read back.
func plainJSON(v any) any {
	switch v.(type) {
	case nil, string, bool, float64:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		return v
	}
	var out any
	if json.Unmarshal(b, &out) != nil {
		return v
	}
	return out
}

// transition gives the values of a move with what the transition sets.
func (w *pastWorld) transition(e *model.Entity, before map[string]any, op record.Operation) (map[string]any, error) {
	values := maps.Clone(op.Values)
	if values == nil {
		values = map[string]any{}
	}
	for _, m := range e.MachinesWith(op.To) {
		from, _ := before[m.Field.Key].(string)
		t := m.Transition(from, op.To)
		if t == nil {
			continue
		}
		values[m.Field.Key] = op.To
		for _, a := range t.Set {
			if _, given := values[a.Field.Key]; given {
				continue
			}
			values[a.Field.Key] = nil
			if a.Preset != nil {
				values[a.Field.Key] = wireOf(a.Field, a.Preset.Value(query.Env{Now: w.at, Zone: w.o.Effect.zone(), Me: w.rights.Actor.UserID}))
			}
		}
		if r := t.Def.Reason; r != nil && r.Field != "" && op.Comment != "" {
			values[r.Field] = op.Comment
		}
		return values, nil
	}
	return nil, problem.New(problem.Transition, "no_such_move", map[string]any{"from": "", "to": op.To})
}
