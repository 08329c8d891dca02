package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"weft/runtime/cron"
	"weft/runtime/query"
	"weft/runtime/startstop"
	"weft/runtime/store"
)

// CatchUp says what becomes of the times that passed while nobody worked.
type CatchUp string

// The ways to catch up.
const (
	CatchUpOnce CatchUp = "once" // one run for all of them
	CatchUpSkip CatchUp = "skip"
	CatchUpAll  CatchUp = "all" // a run for each
)

// Schedule inserts a job at each time that a cron text names.
type Schedule struct {
	Key  string // unique among all schedules
	Cron string
	// CatchUp is CatchUpOnce when it is "".
	CatchUp CatchUp
	// Job gives the job for a due time; its id is set by the scheduler, so that there is
	// one for each due time in the whole cluster.
	Job func(due time.Time) New
}

// ScheduleKind is the kind of the jobs by which schedules go on.
const ScheduleKind = "schedule"

// late is how long after its time a run is still in time, not missed.
const late = time.Minute

// SchedulerOptions of a Scheduler; Queue, Store and List must be given.
type SchedulerOptions struct {
	Queue *Queue
	Store store.Store
	// List gives the schedules as they are now.
	List func() []Schedule
	// Zone is that of the cron texts; nil means UTC.
	Zone   func() *time.Location
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger
}

// Scheduler keeps a job for each schedule, which inserts the scheduled jobs and moves
// itself on in the same commit.
type Scheduler struct {
	o SchedulerOptions
	*startstop.Periodic
}

// NewScheduler makes a Scheduler that is not started, and registers its kind.
func NewScheduler(o SchedulerOptions) *Scheduler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = func() *time.Location { return time.UTC }
	}
	s := &Scheduler{o: o}
	s.Periodic = startstop.NewPeriodic(startstop.Period{Name: "schedules", RunOnce: s.Arm, Every: time.Second, Logger: o.Logger})
	o.Queue.Register(Kind{Name: ScheduleKind, Run: s.run})
	return s
}

// tick is the payload of a schedule's job.
type tick struct {
	Key  string `json:"key"`
	Cron string `json:"cron"`
	Zone string `json:"zone"`
}

func (s *Scheduler) tick(x Schedule) tick { return tick{x.Key, x.Cron, s.o.Zone().String()} }

func scheduleID(key string) string { return "schedule:" + key }

// Arm makes the job of each schedule that has none, or that had another cron text or
// zone. Jobs of schedules that are gone end when they are due.
func (s *Scheduler) Arm(ctx context.Context) error {
	for _, x := range s.o.List() {
		if err := s.arm(ctx, x); err != nil {
			return fmt.Errorf("schedule %s: %w", x.Key, err)
		}
	}
	return nil
}

func (s *Scheduler) arm(ctx context.Context, x Schedule) error {
	j, err := jobs.Get(ctx, s.o.Store, scheduleID(x.Key))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	var armed tick
	if err == nil {
		if err := j.Decode(&armed); err != nil {
			return err
		}
	}
	if armed == s.tick(x) || j.State == Running {
		return nil
	}
	due, err := cron.Next(x.Cron, s.o.Now().In(s.o.Zone()))
	if err != nil {
		return err
	}
	payload, err := json.Marshal(s.tick(x))
	if err != nil {
		return err
	}
	j.ID, j.Kind, j.State, j.Priority, j.Payload = scheduleID(x.Key), ScheduleKind, Waiting, High, payload
	j.Due, j.CreatedAt, j.Attempts, j.Error = query.FormatInstant(due), query.FormatInstant(s.o.Now()), 0, ""
	if err := jobs.Save(ctx, s.o.Store, &j); err != nil && !store.LostRace(err) { // lost: another process did it
		return err
	}
	s.o.Queue.Wake()
	return nil
}

// run inserts the job of a due time and goes on to the next one.
func (s *Scheduler) run(ctx context.Context, c *Claimed) error {
	var armed tick
	if err := c.Decode(&armed); err != nil {
		return err
	}
	x, ok := s.find(armed)
	if !ok {
		return nil // the schedule is gone or another one
	}
	due, next, runs, err := s.times(x, c.DueAt())
	if err != nil {
		return err
	}
	var ops []store.Op
	if runs {
		n := x.Job(due)
		n.ID = scheduleID(x.Key) + ":" + query.FormatInstant(due)
		op, err := InsertOp(n, s.o.Now())
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	goOn, err := c.RescheduleOp(next, armed)
	if err != nil {
		return err
	}
	return s.o.Store.Commit(ctx, &store.Batch{Ops: append(ops, goOn)})
}

func (s *Scheduler) find(armed tick) (Schedule, bool) {
	for _, x := range s.o.List() {
		if s.tick(x) == armed {
			return x, true
		}
	}
	return Schedule{}, false
}

// times tells for which time a schedule that was due runs now, whether it does, and
// when it is due next.
func (s *Scheduler) times(x Schedule, due time.Time) (at, next time.Time, runs bool, err error) {
	now := s.o.Now().In(s.o.Zone())
	at = due.In(s.o.Zone())
	if next, err = cron.Next(x.Cron, at); err != nil {
		return at, next, false, err
	}
	if x.CatchUp == CatchUpAll {
		return at, next, true, nil
	}
	for !next.After(now) { // missed as well
		at = next
		if next, err = cron.Next(x.Cron, at); err != nil {
			return at, next, false, err
		}
	}
	return at, next, x.CatchUp != CatchUpSkip || now.Sub(at) < late, nil
}
