package trigger

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/schemas"
)

// Replay asks what a trigger would have done in a span of the past.
type Replay struct {
	Definition json.RawMessage
	Key        string
	// From and To bound the events; the zero time does not.
	From, To time.Time
	// Limit is how many events are carried out, the earliest first; 0 means 100,000.
	Limit int
}

// ReplayAnswer is what a trigger would have done, beside what the trigger of its key did.
type ReplayAnswer struct {
	// Events counts the events that the trigger listens to and whose filter held.
	Events int       `json:"events"`
	Would  []PastRun `json:"would"`
	Did    []PastRun `json:"did"`
	// Differences are the events after which the two are not the same.
	Differences []Difference `json:"differences"`
}

// PastRun is what a run would have done after an event, or did.
type PastRun struct {
	At     time.Time         `json:"at"`
	Event  schemas.EventName `json:"event"`
	Entity string            `json:"entity,omitempty"`
	Record string            `json:"record,omitempty"`
	// Run is the run that did it.
	Run      string        `json:"run,omitempty"`
	Changes  []Change      `json:"changes"`
	Messages []Message     `json:"messages,omitempty"`
	Calls    []OutsideCall `json:"calls,omitempty"`
	Error    *FailureView  `json:"error,omitempty"`
}

// Difference is an event after which the trigger would do something else than was done.
type Difference struct {
	At     time.Time `json:"at"`
	Entity string    `json:"entity"`
	Record string    `json:"record"`
	Would  []string  `json:"would"`
	Did    []string  `json:"did"`
}

const maxReplayed = 100_000

// pastEvent is an event of the past with the record before and after it.
type pastEvent struct {
	record.Event
	name   schemas.EventName
	by     string
	source record.Source
	imp    string
}

// Replay tells what a trigger would have done. Events come from the history of
// records, for records of a historical import from their stage visits. Each is
// looked at with the record as it was; other records, queries and people are those
// of today. Nothing is written or sent. Errors: invalid with the problems of the
// definition, not_found for a key without a trigger.
func (s *Service) Replay(ctx context.Context, a *access.Actor, lang string, in Replay) (*ReplayAnswer, error) {
	rights, err := s.o.Access.Rights(ctx, a)
	if err != nil {
		return nil, err
	}
	t, err := s.compileDraft(rights.Model, in.Definition, in.Key)
	if err != nil {
		return nil, err
	}
	if t.Entity == nil {
		return nil, problem.Of(problem.Invalid, problem.At("/definition/entity", "required"))
	}
	if t.Def.As != "" && t.Def.As != schemas.AsPerson {
		if rights, err = s.o.Access.Rights(ctx, access.ActingAs(t.Def.As)); err != nil {
			return nil, err
		}
	}
	p := &replay{Service: s, in: in, trigger: t, rights: rights, lang: lang, docs: newDocReader(ctx, s.o.Store),
		answer: &ReplayAnswer{Would: []PastRun{}, Did: []PastRun{}, Differences: []Difference{}}}
	if err := p.events(ctx); err != nil {
		return nil, err
	}
	if err := p.did(ctx); err != nil {
		return nil, err
	}
	p.compare()
	return p.answer, nil
}

// replay is one replay under way.
type replay struct {
	*Service
	in      Replay
	trigger *model.Trigger
	rights  *access.Rights
	lang    string
	docs    *docReader // of other records, shared by all events
	found   []pastEvent
	answer  *ReplayAnswer
}

