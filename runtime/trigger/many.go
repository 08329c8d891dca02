package trigger

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// batchSize is how many records one commit of an update or delete writes.
const batchSize = 100

var idPath = query.Path{Field: "id", Kind: query.Key}

// many updates or deletes records, batch by batch: those that match a filter, those
// that are named, or the record of the run.
func (x *execution) many(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if s.Where == nil && s.IDs == nil {
		return x.own(s, env)
	}
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	loop := &Loop{}
	if b := x.run.frame().Batch; b != nil {
		*loop = *b
	}
	ids, more, err := x.found(ctx, s, env, loop)
	if err != nil {
		return nil, err
	}
	o := &outcome{input: map[string]any{"entity": s.Entity.Key, "values": values}}
	for _, id := range ids {
		o.changes = append(o.changes, record.Operation{Op: string(s.Def.Type), Entity: s.Entity.Key, ID: id, Values: values})
		loop.After = id
		loop.Count++
	}
	o.progress = loop
	if more {
		o.batch = loop
		return o, nil
	}
	o.result = loop.result()
	return o, nil
}

func (l *Loop) result() map[string]any {
	r := map[string]any{"records": l.Count}
	if l.Failures > 0 {
		r["failures"] = l.Failures
	}
	return r
}

// own is an update or delete of the record of the run.
func (x *execution) own(s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	return &outcome{
		changes: []record.Operation{{Op: string(s.Def.Type), Entity: s.Record.Key, ID: x.recordID(), Values: values}},
		input:   map[string]any{"values": values},
	}, nil
}

// found gives the next records, and whether more follow.
func (x *execution) found(ctx context.Context, s *model.Step, env *model.ValueEnv, loop *Loop) (ids []string, more bool, err error) {
	size := batchSize
	if x.single == s.Key {
		size = 1
	}
	if s.IDs == nil {
		return x.matching(ctx, s, env, loop, size)
	}
	for _, v := range s.IDs {
		wire, err := v.Wire(env)
		if err != nil {
			return nil, false, err
		}
		ids = append(ids, texts(wire)...)
	}
	ids = ids[min(loop.Count, len(ids)):]
	if len(ids) > size {
		return ids[:size], true, nil
	}
	return ids, false, nil
}

// matching finds records of a step by its filter, among those that the actor sees
// and that were there when the step began, in the order of their ids.
func (x *execution) matching(ctx context.Context, s *model.Step, env *model.ValueEnv, loop *Loop, size int) (ids []string, more bool, err error) {
	where, err := s.Where.Expr(env)
	if err != nil {
		return nil, false, err
	}
	where = query.And(where, x.rights.Scope(s.Entity.Key, schemas.OpRead))
	if loop.Last == "" {
		last, err := x.o.Store.Find(ctx, s.Entity.Key, store.Find{Where: where, IDDesc: true, Limit: 1, IDsOnly: true})
		if err != nil || len(last) == 0 {
			return nil, false, err
		}
		loop.Last = last[0].ID
	}
	find := store.Find{Where: query.And(where, query.Cmp{Path: idPath, Op: query.Le, Value: loop.Last}), Limit: size + 1, IDsOnly: true}
	if loop.After != "" {
		find.After = &store.Position{ID: loop.After}
	}
	docs, err := x.o.Store.Find(ctx, s.Entity.Key, find)
	if err != nil {
		return nil, false, err
	}
	for _, d := range docs[:min(size, len(docs))] {
		ids = append(ids, d.ID)
	}
	return ids, len(docs) > size, nil
}

// refusedBatch decides what becomes of a batch of which a record was refused: its
// records are written one by one; one that is gone is passed over, and with on_error
// continue any other, too. False leaves the decision to the caller.
func (x *execution) refusedBatch(ctx context.Context, s *model.Step, o *outcome, cause error) (bool, error) {
	if o == nil || o.progress == nil {
		return false, nil
	}
	if len(o.changes) > 1 {
		x.single = s.Key
		return true, nil
	}
	gone := problem.CodeOf(cause) == problem.NotFound && s.IDs == nil
	if !gone && x.trigger.Def.OnError != "continue" {
		return false, nil
	}
	o.changes = nil
	if gone {
		o.progress.Count--
	} else {
		o.progress.Failures++
	}
	if o.batch == nil {
		o.result = o.progress.result()
	}
	return true, x.commit(ctx, s, o)
}

// each begins with the first record that it finds.
func (x *execution) each(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	loop := &Loop{}
	ids, _, err := x.matching(ctx, s, env, loop, 1)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return &outcome{result: loop.result()}, nil
	}
	loop.After, loop.Count = ids[0], 1
	return &outcome{enter: &Frame{Step: s.Key, List: "steps", Record: ids[0], Loop: loop}}, nil
}

// nextRecord goes to the next record of an each whose steps are at their end, or
// leaves it after the last one. It tells whether the run has ended by that.
func (x *execution) nextRecord(ctx context.Context) (ended bool, err error) {
	for x.run.frame().Loop != nil && x.run.present(x.trigger) == nil {
		next := x.run.clone()
		f := next.frame()
		s := x.trigger.ByKey[f.Step]
		env, err := x.env(ctx, s)
		if err != nil {
			return false, err
		}
		ids, _, err := x.matching(ctx, s, env, f.Loop, 1)
		if err != nil {
			return false, err
		}
		if len(ids) > 0 {
			f.Record, f.Next, f.Loop.After = ids[0], 0, ids[0]
			f.Loop.Count++
			x.run = next
			continue
		}
		next.note(StepRun{Key: s.Key, Type: s.Def.Type, State: StepDone, At: x.now(), Result: f.Loop.result()})
		next.leave()
		next.leaveBranches(x.trigger)
		if next.atEnd(x.trigger) {
			x.finish(next, Done)
			return true, x.write(ctx, next, &outcome{})
		}
		x.run = next
	}
	return false, nil
}
