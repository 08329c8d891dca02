package trigger

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/record/read"
	"weft/schemas"
)

// recordID is the record that the steps are about now.
func (x *execution) recordID() string {
	if f := x.run.each(); f != nil {
		return f.Record
	}
	return x.run.Record
}

// env is what the values of a step are computed from: the record as it is now,
// cut to what the actor may read, as is everything across references.
func (x *execution) env(ctx context.Context, s *model.Step) (*model.ValueEnv, error) {
	docs := x.docReader(ctx)
	env := &model.ValueEnv{
		Get: func(collection, id string) map[string]any {
			return x.readable(collection, docs.get(collection, id))
		},
		Results: x.run.results(), Input: x.run.Input, Lang: x.o.Language(),
		Query: x.o.Effect.queryEnv(x.actor, x.now()),
	}
	if x.run.By != "" {
		env.Query.Me = x.run.By
	}
	if x.run.Record != "" {
		x.ownRecord(env, docs)
	}
	if f := x.run.each(); f != nil && f.Step != s.Key {
		env.Outer = env.Record
		env.Record = x.readable(s.Record.Key, docs.get(s.Record.Key, f.Record))
	}
	return env, docs.err
}

// ownRecord is the record of the run, now and before the event; one that was
// deleted is as it was last.
func (x *execution) ownRecord(env *model.ValueEnv, docs *docReader) {
	own := docs.get(x.run.Entity, x.run.Record)
	if own == nil && x.run.Event == schemas.EventDeleted {
		own = x.run.Old
	}
	if env.Record = x.readable(x.run.Entity, own); env.Record != nil {
		env.Old = x.cut(x.run.Entity, own, x.run.Old)
	}
}

// readable is a record cut to what the actor may read; nil when it may not be seen.
func (x *execution) readable(entity string, doc map[string]any) map[string]any {
	if doc == nil || !x.rights.Can(entity, schemas.OpRead, doc) {
		return nil
	}
	return x.cut(entity, doc, doc)
}

// cut leaves those fields of values that the actor may read on a record.
func (x *execution) cut(entity string, row, values map[string]any) map[string]any {
	mask := x.rights.ReadMask(entity, row)
	if mask.All() {
		return values
	}
	out := make(map[string]any, len(values))
	for key, v := range values {
		if model.IsSystem(key) || mask.Has(key) {
			out[key] = v
		}
	}
	return out
}

// seen refuses a step about a record that is gone, or that the actor may not see:
// without it, values would silently be empty. Waiting and branching need not see it.
func (x *execution) seen(s *model.Step, env *model.ValueEnv) error {
	switch s.Def.Type {
	case schemas.StepWait, schemas.StepBranch, schemas.StepStop:
		return nil
	}
	if s.Record != nil && env.Record == nil && x.recordID() != "" {
		return read.NotFound()
	}
	return nil
}

// wholeEnv is the environment of conditions: what the definition asks is not cut
// to what the actor may read, as it decides the way and shows nothing.
func (x *execution) wholeEnv(ctx context.Context, env *model.ValueEnv) (*model.ValueEnv, error) {
	docs := x.docReader(ctx)
	whole := *env
	whole.Get, whole.Old = docs.get, x.run.Old
	entity := x.run.Entity
	if f := x.run.each(); f != nil {
		entity = x.trigger.ByKey[f.Step].Entity.Key
	}
	if doc := docs.get(entity, x.recordID()); doc != nil {
		whole.Record = doc
	}
	return &whole, docs.err
}