// events finds the events of the trigger and carries each out.
func (p *replay) events(ctx context.Context) error {
	if err := p.walk(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(p.found, func(a, b pastEvent) int { return a.At.Compare(b.At) })
	for i := range p.found {
		if p.answer.Events == limitOr(p.in.Limit, maxReplayed) { // what was done later is not compared
			p.in.To = p.found[i].At
			return nil
		}
		if err := p.carryOut(ctx, &p.found[i]); err != nil {
			return err
		}
		p.found[i] = pastEvent{}
	}
	return nil
}

// within tells whether a moment belongs to the span.
func (p *replay) within(at time.Time) bool {
	return !at.Before(p.in.From) && (p.in.To.IsZero() || at.Before(p.in.To))
}

// add notes an event when the trigger listens to it.
func (p *replay) add(ev pastEvent) {
	if !p.within(ev.At) || ev.source == record.SourceUndo {
		return
	}
	c := record.Call{Actor: &access.Actor{UserID: ev.by}, Source: ev.source, Import: ev.imp}
	on := &p.trigger.On
	if ev.name != "" { // a time that was reached
		p.found = append(p.found, ev)
		return
	}
	names := eventsOf(c, &ev.Event)
	if !slices.Contains(names, on.Def.Event) || !occurs(on, c, &ev.Event) {
		return
	}
	if ev.imp != "" && on.Def.Event != schemas.EventImported && !on.Def.Imports {
		return
	}
	ev.name = on.Def.Event
	p.found = append(p.found, ev)
}

// carryOut runs the steps about one event.
func (p *replay) carryOut(ctx context.Context, ev *pastEvent) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	env := &model.ValueEnv{Record: ev.After, Old: ev.Before, Get: p.docs.get, Query: p.o.Effect.queryEnv(&access.Actor{UserID: ev.by}, ev.At)}
	if ev.After == nil {
		env.Record = ev.Before
	}
	holds, err := p.trigger.Where.Holds(env, nil)
	if err != nil || !holds {
		return err
	}
	if p.trigger.On.Unless != nil {
		prevented, err := p.trigger.On.Unless.Holds(env, p.relatedBefore(ctx, ev, env))
		if err != nil || prevented {
			return err
		}
	}
	r := newRun(p.rights.Model, p.trigger, origin{call: record.Call{Actor: &access.Actor{UserID: ev.by}}, event: ev.name, at: ev.At})
	r.Record, r.Old = ev.ID, oldFields(p.trigger, &ev.Event)
	past := &pastWorld{replay: p, at: ev.At}
	d := &dry{apply: past.apply, docs: map[[2]string]map[string]any{{ev.Entity, ev.ID}: ev.After}}
	past.dry = d
	of := &Service{o: p.o, log: p.log}
	of.o.Now = func() time.Time { return ev.At }
	done, err := of.dryRun(ctx, p.trigger, r, p.rights, d)
	switch {
	case err != nil && transient(err):
		return err
	case err != nil:
		r.Error = failureOf(err)
		done = r
	case done == nil:
		return nil
	}
	p.answer.Events++
	p.answer.Would = append(p.answer.Would, PastRun{
		At: ev.At, Event: ev.name, Entity: ev.Entity, Record: ev.ID, Changes: orNone(d.changes), Messages: d.messages, Calls: d.calls, Error: runReader{}.failure(lastError(done), p.lang),
	})
	return nil
}

func orNone(c []Change) []Change {
	if c == nil {
		return []Change{}
	}
	return c
}

// lastError is why a run or its last step failed.
func lastError(r *Run) *Failure {
	if r.Error != nil || len(r.Steps) == 0 {
		return r.Error
	}
	return r.Steps[len(r.Steps)-1].Error
}

// relatedBefore asks for related records that were there at the time of the event.
func (p *replay) relatedBefore(ctx context.Context, ev *pastEvent, env *model.ValueEnv) func(*model.Related) (bool, error) {
	return func(r *model.Related) (bool, error) {
		where, err := r.Expr(ev.ID, env)
		if err != nil {
			return false, err
		}
		before := query.Cmp{Path: query.Path{Field: "created_at", Kind: query.Instant}, Op: query.Le, Value: query.FormatInstant(ev.At)}
		n, err := p.o.Store.Count(ctx, r.Entity.Key, query.And(where, before), 1)
		return n > 0, err
	}
}
