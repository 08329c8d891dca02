package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Duration is a length of time: so many of a unit, in calendar time or working time.
type Duration struct {
	N    int // negative: back in time
	Unit Unit
}

// Unit is the unit of a Duration.
type Unit string

// The units. Days and weeks keep the time of day.
const (
	Minutes      Unit = "m"
	Hours        Unit = "h"
	Days         Unit = "d"
	Weeks        Unit = "w"
	WorkingHours Unit = "wh"
	WorkingDays  Unit = "wd"
)

var durationForm = regexp.MustCompile(`^([+-]?)([0-9]{1,6})(m|h|d|w|wh|wd)$`)

// ParseDuration reads "90m", "2h", "3d", "1w", "4wh", "2wd", with a sign where it may
// point back.
func ParseDuration(text string) (Duration, error) {
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		return Duration{}, fmt.Errorf("calendar: %q is no duration such as 90m, 2h, 3d, 1w, 4wh or 2wd", text)
	}
	n, err := strconv.Atoi(m[1] + m[2])
	if err != nil {
		return Duration{}, fmt.Errorf("calendar: %w", err)
	}
	return Duration{N: n, Unit: Unit(m[3])}, nil
}

// String is the duration as ParseDuration reads it.
func (d Duration) String() string { return strconv.Itoa(d.N) + string(d.Unit) }

// IsWorking tells whether the duration counts working time.
func (d Duration) IsWorking() bool { return d.Unit == WorkingHours || d.Unit == WorkingDays }

// maxWorkingDays bounds the days that are looked through, some 30 years.
const maxWorkingDays = 11_000

// Add is the time that lies so much later than t, in the calendar's zone. A working
// day later is the same time of day on the next day on which people work; counted from
// a day of rest, it begins at the next opening. Working hours pass only while people
// work. It fails for what is no duration, and beyond some 30 years.
func (c *Calendar) Add(t time.Time, text string) (time.Time, error) {
	d, err := ParseDuration(text)
	if err != nil {
		return time.Time{}, err
	}
	return c.AddDuration(t, d)
}

// AddDuration is Add of a Duration.
func (c *Calendar) AddDuration(t time.Time, d Duration) (time.Time, error) {
	t = t.In(c.zone)
	switch d.Unit {
	case Minutes:
		return t.Add(time.Duration(d.N) * time.Minute), nil
	case Hours:
		return t.Add(time.Duration(d.N) * time.Hour), nil
	case Days:
		return t.AddDate(0, 0, d.N), nil
	case Weeks:
		return t.AddDate(0, 0, 7*d.N), nil
	case WorkingDays:
		return c.addDays(t, d.N)
	}
	return c.AddWorking(t, time.Duration(d.N)*time.Hour)
}

func (c *Calendar) addDays(t time.Time, n int) (time.Time, error) {
	if n == 0 {
		return t, nil
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	if !c.IsWorkday(t) {
		var err error
		if t, err = c.rest(t, step); err != nil {
			return t, err
		}
	}
	for range maxWorkingDays {
		if t = t.AddDate(0, 0, step); c.IsWorkday(t) {
			if n--; n == 0 {
				return t, nil
			}
		}
	}
	return t, errNever
}

// rest leaves a day of rest: for the opening of the next working day, or the closing
// of the last one.
func (c *Calendar) rest(t time.Time, step int) (time.Time, error) {
	if step > 0 {
		return c.Next(t)
	}
	return c.last(t)
}

var errNever = fmt.Errorf("calendar: nobody works for the next %d days", maxWorkingDays)

// Next is t while people work, otherwise the next opening.
func (c *Calendar) Next(t time.Time) (time.Time, error) {
	t = t.In(c.zone)
	for range maxWorkingDays {
		for _, s := range c.spansOf(t) {
			from, to := at(t, s.from), at(t, s.to)
			if t.Before(to) {
				return later(t, from), nil
			}
		}
		t = at(t, 24*60)
	}
	return t, errNever
}

// last is t while people work, otherwise the last closing before it.
func (c *Calendar) last(t time.Time) (time.Time, error) {
	for range maxWorkingDays {
		spans := c.spansOf(t)
		for i := len(spans) - 1; i >= 0; i-- {
			from, to := at(t, spans[i].from), at(t, spans[i].to)
			if t.After(from) {
				return earlier(t, to), nil
			}
		}
		t = at(t, 0).Add(-time.Nanosecond)
	}
	return t, errNever
}

// AddWorking is the time at which d of working time has passed since t; for a
// negative d, from which it passes until t.
func (c *Calendar) AddWorking(t time.Time, d time.Duration) (time.Time, error) {
	t = t.In(c.zone)
	if d < 0 {
		return c.backward(t, d)
	}
	if d == 0 {
		return t, nil
	}
	for range maxWorkingDays {
		next, err := c.Next(t)
		if err != nil {
			return t, err
		}
		end := c.closing(next)
		if left := end.Sub(next); left < d {
			t, d = end, d-left
			continue
		}
		return next.Add(d), nil
	}
	return t, errNever
}

// backward is AddWorking of a negative d.
func (c *Calendar) backward(t time.Time, d time.Duration) (time.Time, error) {
	for range maxWorkingDays {
		end, err := c.last(t)
		if err != nil {
			return t, err
		}
		from := c.opening(end)
		if have := end.Sub(from); have < -d {
			t, d = from, d+have
			continue
		}
		return end.Add(d), nil
	}
	return t, errNever
}

// closing is the end of the span that holds t or begins at it.
func (c *Calendar) closing(t time.Time) time.Time {
	for _, s := range c.spansOf(t) {
		if to := at(t, s.to); t.Before(to) {
			return to
		}
	}
	return t
}

// opening is the beginning of the span that holds t or ends at it.
func (c *Calendar) opening(t time.Time) time.Time {
	day := t.Add(-time.Nanosecond) // a span may end at midnight
	spans := c.spansOf(day)
	for i := len(spans) - 1; i >= 0; i-- {
		if from := at(day, spans[i].from); t.After(from) {
			return from
		}
	}
	return t
}

// Working is the working time between two times; negative when to is before from.
func (c *Calendar) Working(from, to time.Time) time.Duration {
	if to.Before(from) {
		return -c.Working(to, from)
	}
	from, to = from.In(c.zone), to.In(c.zone)
	var sum time.Duration
	for day := at(from, 0); day.Before(to); day = at(day, 24*60) {
		for _, s := range c.spansOf(day) {
			begin, end := later(from, at(day, s.from)), earlier(to, at(day, s.to))
			if begin.Before(end) {
				sum += end.Sub(begin)
			}
		}
	}
	return sum
}

// at is a minute of the day of t by the clock on the wall.
func at(t time.Time, minute int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, minute, 0, 0, t.Location())
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
