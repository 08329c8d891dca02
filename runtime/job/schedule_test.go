package job_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"weft/runtime/job"
)

// scheduled is an office with a schedule on the hour, on two processes.
func scheduled(t *testing.T, catchUp job.CatchUp) (o *office, ran func() []string, scheduler *job.Scheduler) {
	t.Helper()
	var mu sync.Mutex
	var times []string
	kind := job.Kind{Name: "hourly", Run: func(_ context.Context, c *job.Claimed) error {
		var at string
		if err := c.Decode(&at); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		times = append(times, at)
		return nil
	}}
	list := func() []job.Schedule {
		return []job.Schedule{{Key: "h", Cron: "0 * * * *", CatchUp: catchUp, Job: func(due time.Time) job.New {
			return job.New{Kind: "hourly", Payload: due.UTC().Format("15:04")}
		}}}
	}
	o = newStore(t)
	o.clock.Store(int64(time.Until(time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC))))
	for range 2 {
		q := o.newQueue(kind)
		scheduler = job.NewScheduler(job.SchedulerOptions{Queue: q, Store: o.store, List: list, Now: o.now})
		if err := scheduler.Arm(t.Context()); err != nil {
			t.Fatal(err)
		}
		q.Start()
		t.Cleanup(q.Stop)
		o.queue = q
	}
	return o, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(times))
	}, scheduler
}

// One run for each due time in the whole cluster, and what becomes of missed times.
func TestASchedule(t *testing.T) {
	t.Parallel()
	for catchUp, want := range map[job.CatchUp][]string{
		"":              {"08:00", "11:00"},
		job.CatchUpSkip: {"08:00"},
		job.CatchUpAll:  {"08:00", "09:00", "10:00", "11:00"},
	} {
		t.Run(string(catchUp), func(t *testing.T) {
			t.Parallel()
			o, ran, scheduler := scheduled(t, catchUp)
			o.await(t)
			if got := ran(); len(got) != 0 {
				t.Errorf("before the time: %q", got)
			}
			o.clock.Add(int64(30*time.Minute + time.Second))
			o.await(t)
			o.clock.Add(int64(3*time.Hour + 10*time.Minute))
			for range 3 {
				o.await(t)
				if err := scheduler.Arm(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if got := ran(); !slices.Equal(got, want) {
				t.Errorf("ran for %q, want %q", got, want)
			}
		})
	}
}
