package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/cron"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// scheduleKind is the kind of the jobs that start triggers at the times of their
// schedule. A trigger has one such job, which waits for the next time.
const scheduleKind = "trigger_schedule"

type schedulePayload struct {
	Trigger string    `json:"trigger"`
	Digest  string    `json:"digest"`
	Due     time.Time `json:"due"`
	// Times are those that runs are being started for, After the record up to which
	// they are, when there is one for each record.
	Times []time.Time `json:"times,omitempty"`
	After string      `json:"after,omitempty"`
}

// Bounds of what a schedule starts.
const (
	maxMissed    = 100         // runs for missed times, with catch_up all
	punctual     = time.Minute // later than that a time is missed, with catch_up skip
	schedulePage = 200
)

// schedule inserts the job of a trigger's schedule, once for every definition, and
// again when somebody took the job away.
func (s *Service) schedule(ctx context.Context, t *model.Trigger) error {
	st, err := s.state(ctx, t.Def.Key)
	if err != nil {
		return err
	}
	if st.Scheduled == t.Digest {
		_, err := s.o.Store.Get(ctx, job.Collection, st.Job)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	due, err := s.nextTime(t, s.now())
	if err != nil {
		return err
	}
	st.Scheduled, st.Job = t.Digest, newID()
	state, err := states.Put(st)
	if err != nil {
		return err
	}
	op, err := job.InsertOp(job.New{Kind: scheduleKind, ID: st.Job, Due: due, Payload: schedulePayload{Trigger: t.Def.Key, Digest: t.Digest, Due: due}}, s.now())
	if err != nil {
		return err
	}
	if err = s.commitOps(ctx, []store.Op{state, op}); err != nil && store.LostRace(err) {
		return nil // another process was faster
	}
	return err
}

// runSchedule starts the runs of a time, and waits for the next one.
func (s *Service) runSchedule(ctx context.Context, c *job.Claimed) error {
	var p schedulePayload
	if err := c.Decode(&p); err != nil {
		return err
	}
	m := s.o.Current.Model()
	t := m.Triggers[p.Trigger]
	if t == nil || t.Digest != p.Digest || !t.Def.IsEnabled() {
		return nil // another definition has a job of its own
	}
	if p.Times == nil {
		var err error
		if p.Times, err = s.timesDue(t, p.Due); err != nil {
			return err
		}
	}
	list, after, err := s.scheduledRuns(ctx, m, t, p)
	if err != nil {
		return err
	}
	ops, err := s.scheduledOps(list)
	if err != nil {
		return err
	}
	next, due := p, s.now()
	if next.After = after; after == "" {
		if due, err = s.nextTime(t, s.now()); err != nil {
			return err
		}
		next = schedulePayload{Trigger: p.Trigger, Digest: p.Digest, Due: due}
	}
	op, err := c.RescheduleOp(due, next)
	if err != nil {
		return err
	}
	return s.commitOps(ctx, append(ops, op))
}

// nextTime is the next time of a schedule, in the organisation's time zone.
func (s *Service) nextTime(t *model.Trigger, after time.Time) (time.Time, error) {
	at, err := cron.Next(t.Def.On.Cron, after.In(s.o.Effect.zone()))
	return at.UTC(), err
}

// timesDue are the times that runs are started for: the one that is due, and those
// that were missed, as the definition wants it.
func (s *Service) timesDue(t *model.Trigger, due time.Time) ([]time.Time, error) {
	now := s.now()
	var missed []time.Time
	for at := due; !at.After(now) && len(missed) < maxMissed; {
		missed = append(missed, at)
		var err error
		if at, err = s.nextTime(t, at); err != nil {
			return nil, err
		}
	}
	switch last := len(missed) - 1; {
	case last < 0, t.Def.On.CatchUp == "all":
		return missed, nil
	case t.Def.On.CatchUp == "skip" && now.Sub(missed[last]) > punctual:
		return []time.Time{}, nil
	default:
		return missed[last:], nil
	}
}

// scheduledRuns are the runs of the times: one for each, or with a filter one for
// each record that matches, page by page; after is where the next page begins.
func (s *Service) scheduledRuns(ctx context.Context, m *model.Model, t *model.Trigger, p schedulePayload) (list []*Run, after string, err error) {
	if t.Where == nil {
		for _, at := range p.Times {
			list = append(list, s.scheduledRun(m, t, at, ""))
		}
		return list, "", nil
	}
	if len(p.Times) == 0 {
		return nil, "", nil
	}
	env := &model.ValueEnv{Query: s.o.Effect.queryEnv(access.System(), s.now())}
	where, err := t.Where.Expr(env)
	if err != nil {
		return nil, "", err
	}
	at := p.Times[len(p.Times)-1]
	begun := query.Cmp{Path: query.Path{Field: "created_at", Kind: query.Instant}, Op: query.Le, Value: query.FormatInstant(s.now())}
	find := store.Find{Where: query.And(where, begun), Limit: schedulePage, IDsOnly: true}
	if p.After != "" {
		find.After = &store.Position{ID: p.After}
	}
	docs, err := s.o.Store.Find(ctx, t.Entity.Key, find)
	if err != nil {
		return nil, "", read.StoreProblem(err)
	}
	for _, d := range docs {
		list = append(list, s.scheduledRun(m, t, at, d.ID))
	}
	if len(docs) == schedulePage {
		after = docs[len(docs)-1].ID
	}
	return list, after, nil
}

func (s *Service) scheduledRun(m *model.Model, t *model.Trigger, at time.Time, id string) *Run {
	r := newRun(m, t, origin{
		id: namedID("schedule", t.Def.Key, t.Digest, query.FormatInstant(at), id), call: record.Call{Actor: access.System()}, event: t.Def.On.Event, at: at,
	})
	if r.Record = id; id == "" {
		r.Entity = ""
	}
	return r
}

// scheduledOps insert runs, each with a job of its own.
func (s *Service) scheduledOps(list []*Run) ([]store.Op, error) {
	var ops []store.Op
	for _, r := range list {
		more, err := startOps([]*Run{r}, s.now())
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	return ops, nil
}
