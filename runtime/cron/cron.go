// Package cron reads cron expressions and finds the times that they name.
package cron

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule is a parsed expression: minute, hour, day of the month, month and day of
// the week, with lists (1,15), ranges (mon-fri) and steps (*/10). When both days are
// restricted, either is enough, as everywhere. It is immutable.
type Schedule struct {
	minutes, hours, days, months, weekdays uint64
	// anyDay and anyWeekday tell that the field is *.
	anyDay, anyWeekday bool
}

// shortcuts are names of common expressions.
var shortcuts = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
}

// field is one of the five fields.
type field struct {
	name     string
	min, max int
	names    []string // from min on
}

var fields = [5]field{
	{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"weekday", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}, // 7 is Sunday, too
}

// Parse reads an expression of five fields, or one of @hourly, @daily, @weekly,
// @monthly, @yearly. An expression that names no time at all is an error, too.
func Parse(text string) (*Schedule, error) {
	if long, ok := shortcuts[strings.TrimSpace(text)]; ok {
		text = long
	}
	parts := strings.Fields(text)
	if len(parts) != len(fields) {
		return nil, fmt.Errorf("cron: %q has %d fields, not 5", text, len(parts))
	}
	var bits [5]uint64
	for i, part := range parts {
		var err error
		if bits[i], err = fields[i].parse(strings.ToLower(part)); err != nil {
			return nil, err
		}
	}
	if bits[4]&(1<<7) != 0 {
		bits[4] |= 1
	}
	s := &Schedule{bits[0], bits[1], bits[2], bits[3], bits[4], parts[2] == "*", parts[4] == "*"}
	if s.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("cron: %q names no time", text)
	}
	return s, nil
}

// parse reads a list of ranges as bits.
func (f field) parse(text string) (bits uint64, err error) {
	for _, part := range strings.Split(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
				return 0, fmt.Errorf("cron: %q is no step of the %s", part, f.name)
			}
		}
		low, high, err := f.span(span, stepped)
		if err != nil {
			return 0, err
		}
		for v := low; v <= high; v += step {
			bits |= 1 << v
		}
	}
	return bits, nil
}

// span reads "*", "5", "mon-fri"; with a step "5" means from 5 on.
func (f field) span(text string, stepped bool) (low, high int, err error) {
	if text == "*" {
		return f.min, f.max, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if low, err = f.value(first); err != nil {
		return 0, 0, err
	}
	switch {
	case ranged:
		if high, err = f.value(last); err == nil && high < low {
			err = fmt.Errorf("cron: %q runs backwards", text)
		}
	case stepped:
		high = f.max
	default:
		high = low
	}
	return low, high, err
}

func (f field) value(text string) (int, error) {
	for i, name := range f.names {
		if text == name {
			return f.min + i, nil
		}
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < f.min || v > f.max || strings.HasPrefix(text, "+") {
		return 0, fmt.Errorf("cron: %q is no %s", text, f.name)
	}
	return v, nil
}

// horizon is how many days are looked through: leap days come within eight years.
const horizon = 366 * 9

// Next is the first time after t, in the zone of t; the zero time when there is none.
// A time that a change of clocks leaves out is the moment of the change; one that
// comes twice counts once.
func (s *Schedule) Next(t time.Time) time.Time {
	year, month, day := t.Date()
	for i := range horizon {
		noon := time.Date(year, month, day+i, 12, 0, 0, 0, t.Location())
		if !s.onDay(noon) {
			continue
		}
		for hour := range 24 {
			if s.hours&(1<<hour) == 0 {
				continue
			}
			for minute := range 60 {
				if s.minutes&(1<<minute) == 0 {
					continue
				}
				if at := time.Date(year, month, day+i, hour, minute, 0, 0, t.Location()); at.After(t) {
					return at
				}
			}
		}
	}
	return time.Time{}
}

func (s *Schedule) onDay(t time.Time) bool {
	if s.months&(1<<t.Month()) == 0 {
		return false
	}
	day, weekday := s.days&(1<<t.Day()) != 0, s.weekdays&(1<<t.Weekday()) != 0
	if s.anyDay || s.anyWeekday {
		return day && weekday
	}
	return day || weekday
}
