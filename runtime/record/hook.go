package record

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Hook sees records before they are validated, outside the writer, and may
// change their values: scripts and triggers are hooks.
type Hook interface {
	// Before is called with one record, or with many of an import. It may change
	// After, and refuse a record by Event.Refuse; its problems are answered
	// together with all others. An error ends the whole call; one about many
	// records is asked again for each.
	Before(ctx context.Context, c Call, read Reader, events []*Event) error
}

// SelectiveHook is a Hook that not every entity concerns: others are not copied for it.
type SelectiveHook interface {
	Wants(m *model.Model, entity string) bool
}

// Effect names the jobs that a change causes; they are committed with it.
type Effect interface {
	// Jobs must leave the event as it is.
	Jobs(ctx context.Context, c Call, m *model.Model, ev *Event) ([]store.Op, error)
}

// Reader reads for hooks, under the caller's rights and in stored form. What it
// read is relied on: when it changes before the commit, the change is made again.
type Reader interface {
	// Get reads a record as it will be after the change so far; nil when there
	// is none, or none that the caller may see.
	Get(ctx context.Context, entity, id string) (map[string]any, error)
	// Find reads at most limit stored records that match a filter of the query
	// language, in the order of their ids.
	Find(ctx context.Context, entity string, where json.RawMessage, limit int) ([]map[string]any, error)
}

// Event is the change of one record, in stored form. Hooks get copies.
type Event struct {
	Op            string // create, update, delete, restore
	Entity        string
	ID            string
	Before, After map[string]any
	At            time.Time
	// Changed and Moves are known to effects: the changed fields, and the moves to
	// other stages.
	Changed []*model.Field
	Moves   []StageMove
	// MergedInto is the record that is kept, where a deletion is a merge.
	MergedInto string
	// Silent changes follow new definitions or another calendar: nobody made them, but
	// times of the record may be others now.
	Silent bool

	refused []*problem.Error
}

// StageMove is a move of the stage machine of Field; From is "" for a new record.
type StageMove struct{ Field, From, To, Reason string }

// Refuse adds a problem that stops the change.
func (ev *Event) Refuse(p *problem.Error) { ev.refused = append(ev.refused, p) }

// hookTarget is a record that hooks are called with, and its changeset.
type hookTarget struct {
	cs *changeset
	ch *change
}

func (cs *changeset) runHooks(ctx context.Context, ch *change) error {
	return runHooks(ctx, &cs.snapshot, []hookTarget{{cs, ch}})
}

// runHooks lets the hooks see and change records that the caller writes. What
// they changed is checked like any value.
func runHooks(ctx context.Context, sn *snapshot, targets []hookTarget) error {
	hooks := sn.wanted(targets)
	if len(hooks) == 0 {
		return nil
	}
	events := make([]*Event, len(targets))
	for i, t := range targets {
		events[i] = &Event{
			Op: t.ch.op, Entity: t.ch.entity.Key, ID: t.ch.id, At: sn.at,
			Before: deepCopy(t.ch.before), After: deepCopy(t.ch.after),
		}
	}
	for _, h := range hooks {
		if err := h.Before(ctx, sn.call, hookReader{sn}, events); err != nil {
			p := problem.As(err)
			if p == nil || len(events) > 1 {
				return err
			}
			events[0].Refuse(p)
		}
	}
	for i, t := range targets {
		t.cs.takeEvent(t.ch, events[i])
	}
	return nil
}

// wanted lists the hooks that some target concerns.
func (sn *snapshot) wanted(targets []hookTarget) []Hook {
	var hooks []Hook
	for _, h := range sn.s.hooks {
		selective, ok := h.(SelectiveHook)
		if !ok && len(targets) > 0 || slices.ContainsFunc(targets, func(t hookTarget) bool { return ok && selective.Wants(sn.model, t.ch.entity.Key) }) {
			hooks = append(hooks, h)
		}
	}
	return hooks
}

