package job_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"weft/runtime/job"
)

func TestNextCron(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	const form = "2006-01-02 15:04"
	for _, x := range []struct{ cron, after, want string }{
		{"0 9 * * *", "2026-03-02 09:00", "2026-03-03 09:00"},
		{"*/15 * * * *", "2026-03-02 09:01", "2026-03-02 09:15"},
		{"0 18 * * 5", "2026-03-02 09:00", "2026-03-06 18:00"},
		{"0 9 * * 5L", "2026-12-01 00:00", "2026-12-25 09:00"}, // the last Friday
		{"30 2 * * *", "2026-03-07 03:00", "2026-03-09 02:30"}, // the clock skips 02:30 on the 8th
	} {
		after, err := time.ParseInLocation(form, x.after, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := job.NextCron(x.cron, after); err != nil || got.Format(form) != x.want {
			t.Errorf("%s after %s: %s, want %s (%v)", x.cron, x.after, got.Format(form), x.want, err)
		}
	}
	for _, bad := range []string{"", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "TZ=UTC 0 9 * * *", "@every 1s"} {
		if next, err := job.NextCron(bad, time.Now()); err == nil {
			t.Errorf("%q is taken, next at %s", bad, next)
		}
	}
}

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
