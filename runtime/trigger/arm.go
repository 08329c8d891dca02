package trigger

import (
	"context"
	"log/slog"
	"strings"
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
	Version int64  `json:"version"`
	After   string `json:"after,omitempty"`
}

// armPage is how many records one commit gives their timers.
const armPage = 500

// Follower gives present records the timers of the triggers of every version that is
// published. One process does what all see.
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
		name := t.Def.On.Event
		if !t.Def.IsEnabled() || name != schemas.EventDateReached && name != schemas.EventSilence {
			continue
		}
		if err := s.arm(ctx, m.Version, t); err != nil {
			return err
		}
	}
	return nil
}

// arm inserts the job that gives present records their timers, once for every
// definition of the trigger, and again when another calendar moves them.
func (s *Service) arm(ctx context.Context, version int64, t *model.Trigger) error {
	st, err := s.state(ctx, t.Def.Key)
	armed := s.armedAs(t)
	if err != nil || st.Armed == armed {
		return err
	}
	st.Armed = armed
	state, err := states.Put(st)
	if err != nil {
		return err
	}
	op, err := job.InsertOp(job.New{Kind: armKind, ID: newID(), Payload: armPayload{Trigger: t.Def.Key, Digest: t.Digest, Version: version}}, s.now())
	if err != nil {
		return err
	}
	if err = s.commitOps(ctx, []store.Op{state, op}); err != nil && store.LostRace(err) {
		return nil // another process was faster
	}
	return err
}

// armedAs names the timers that present records have: those of a definition, and where
// its date lies in working time or begins with a day, of the organisation's calendar.
func (s *Service) armedAs(t *model.Trigger) string {
	on := t.Def.On
	if strings.Contains(on.Offset+on.For, "w") || t.On.Field != nil && t.On.Field.Kind == query.Date || t.On.Since != nil && t.On.Since.Kind == query.Date {
		return t.Digest + " " + s.o.Effect.Calendar().Digest()
	}
	return t.Digest
}

// runArm gives a page of records their timers.
func (s *Service) runArm(ctx context.Context, c *job.Claimed) error {
	var p armPayload
	if err := c.Decode(&p); err != nil {
		return err
	}
	m, err := s.modelOf(ctx, p.Version)
	if err != nil {
		return err
	}
	t := m.Triggers[p.Trigger]
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
	ops, err := s.timersOf(m.Version, t, docs)
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
func (s *Service) timersOf(version int64, t *model.Trigger, docs []store.Doc) ([]store.Op, error) {
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
		op, err := insertJob(newID(), now, due, payload{Timer: &timer{t.Def.Key, d.ID, due, version}}, &Run{By: by})
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}
