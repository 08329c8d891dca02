package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// timer is the payload of a job that starts a run at a time, if its reason still
// holds then.
type timer struct {
	Trigger string    `json:"trigger"`
	Record  string    `json:"record"`
	Due     time.Time `json:"due"`
	// Version is that of the definitions under which the timer was made.
	Version int64 `json:"version"`
}

// runID names the run of a timer: a date that is moved away and back starts it once.
func (t timer) runID() string {
	return timedID(t.Due, "timer", t.Trigger, t.Record, query.FormatInstant(t.Due))
}

// timers insert a job for every date that the change sets or moves, and for
// silence that begins with it. Earlier timers find out by themselves that their
// reason is gone.
func (x *starting) timers(l *model.Listeners) ([]store.Op, error) {
	if x.event.After == nil {
		return nil, nil
	}
	var ops []store.Op
	for _, name := range []schemas.EventName{schemas.EventDateReached, schemas.EventSilence} {
		for _, t := range l.On(name) {
			if x.call.Import != "" && !t.Def.On.Imports {
				continue
			}
			op, err := x.timer(t)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op...)
		}
	}
	return ops, nil
}

func (x *starting) timer(t *model.Trigger) ([]store.Op, error) {
	due, ok, err := x.due(t, x.event.After, x.event.At)
	if err != nil || !ok { // a time beyond what the calendar reaches never comes
		return nil, nil
	}
	if x.event.Op == "update" {
		if before, same, err := x.due(t, x.event.Before, x.event.At); err == nil && same && before.Equal(due) {
			return nil, nil
		}
	}
	r := newRun(x.model, t, origin{call: x.call, event: t.Def.On.Event, at: x.event.At})
	op, err := insertJob(newID(), x.event.At, due, payload{Timer: &timer{t.Def.Key, x.event.ID, due, x.model.Version}}, r)
	return []store.Op{op}, err
}

// due is when a trigger is due for a record; false when it is not, or was already
// past when the date was set. A reminder before a date that still lies ahead is due
// at once when its own time has passed.
func (e *Effect) due(t *model.Trigger, doc map[string]any, now time.Time) (time.Time, bool, error) {
	base, offset := e.base(t, doc)
	if base.IsZero() {
		return base, false, nil
	}
	due, err := e.add(base, offset)
	if err != nil {
		return due, false, err
	}
	ahead := base
	if t.On.Field != nil && t.On.Field.Kind == query.Date {
		ahead = base.AddDate(0, 0, 1) // the day itself counts
	}
	return due, t.Def.On.Event == schemas.EventSilence || due.After(now) || ahead.After(now), nil
}

// base is the moment that a trigger counts from, and how long it counts.
func (e *Effect) base(t *model.Trigger, doc map[string]any) (time.Time, string) {
	f, offset := t.On.Field, t.Def.On.Offset
	if t.Def.On.Event == schemas.EventSilence {
		f, offset = t.On.Since, t.Def.On.For
		if f == nil {
			return parseMoment(doc["created_at"], e.zone()), offset
		}
	}
	if f == nil {
		return time.Time{}, ""
	}
	return parseMoment(doc[f.Key], e.zone()), offset
}

// parseMoment reads a stored date, which begins at midnight of the zone, or an instant.
func parseMoment(stored any, zone *time.Location) time.Time {
	s, _ := stored.(string)
	if at, err := query.ParseInstant(s); err == nil {
		return at
	}
	at, err := time.ParseInLocation(query.DateLayout, s, zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

// timerRun is the run that a timer starts; nil when its reason no longer holds:
// the trigger is gone or another one, the record is gone, its date has moved, or
// its filter does not hold.
func (s *Service) timerRun(ctx context.Context, p payload, c *claim) (*Run, error) {
	m, err := s.modelOf(ctx, p.Timer.Version)
	if err != nil {
		return nil, err
	}
	t := m.Triggers[p.Timer.Trigger]
	if t == nil || !t.Def.IsEnabled() || t.Entity == nil {
		return nil, nil
	}
	known, err := runs.Get(ctx, s.o.Store, p.Timer.runID())
	if err == nil { // it began before a crash, or another timer was faster
		return &known, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	doc, err := readDoc(ctx, s.o.Store, t.Entity.Key, p.Timer.Record)
	if err != nil || doc == nil {
		return nil, err
	}
	due, ok, err := s.o.Effect.due(t, doc, p.Timer.Due.Add(-time.Millisecond))
	if err != nil || !ok || !due.Equal(p.Timer.Due) {
		return nil, err
	}
	r := newRun(m, t, origin{id: p.Timer.runID(), call: c.cause(), event: t.Def.On.Event, at: c.reached(p.Timer.Due)})
	r.Record, r.Job = p.Timer.Record, c.ID
	env := &model.ValueEnv{Record: doc, Get: newDocReader(ctx, s.o.Store).get, Query: s.o.Effect.queryEnv(s.person(ctx, r), s.now())}
	if holds, err := t.Where.Holds(env, nil); err != nil || !holds {
		return nil, err
	}
	if t.On.Unless == nil {
		return r, nil
	}
	prevented, err := t.On.Unless.Holds(env, s.related(ctx, r.Record, env))
	if err != nil || prevented {
		return nil, err
	}
	return r, nil
}

// related asks the store for records that refer to one.
func (s *Service) related(ctx context.Context, id string, env *model.ValueEnv) func(*model.Related) (bool, error) {
	return func(r *model.Related) (bool, error) {
		where, err := r.Expr(id, env)
		if err != nil {
			return false, err
		}
		n, err := s.o.Store.Count(ctx, r.Entity.Key, where, 1)
		return n > 0, err
	}
}

// add adds a duration ("2h", "-3d", "2wd") to a moment; "" is nothing.
func (e *Effect) add(at time.Time, duration string) (time.Time, error) {
	if duration == "" {
		return at, nil
	}
	later, err := e.Calendar().Add(at, duration)
	return later.UTC(), err
}