// takeEvent takes over what hooks changed, and their problems.
func (cs *changeset) takeEvent(ch *change, ev *Event) {
	for _, p := range ev.refused {
		if p.Code != problem.Invalid || len(p.Fields) == 0 {
			cs.refuse(p)
			continue
		}
		for _, f := range p.Fields {
			f.Path = ch.path + f.Path
			cs.problems = append(cs.problems, f)
		}
	}
	if ch.op == opDelete {
		return
	}
	for key, v := range ev.After {
		if v = storedForm(v); !sameValue(ch.after[key], v) {
			cs.setHookValue(ch, key, v)
		}
	}
	for key := range ch.after {
		f := ch.entity.ByKey[key]
		if _, kept := ev.After[key]; !kept && f != nil && !f.Computed {
			delete(ch.after, key)
		}
	}
}

// setHookValue checks a value that a hook wrote in stored form.
func (in *input) setHookValue(ch *change, key string, v any) {
	f := ch.entity.ByKey[key]
	switch {
	case model.IsSystem(key):
		in.problem(ch.path+problem.Pointer(key), "read_only")
	case f == nil || f.Computed || f.Def.FieldType == schemas.TypeChildRows:
		in.problem(ch.path+problem.Pointer(key), "hook_unknown_field", "field", key)
	case v == nil:
		delete(ch.after, key)
	default:
		in.setValue(ch, f, f.Type.Wire(f, v))
	}
}

// deepCopy copies a document in stored form with all that it holds.
func deepCopy(doc map[string]any) map[string]any {
	if doc == nil {
		return nil
	}
	out := make(map[string]any, len(doc))
	for k, v := range doc {
		out[k] = deepCopyValue(v)
	}
	return out
}

func deepCopyValue(v any) any {
	switch x := v.(type) {
	case map[string]any:
		return deepCopy(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = deepCopyValue(x[i])
		}
		return out
	}
	return v
}

// hookReader reads through the snapshot of a changeset.
type hookReader struct{ sn *snapshot }

func (r hookReader) Get(ctx context.Context, entity, id string) (map[string]any, error) {
	e, ok := r.sn.model.Entity(entity)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
	}
	doc, err := r.sn.find(ctx, entity, id, true)
	if err != nil {
		return nil, err
	}
	return r.readable(ctx, e, doc)
}

func (r hookReader) Find(ctx context.Context, entity string, where json.RawMessage, limit int) ([]map[string]any, error) {
	e, ok := r.sn.model.Entity(entity)
	if !ok {
		return nil, problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
	}
	x, err := r.sn.readableWhere(e, where)
	if err != nil {
		return nil, err
	}
	docs, err := r.sn.s.store.Find(ctx, entity, store.Find{Where: x, Limit: limit})
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	list := make([]map[string]any, 0, len(docs))
	for _, d := range docs {
		k := docKey{entity, d.ID}
		if r.sn.cached[k] == nil {
			r.sn.cache(k, d)
		}
		doc, err := r.sn.find(ctx, entity, d.ID, true)
		if err == nil {
			doc, err = r.readable(ctx, e, doc)
		}
		if err != nil {
			return nil, err
		}
		if doc != nil {
			list = append(list, doc)
		}
	}
	return list, nil
}

// readable is a copy of a record with the fields that the caller may read.
func (r hookReader) readable(ctx context.Context, e *model.Entity, doc map[string]any) (map[string]any, error) {
	if seen, err := r.sn.mayRead(ctx, e, doc); err != nil || !seen {
		return nil, err
	}
	doc = deepCopy(doc)
	mask := r.sn.rights.ReadMask(e.Key, doc)
	for key := range doc {
		if !model.IsSystem(key) && !mask.Has(key) {
			delete(doc, key)
		}
	}
	return doc, nil
}

// readableWhere is a filter of the query language, cut to the rows that the
// caller may read.
func (cc *callContext) readableWhere(e *model.Entity, raw json.RawMessage) (query.Expr, error) {
	if !cc.rights.Allowed(e.Key, schemas.OpRead) {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	filter, ps := query.Parse(raw, read.RestrictEntity(cc.rights, e), "/where")
	if len(ps) > 0 {
		return nil, problem.Of(problem.Invalid, ps...)
	}
	where, ps := filter.Bind(cc.env(), e, cc.rights)
	if len(ps) > 0 {
		return nil, problem.Of(problem.Invalid, ps...)
	}
	return query.And(where, cc.rights.Scope(e.Key, schemas.OpRead)), nil
}
