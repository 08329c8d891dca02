package trigger

import (
	"context"
	"encoding/json"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Trial asks what a trigger would do about a record. Definition is a draft, Key names
// a published trigger instead.
type Trial struct {
	Definition json.RawMessage
	Key        string
	Entity, ID string
}

// TrialAnswer is what a trigger would do.
type TrialAnswer struct {
	// Matches tells whether the filter of the trigger holds; otherwise it would do nothing.
	Matches  bool          `json:"matches"`
	Changes  []Change      `json:"changes"`
	Messages []Message     `json:"messages"`
	Calls    []OutsideCall `json:"calls"`
	Steps    []StepView    `json:"steps"`
}

// Try tells what a trigger would do if its event happened to a record now. Values
// before the event are those before the last change of the record. Steps that wait do
// not wait; one that waits for an event is the last. Nothing is written or sent.
// Errors: not_found, invalid with the problems of the definition.
func (s *Service) Try(ctx context.Context, a *access.Actor, lang string, in Trial) (*TrialAnswer, error) {
	rights, err := s.o.Access.Rights(ctx, a)
	if err != nil {
		return nil, err
	}
	t, err := s.compileDraft(rights.Model, in.Definition, in.Key)
	if err != nil {
		return nil, err
	}
	ev, err := s.lastEvent(ctx, t, in.Entity, in.ID)
	if err != nil {
		return nil, err
	}
	r := newRun(rights.Model, t, origin{call: record.Call{Actor: a}, event: t.Def.On.Event, at: s.now()})
	if r.Record = in.ID; in.ID == "" {
		r.Entity = ""
	}
	r.Old = oldFields(t, ev)
	answer := &TrialAnswer{Changes: []Change{}, Messages: []Message{}, Calls: []OutsideCall{}, Steps: []StepView{}}
	env := &model.ValueEnv{Record: ev.After, Old: ev.Before, Get: newDocReader(ctx, s.o.Store).get, Query: s.o.Effect.queryEnv(a, s.now())}
	if answer.Matches, err = t.Where.Holds(env, nil); err != nil || !answer.Matches {
		return answer, err
	}
	if r.As != "" {
		if rights, err = s.o.Access.Rights(ctx, access.ActingAs(r.As)); err != nil {
			return nil, err
		}
	}
	return answer, s.try(ctx, t, r, rights, lang, answer)
}

func (s *Service) try(ctx context.Context, t *model.Trigger, r *Run, rights *access.Rights, lang string, answer *TrialAnswer) error {
	var prior []record.Event
	d := &dry{apply: func(ctx context.Context, by *access.Actor, ops []record.Operation) ([]record.Event, error) {
		if len(ops) == 0 {
			return nil, nil
		}
		call := record.Call{Actor: by, Source: record.SourceTrigger, Lang: lang}
		events, err := s.o.Records.Preview(ctx, call, prior, ops)
		prior = append(prior, events...)
		return events, err
	}}
	done, err := s.dryRun(ctx, t, r, rights, d)
	if err != nil {
		return err
	}
	if answer.Matches = done != nil; done == nil {
		return nil
	}
	answer.Changes = append(answer.Changes, d.changes...)
	answer.Messages = append(answer.Messages, d.messages...)
	answer.Calls = append(answer.Calls, d.calls...)
	answer.Steps = runReader{}.view(done, lang).Steps
	return nil
}

// lastEvent is the last change of a record, as the event of a trial.
func (s *Service) lastEvent(ctx context.Context, t *model.Trigger, entity, id string) (*record.Event, error) {
	if t.Entity == nil || id == "" && !t.UsesRecord {
		return &record.Event{}, nil
	}
	if entity != t.Entity.Key {
		return nil, problem.Of(problem.Invalid, problem.At("/entity", "not_allowed_value", "allowed", []string{t.Entity.Key}))
	}
	doc, err := readDoc(ctx, s.o.Store, entity, id)
	if err != nil {
		return nil, err
	}
	if doc == nil {
		return nil, read.NotFound()
	}
	ev := &record.Event{Op: "update", Entity: entity, ID: id, Before: doc, After: doc}
	if t.Def.On.Event == schemas.EventDeleted {
		ev.Op = "delete"
	}
	last, err := s.o.Store.Find(ctx, record.HistoryCollection, store.Find{Where: historyOf(id), IDDesc: true, Limit: 1})
	if err != nil || len(last) == 0 {
		return ev, read.StoreProblem(err)
	}
	var p pastChange
	if err := json.Unmarshal(last[0].Body, &p); err != nil {
		return nil, err
	}
	ev.Before = p.undone(t.Entity, doc)
	return ev, nil
}

// historyOf finds the rows of history of a record.
func historyOf(id string) query.Expr {
	return query.All{query.Cmp{Path: idPath, Op: query.Gt, Value: id + ":"}, query.Cmp{Path: idPath, Op: query.Lt, Value: id + ";"}}
}

// undone is a record before a change; nil before its creation.
func (p *pastChange) undone(e *model.Entity, doc map[string]any) map[string]any {
	if p.Op == "create" {
		return nil
	}
	before := make(map[string]any, len(doc))
	for k, v := range doc {
		before[k] = v
	}
	for key, c := range p.Changes {
		if f := e.ByKey[key]; f != nil && !f.IsChildRows() {
			setOrDelete(before, key, read.ParseHistoryValue(f, c.From))
		}
	}
	return before
}

// done is a record after a change.
func (p *pastChange) done(e *model.Entity, doc map[string]any) map[string]any {
	after := make(map[string]any, len(doc)+len(p.Changes))
	for k, v := range doc {
		after[k] = v
	}
	for key, c := range p.Changes {
		if f := e.ByKey[key]; f != nil && !f.IsChildRows() {
			setOrDelete(after, key, read.ParseHistoryValue(f, c.To))
		}
	}
	return after
}

func setOrDelete(doc map[string]any, key string, v any) {
	if v == nil {
		delete(doc, key)
		return
	}
	doc[key] = v
}
