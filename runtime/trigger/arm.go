package trigger

import (
	"context"
	"log/slog"
	"time"

	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/schemas"
)

// armKind is the kind of the jobs that give present records the timers of a trigger
// that was published after them.
const armKind = "trigger_arm"

type armPayload struct {
	Trigger string `json:"trigger"`
	Digest  string `json:"digest"`
	After   string `json:"after,omitempty"`
}

// armPage is how many records one commit gives their timers.
const armPage = 500

// Follower prepares the triggers of every version that is published: timers of present
// records, and the next times of schedules. One process does what all see.
func (s *Service) Follower(log *slog.Logger) *startstop.Periodic {
	return startstop.NewPeriodic(startstop.Period{
		Name: "triggers", RunOnce: s.follow, Every: time.Minute, Notify: s.o.Current.Watch(), Logger: log,
	})
}

func (s *Service) follow(ctx context.Context) error {
	m := s.o.Current.Model()
	if m == nil {
		return nil
	}
	for _, t := range m.Triggers {
		if !t.Def.IsEnabled() {
			continue
		}
		var err error
		switch t.Def.On.Event {
		case schemas.EventDateReached, schemas.EventSilence:
			err = s.arm(ctx, t)
		case schemas.EventSchedule:
			err = s.schedule(ctx, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// arm inserts the job that gives present records their timers, once for every
// definition of the trigger.
func (s *Service) arm(ctx context.Context, t *model.Trigger) error {
	st, err := s.state(ctx, t.Def.Key)
	if err != nil || st.Armed == t.Digest {
		return err
	}
	st.Armed = t.Digest
	state, err := states.Put(st)
	if err != nil {
		return err
	}
	op, err := job.InsertOp(job.New{Kind: armKind, ID: newID(), Payload: armPayload{Trigger: t.Def.Key, Digest: t.Digest}}, s.now())
	if err != nil {
		return err
	}
	if err = s.commitOps(ctx, []store.Op{state, op}); err != nil && store.LostRace(err) {
		return nil // another process was faster
	}
	return err
}

// runArm gives a page of records their timers.
func (s *Service) runArm(ctx context.Context, c *job.Claimed) error {
	var p armPayload
	if err := c.Decode(&p); err != nil {
		return err
	}
	t := s.o.Current.Model().Triggers[p.Trigger]
	if t == nil || t.Digest != p.Digest || !t.Def.IsEnabled() {
		return nil
	}
	find := store.Find{Where: datedRecords(t), Limit: armPage}
	if p.After != "" {
		find.After = &store.Position{ID: p.After}
	}
	docs, err := s.o.Store.Find(ctx, t.Entity.Key, find)
	if err != nil {
		return err
	}
	ops, err := s.timersOf(t, docs)
	if err != nil {
		return err
	}
	if len(docs) < armPage {
		return s.commitOps(ctx, append(ops, c.DoneOp()))
	}
	p.After = docs[len(docs)-1].ID
	next, err := c.RescheduleOp(s.now(), p)
	if err != nil {
		return err
	}
	return s.commitOps(ctx, append(ops, next))
}

// datedRecords finds the records that have the date of a trigger.
func datedRecords(t *model.Trigger) query.Expr {
	f := t.On.Field
	if f == nil {
		f = t.On.Since
	}
	if f == nil {
		return nil
	}
	return query.Cmp{Path: f.Path(), Op: query.Present}
}

// timersOf are the timers of records, in the name of who changed each last.
func (s *Service) timersOf(t *model.Trigger, docs []store.Doc) ([]store.Op, error) {
	now := s.now()
	var ops []store.Op
	for _, d := range docs {
		doc, err := read.Decode(d)
		if err != nil {
			return nil, err
		}
		due, ok, err := s.o.Effect.due(t, doc, now)
		if err != nil {
			return nil, err
		}
		if !ok || t.Def.On.Event == schemas.EventSilence && !due.After(now) {
			continue
		}
		by, _ := doc["updated_by"].(string)
		op, err := insertJob(newID(), now, due, payload{Timer: &timer{t.Def.Key, d.ID, due}}, &Run{By: by})
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
