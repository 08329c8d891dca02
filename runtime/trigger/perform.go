package trigger

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// performers are the functions of the types of steps.
var performers = map[schemas.StepType]func(x *execution, ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error){
	schemas.StepSet: (*execution).set, schemas.StepCreate: (*execution).create, schemas.StepUpdate: (*execution).many,
	schemas.StepDelete: (*execution).many, schemas.StepMove: (*execution).move, schemas.StepAssign: (*execution).assign,
	schemas.StepTask: (*execution).task, schemas.StepNotify: (*execution).notify, schemas.StepCall: (*execution).callOut,
	schemas.StepScript: (*execution).script, schemas.StepWait: (*execution).wait, schemas.StepWaitFor: (*execution).waitFor,
	schemas.StepBranch: (*execution).branch, schemas.StepEach: (*execution).each,
	schemas.StepStop: func(*execution, context.Context, *model.Step, *model.ValueEnv) (*outcome, error) {
		return &outcome{stop: true}, nil
	},
}

func (x *execution) perform(ctx context.Context, s *model.Step) (*outcome, error) {
	env, err := x.env(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := x.seen(s, env); err != nil {
		return nil, err
	}
	do := performers[s.Def.Type]
	if do == nil {
		return nil, problem.New(problem.Invalid, "no_such_step", map[string]any{"type": string(s.Def.Type)})
	}
	return do(x, ctx, s, env)
}

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

// values computes the values of a step in wire form.
func (x *execution) values(s *model.Step, env *model.ValueEnv) (map[string]any, error) {
	out := make(map[string]any, len(s.Values))
	for _, v := range s.Values {
		wire, err := v.Value.Wire(env)
		if err != nil {
			return nil, problem.Of(problem.Invalid, problem.At(problem.Pointer("values", v.Field.Key), "bad_step_value"))
		}
		out[v.Field.Key] = wire
	}
	return out, nil
}

func (x *execution) set(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	return &outcome{
		changes: []record.Operation{{Op: "update", Entity: s.Record.Key, ID: x.recordID(), Values: values}},
		input:   map[string]any{"values": values},
	}, nil
}

func (x *execution) create(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	given := maps.Clone(values)
	maps.DeleteFunc(given, func(_ string, v any) bool { return v == nil })
	id := newID()
	return &outcome{
		changes: []record.Operation{{Op: "create", Entity: s.Entity.Key, ID: id, Values: given}},
		input:   map[string]any{"entity": s.Entity.Key, "values": values},
		result:  map[string]any{"id": id},
	}, nil
}

func (x *execution) move(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	values, err := x.values(s, env)
	if err != nil {
		return nil, err
	}
	to, err := textOf(s.To[0], env)
	if err != nil {
		return nil, err
	}
	reason := ""
	if s.Reason != nil {
		if reason, err = textOf(s.Reason, env); err != nil {
			return nil, err
		}
	}
	return &outcome{
		changes: []record.Operation{{Op: "transition", Entity: s.Record.Key, ID: x.recordID(), To: to, Values: values, Comment: reason}},
		input:   map[string]any{"to": to, "values": values, "reason": reason},
	}, nil
}

// textOf is a value as a text.
func textOf(v *model.Value, env *model.ValueEnv) (string, error) {
	wire, err := v.Wire(env)
	s, ok := wire.(string)
	if err != nil || !ok && wire != nil {
		return "", problem.New(problem.Invalid, "bad_step_value", nil)
	}
	return s, nil
}

func (x *execution) assign(_ context.Context, s *model.Step, _ *model.ValueEnv) (*outcome, error) {
	if x.o.Assigner == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	return &outcome{
		input: map[string]any{"rule": s.Def.Rule},
		by: func(ctx context.Context, c record.Call, ops func(any) ([]store.Op, error)) (any, error) {
			return x.o.Assigner.Assign(ctx, Assignment{Call: c, Rule: s.Def.Rule, Entity: s.Record.Key, Record: x.recordID(), DryRun: x.dry != nil, Ops: ops})
		},
	}, nil
}

func (x *execution) branch(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	whole, err := x.wholeEnv(ctx, env)
	if err != nil {
		return nil, err
	}
	for i, c := range s.Cases {
		ok, err := c.Where.Holds(whole, x.related(ctx, x.recordID(), whole))
		if err != nil {
			return nil, err
		}
		if ok {
			return &outcome{enter: &Frame{Step: s.Key, List: model.CaseList(i)}, result: map[string]any{"case": i}}, nil
		}
	}
	return &outcome{enter: &Frame{Step: s.Key, List: "else"}, result: map[string]any{"case": "else"}}, nil
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

func (x *execution) wait(_ context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if due := x.run.Resume; due != nil && x.run.Step == s.Key && x.run.Attempts == 0 {
		if !x.now().Before(*due) {
			return &outcome{result: map[string]any{"until": *due}}, nil
		}
		return &outcome{resume: due}, nil
	}
	until := time.Time{}
	if s.Until != nil {
		wire, err := s.Until.Wire(env)
		if err != nil {
			return nil, err
		}
		until = parseMoment(wire, x.o.Effect.zone())
	} else {
		var err error
		if until, err = x.o.Effect.add(x.now(), s.Def.For); err != nil {
			return nil, err
		}
	}
	if !until.After(x.now()) || x.dry != nil { // also for a date that is unset
		return &outcome{input: map[string]any{"until": until}}, nil
	}
	return &outcome{resume: &until, input: map[string]any{"until": until}}, nil
}

func (x *execution) waitFor(_ context.Context, s *model.Step, _ *model.ValueEnv) (*outcome, error) {
	waiting := x.run.Waits != "" && x.run.Step == s.Key
	switch {
	case waiting && x.woken != nil:
		woken := x.woken
		x.woken = nil
		return &outcome{result: map[string]any{"event": woken.Event, "at": woken.At}}, nil
	case waiting && x.run.Resume != nil && !x.now().Before(*x.run.Resume):
		return &outcome{result: map[string]any{"timeout": true}}, nil
	case waiting:
		return &outcome{waits: x.run.Waits, resume: x.run.Resume}, nil
	}
	o := &outcome{waits: x.recordID(), input: map[string]any{"event": s.Event.Def.Event}}
	if x.dry != nil {
		o.waits, o.stop = "", true
	}
	if s.Def.Timeout == "" {
		return o, nil
	}
	until, err := x.o.Effect.add(x.now(), s.Def.Timeout)
	o.resume = &until
	return o, err
}

// people finds the users that a task or message is for, each once, in order.
func (x *execution) people(ctx context.Context, list []*model.Recipient, env *model.ValueEnv) ([]string, error) {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, r := range list {
		if r.Role != "" {
			holders, err := x.holders(ctx, r.Role)
			if err != nil {
				return nil, err
			}
			for _, id := range holders {
				add(id)
			}
			continue
		}
		wire, err := r.Value.Wire(env)
		if err != nil {
			return nil, err
		}
		for _, id := range texts(wire) {
			add(id)
		}
	}
	return ids, nil
}

// texts are the texts in a wire value: itself, or the items of a list.
func texts(wire any) []string {
	switch v := wire.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func (x *execution) notify(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if x.o.Notifier == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	to, err := x.people(ctx, s.People, env)
	if err != nil {
		return nil, err
	}
	text := s.Text.Title(env)
	n := Notification{To: to, Text: text, Entity: x.entityKey(s), Record: x.recordID(), Cause: x.run.ID, Channels: s.Def.Channels, At: x.now()}
	var ops []store.Op
	if x.dry == nil {
		ops, err = x.o.Notifier.NotifyOps(ctx, n)
	}
	return &outcome{ops: ops, message: &n, input: map[string]any{"to": to, "text": text}, result: map[string]any{"people": len(to)}}, err
}

func (x *execution) entityKey(s *model.Step) string {
	if s.Record == nil {
		return ""
	}
	return s.Record.Key
}

// callOut calls an address outside before the commit of the step. The receiver
// tells a repetition by the key, which is the same at every attempt.
func (x *execution) callOut(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	r, err := x.request(s, env)
	if err != nil {
		return nil, err
	}
	o := &outcome{input: map[string]any{"method": r.Method, "url": r.URL}, request: r}
	if x.dry != nil {
		return o, nil
	}
	if x.o.Caller == nil {
		return o, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	answer, err := x.o.Caller.Do(ctx, *r)
	if err != nil {
		return o, err
	}
	o.result = map[string]any{"status": answer.Status, "body": bodyOf(answer.Body)}
	switch {
	case answer.Status >= 500 || answer.Status == 429 || answer.Status == 408:
		return o, problem.New(problem.Internal, "call_failed", map[string]any{"status": answer.Status}) // tried again
	case answer.Status >= 300:
		return o, problem.New(problem.Invalid, "call_failed", map[string]any{"status": answer.Status})
	}
	return o, nil
}

func (x *execution) request(s *model.Step, env *model.ValueEnv) (*Request, error) {
	address, err := textOf(s.URL, env)
	if err != nil {
		return nil, err
	}
	if _, err := url.Parse(address); err != nil {
		return nil, problem.Of(problem.Invalid, problem.At("/url", "bad_step_value"))
	}
	r := &Request{Method: s.Def.Method, URL: address, Headers: map[string]string{}, Key: namedID("call", x.run.ID, s.Key, x.recordID())}
	if r.Method == "" {
		r.Method = "POST"
	}
	for name, v := range s.Headers {
		if r.Headers[name], err = textOf(v, env); err != nil {
			return nil, err
		}
	}
	if s.Body == nil {
		return r, nil
	}
	body, err := s.Body.Wire(env)
	if err != nil {
		return nil, err
	}
	r.Body, err = json.Marshal(body)
	return r, err
}

// bodyOf is the body of an answer: JSON, or the beginning of a text.
func bodyOf(b []byte) any {
	const most = 4000
	var v any
	if len(b) <= most && json.Unmarshal(b, &v) == nil {
		return v
	}
	if len(b) > most {
		b = b[:most]
	}
	return string(b)
}

func (x *execution) script(ctx context.Context, s *model.Step, env *model.ValueEnv) (*outcome, error) {
	if x.o.Scripts == nil {
		return nil, problem.New(problem.Invalid, "step_without_part", map[string]any{"type": string(s.Def.Type)})
	}
	answer, err := x.o.Scripts.RunStep(ctx, ScriptCall{
		Key: s.Def.Script, Actor: x.actor, Call: x.call(nil), Entity: x.entityKey(s), Record: x.recordID(), Old: env.Old,
		Trigger: x.run.Trigger, Run: x.run.ID, DryRun: x.dry != nil,
	})
	if err != nil {
		return nil, err
	}
	return &outcome{changes: answer.Operations, result: answer.Result}, nil
}
