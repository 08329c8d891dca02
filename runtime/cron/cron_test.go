package cron_test

import (
	"testing"
	"time"

	"weft/runtime/cron"
)

func TestNext(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cron, after string
		zone        *time.Location
		want        string
	}{
		{"0 9 * * *", "2026-03-02T08:59:59+08:00", shanghai, "2026-03-02T09:00:00+08:00"},
		{"0 9 * * *", "2026-03-02T09:00:00+08:00", shanghai, "2026-03-03T09:00:00+08:00"},
		{"*/15 * * * *", "2026-03-02T09:07:00+08:00", shanghai, "2026-03-02T09:15:00+08:00"},
		{"10/20 8-9,14 * * *", "2026-03-02T09:55:00+08:00", shanghai, "2026-03-02T14:10:00+08:00"},
		{"30 18 * * mon-fri", "2026-03-06T18:30:00+08:00", shanghai, "2026-03-09T18:30:00+08:00"},
		{"0 0 * * 7", "2026-03-02T00:00:00+08:00", shanghai, "2026-03-08T00:00:00+08:00"},
		{"0 0 1 jan,jul *", "2026-03-02T00:00:00+08:00", shanghai, "2026-07-01T00:00:00+08:00"},
		{"0 0 13 * fri", "2026-03-02T00:00:00+08:00", shanghai, "2026-03-06T00:00:00+08:00"},
		{"0 0 29 2 *", "2026-03-02T00:00:00+08:00", shanghai, "2028-02-29T00:00:00+08:00"},
		{"@monthly", "2026-12-02T00:00:00+08:00", shanghai, "2027-01-01T00:00:00+08:00"},
		{"30 2 * * *", "2026-03-29T00:00:00+01:00", berlin, "2026-03-29T03:30:00+02:00"}, // left out by the clocks
		{"30 2 * * *", "2026-10-25T02:30:00+01:00", berlin, "2026-10-26T02:30:00+01:00"}, // comes twice
	} {
		s, err := cron.Parse(c.cron)
		if err != nil {
			t.Error(err)
			continue
		}
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(after.In(c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.cron, c.after, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *", "a * * * *", "+1 * * * *", "0 0 31 2 *", "@never", "1,,2 * * * *"} {
		if s, err := cron.Parse(text); err == nil {
			t.Errorf("%q is taken as %+v", text, s)
		}
	}
}
