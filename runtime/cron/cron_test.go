package cron_test

import (
	"testing"
	"time"

	"weft/runtime/cron"
)

func TestNext(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	const form = "2006-01-02 15:04"
	for _, x := range []struct{ cron, after, want string }{
		{"0 9 * * *", "2026-03-02 08:59", "2026-03-02 09:00"},
		{"0 9 * * *", "2026-03-02 09:00", "2026-03-03 09:00"},
		{"*/15 * * * *", "2026-03-02 09:01", "2026-03-02 09:15"},
		{"10/20 8-9,14 * * *", "2026-03-02 09:55", "2026-03-02 14:10"},
		{"30 18 * * mon-fri", "2026-03-06 18:30", "2026-03-09 18:30"},
		{"0 18 * * 5", "2026-03-02 09:00", "2026-03-06 18:00"},
		{"0 0 1 jan,jul *", "2026-03-02 00:00", "2026-07-01 00:00"},
		{"0 9 * * 5L", "2026-12-01 00:00", "2026-12-25 09:00"}, // the last Friday
		{"0 0 29 2 *", "2026-03-02 00:00", "2028-02-29 00:00"},
		{"30 2 * * *", "2026-03-07 03:00", "2026-03-09 02:30"}, // the clock skips 02:30 on the 8th
		{"30 1 * * *", "2026-10-31 02:00", "2026-11-01 01:30"}, // comes twice
	} {
		after, err := time.ParseInLocation(form, x.after, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cron.Next(x.cron, after); err != nil || got.Format(form) != x.want {
			t.Errorf("%s after %s: %s, want %s (%v)", x.cron, x.after, got.Format(form), x.want, err)
		}
	}
	for _, bad := range []string{"", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "TZ=UTC 0 9 * * *", "@every 1s"} {
		if next, err := cron.Next(bad, time.Now()); err == nil {
			t.Errorf("%q is taken, next at %s", bad, next)
		}
	}
}
