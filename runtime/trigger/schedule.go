package trigger

import (
	"context"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// scheduleKind is the kind of the jobs that start a trigger at a time of its schedule.
const scheduleKind = "trigger_schedule"

type schedulePayload struct {
	Trigger string    `json:"trigger"`
	Due     time.Time `json:"due"`
	Version int64     `json:"version"`
	// After is the record up to which runs are started, when there is one for each record.
	After string `json:"after,omitempty"`
}

// schedulePage is how many runs one commit of a schedule starts.
const schedulePage = 200

// Schedules are those of the triggers that start at times, and of what this package
// does every day.
func (s *Service) Schedules() []job.Schedule {
	m := s.o.Current.Model()
	if m == nil {
		return nil
	}
	list := []job.Schedule{sweepSchedule()}
	for _, t := range m.Ordered() {
		if on := t.Def.On; on.Event == schemas.EventSchedule && t.Def.IsEnabled() {
			list = append(list, job.Schedule{
				Key: "trigger/" + t.Def.Key, Cron: on.Cron, CatchUp: job.CatchUp(on.CatchUp),
				Job: func(due time.Time) job.New {
					return job.New{Kind: scheduleKind, Payload: schedulePayload{Trigger: t.Def.Key, Due: due, Version: m.Version}}
				},
			})
		}
	}
	return list
}

// runSchedule starts the runs of a time.
func (s *Service) runSchedule(ctx context.Context, c *job.Claimed) error {
	var p schedulePayload
	if err := c.Decode(&p); err != nil {
		return err
	}
	m, err := s.modelOf(ctx, p.Version)
	if err != nil {
		return err
	}
	t := m.Triggers[p.Trigger]
	if t == nil || !t.Def.IsEnabled() || t.Def.On.Event != schemas.EventSchedule {
		return nil // it was published otherwise meanwhile
	}
	list, after, err := s.scheduledRuns(ctx, m, t, p)
	if err != nil {
		return err
	}
	ops, err := s.scheduledOps(list)
	if err != nil {
		return err
	}
	if after == "" {
		return s.commitOps(ctx, append(ops, c.DoneOp()))
	}
	p.After = after
	next, err := c.RescheduleOp(s.now(), p)
	if err != nil {
		return err
	}
	return s.commitOps(ctx, append(ops, next))
}

// scheduledRuns are the runs of a time: one, or with a filter one for each record
// that matches, page by page; after is where the next page begins.
func (s *Service) scheduledRuns(ctx context.Context, m *model.Model, t *model.Trigger, p schedulePayload) (list []*Run, after string, err error) {
	if t.Where == nil {
		return []*Run{s.scheduledRun(m, t, p.Due, "")}, "", nil
	}
	env := &model.ValueEnv{Query: s.o.Effect.queryEnv(access.System(), s.now())}
	where, err := t.Where.Expr(env)
	if err != nil {
		return nil, "", err
	}
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
		list = append(list, s.scheduledRun(m, t, p.Due, d.ID))
	}
	if len(docs) == schedulePage {
		after = docs[len(docs)-1].ID
	}
	return list, after, nil
}

func (s *Service) scheduledRun(m *model.Model, t *model.Trigger, at time.Time, id string) *Run {
	r := newRun(m, t, origin{
		id: timedID(at, "schedule", t.Def.Key, t.Digest, query.FormatInstant(at), id), call: record.Call{Actor: access.System()}, event: t.Def.On.Event, at: at,
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
