package calendar_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"weft/runtime/calendar"
)

func TestClocks(t *testing.T) {
	t.Parallel()
	zone := shanghai(t)
	c := usual(t, zone)
	at := func(text string) time.Time {
		t.Helper()
		if text == "" {
			return time.Time{}
		}
		m, err := time.ParseInLocation("01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return m.AddDate(2026, 0, 0)
	}
	type span struct{ from, to string }
	for _, x := range []struct {
		name, start, limit, extra string
		pauses                    []span
		stop                      string
		phase                     calendar.Phase
		due, left                 string
	}{
		{"runs", "03-02 10:00", "48h", "", nil, "", "running", "03-04 10:00", ""},
		{"runs in working hours", "03-06 16:00", "4wh", "", nil, "", "running", "03-09 11:30", ""},
		{"keeps the hour of working days", "03-06 20:00", "1wd", "", nil, "", "running", "03-09 20:00", ""},
		{"was extended", "03-02 10:00", "48h", "24h", nil, "", "running", "03-05 10:00", ""},
		{"stands still", "03-02 10:00", "48h", "", []span{{"03-03 10:00", ""}}, "", "paused", "", "24h"},
		{"goes on", "03-02 10:00", "48h", "", []span{{"03-03 10:00", "03-05 10:00"}}, "", "running", "03-06 10:00", ""},
		{"stood still twice", "03-02 10:00", "10h", "", []span{{"03-02 11:00", "03-02 12:00"}, {"03-02 13:00", ""}}, "", "paused", "", "8h"},
		{"stood still overnight, where nobody works anyway", "03-02 17:00", "2wh", "", []span{{"03-02 18:00", "03-03 09:00"}}, "", "running", "03-03 10:00", ""},
		{"stood still overdue", "03-02 10:00", "1h", "", []span{{"03-02 12:00", "03-02 20:00"}}, "", "running", "03-02 19:00", ""},
		{"begins in a pause", "03-02 10:00", "1h", "", []span{{"03-02 09:00", ""}}, "", "paused", "", "1h"},
		{"began in a pause", "03-02 10:00", "1h", "", []span{{"03-02 09:00", "03-02 11:00"}}, "", "running", "03-02 12:00", ""},
		{"stood still before it began", "03-02 10:00", "1h", "", []span{{"03-02 08:00", "03-02 09:00"}}, "", "running", "03-02 11:00", ""},
		{"ended", "03-02 10:00", "48h", "", nil, "03-02 11:00", "stopped", "", "47h"},
		{"ended too late", "03-02 10:00", "2wh", "", nil, "03-02 15:00", "stopped", "", "-3h"},
		{"ended in a pause", "03-02 10:00", "48h", "", []span{{"03-02 11:00", ""}}, "03-03 11:00", "stopped", "", "47h"},
		{"ended before a pause", "03-02 10:00", "48h", "", []span{{"03-03 11:00", ""}}, "03-02 11:00", "stopped", "", "47h"},
		{"ended in the pause in which it began", "03-02 10:00", "48h", "", []span{{"03-02 09:00", "03-04 09:00"}}, "03-02 11:00", "stopped", "", "48h"},
		{"ended in the pause that has lasted since it began", "03-02 10:00", "48h", "", []span{{"03-02 09:00", ""}}, "03-02 11:00", "stopped", "", "48h"},
	} {
		t.Run(x.name, func(t *testing.T) {
			k := calendar.Clock{Start: at(x.start), Stop: at(x.stop)}
			var err error
			if k.Limit, err = calendar.ParseDuration(x.limit); err != nil {
				t.Fatal(err)
			}
			if x.extra != "" {
				if k.Extra, err = calendar.ParseDuration(x.extra); err != nil {
					t.Fatal(err)
				}
			}
			for _, p := range x.pauses {
				k.Pauses = append(k.Pauses, calendar.Pause{From: at(p.from), To: at(p.to)})
			}
			got, err := c.Clock(k)
			if err != nil || got.Phase != x.phase || !got.Due.Equal(at(x.due)) {
				t.Errorf("%+v, %v; want %s, due %s", got, err, x.phase, x.due)
			}
			var left time.Duration
			if x.left != "" {
				if left, err = time.ParseDuration(x.left); err != nil {
					t.Fatal(err)
				}
			}
			if got.Left != left {
				t.Errorf("left %s, want %s", got.Left, left)
			}
		})
	}
}

// However often a clock stands still, it runs as long as its limit says.
func TestPausesTakeNothing(t *testing.T) {
	t.Parallel()
	c := usual(t, shanghai(t))
	r := rand.New(rand.NewPCG(3, 4))
	for _, text := range []string{"100h", "40wh"} {
		limit, err := calendar.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			start := time.Date(2026, 1, 1, 0, r.IntN(500_000), 0, 0, time.UTC)
			k := calendar.Clock{Start: start, Limit: limit}
			ran, moment := time.Duration(0), start
			for range r.IntN(4) {
				from := moment.Add(time.Duration(1+r.IntN(600)) * time.Minute)
				ran += c.Left(limit, moment, from)
				moment = from.Add(time.Duration(1+r.IntN(9000)) * time.Minute)
				k.Pauses = append(k.Pauses, calendar.Pause{From: from, To: moment})
			}
			got, err := c.Clock(k)
			if err != nil || got.Phase != calendar.Running {
				t.Fatalf("%+v, %v", got, err)
			}
			if ran += c.Left(limit, moment, got.Due); ran != time.Duration(limit.N)*time.Hour {
				t.Fatalf("%s with pauses %v is due at %s after %s", text, k.Pauses, got.Due, ran)
			}
		}
	}
}
