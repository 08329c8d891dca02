package query

import (
	"strconv"
	"strings"
	"time"
)

// RelativePeriod is a span of whole days of the organisation, relative to today.
type RelativePeriod struct {
	unit byte // d, w, M, q, y: the period that today lies in, shifted by n
	n    int
	days int // instead, for last_7 and next_7: so many days, today included; last ones are negative
}

// maxRelativeDays bounds last_n and next_n.
const maxRelativeDays = 3660

var periodUnits = map[string]byte{"week": 'w', "month": 'M', "quarter": 'q', "year": 'y'}

// ParseRelativePeriod reads today, yesterday, tomorrow, this_week, last_month,
// next_quarter, … and last_7 or next_30: that many days, today included.
func ParseRelativePeriod(s string) (RelativePeriod, bool) {
	switch s {
	case "today":
		return RelativePeriod{unit: 'd'}, true
	case "yesterday":
		return RelativePeriod{unit: 'd', n: -1}, true
	case "tomorrow":
		return RelativePeriod{unit: 'd', n: 1}, true
	}
	which, what, _ := strings.Cut(s, "_")
	shift, ok := map[string]int{"last": -1, "this": 0, "next": 1}[which]
	if !ok {
		return RelativePeriod{}, false
	}
	if unit, ok := periodUnits[what]; ok {
		return RelativePeriod{unit: unit, n: shift}, true
	}
	n, err := strconv.Atoi(what)
	if err != nil || n < 1 || n > maxRelativeDays || shift == 0 || what[0] == '+' || what[0] == '0' {
		return RelativePeriod{}, false
	}
	return RelativePeriod{days: shift * n}, true
}

// Days gives the first and the last day of the period.
func (r RelativePeriod) Days(env Env) (first, last time.Time) {
	zone := env.Zone
	if zone == nil {
		zone = time.UTC
	}
	now := env.Now.In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case r.days > 0:
		return today, today.AddDate(0, 0, r.days-1)
	case r.days < 0:
		return today.AddDate(0, 0, r.days+1), today
	}
	year, month := today.Year(), today.Month()
	date := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	switch r.unit {
	case 'w':
		back := (int(today.Weekday()) + 6 - env.WeekOffset + 7) % 7
		first = today.AddDate(0, 0, 7*r.n-back)
		return first, first.AddDate(0, 0, 6)
	case 'M':
		first = date(year, month+time.Month(r.n))
		return first, first.AddDate(0, 1, -1)
	case 'q':
		first = date(year, (month-1)/3*3+1+time.Month(3*r.n))
		return first, first.AddDate(0, 3, -1)
	case 'y':
		first = date(year+r.n, 1)
		return first, first.AddDate(1, 0, -1)
	}
	first = today.AddDate(0, 0, r.n)
	return first, first
}

// bounds are the first and the last value of a kind within the period, in
// stored form: days, or the instants at which these begin and end in the zone.
func (r RelativePeriod) bounds(env Env, kind Kind) []any {
	first, last := r.Days(env)
	if kind == Date {
		return []any{first.Format(DateLayout), last.Format(DateLayout)}
	}
	zone := env.Zone
	if zone == nil {
		zone = time.UTC
	}
	midnight := func(d time.Time) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
	}
	end := midnight(last.AddDate(0, 0, 1)).Add(-time.Millisecond)
	return []any{FormatInstant(midnight(first)), FormatInstant(end)}
}

// within makes the comparison with periods: "=" and "in" hold within one of
// them, "!=" outside. Values of the list that are no periods stay in "in".
func (b *binder) within(c Cmp, list []any) Expr {
	var parts Any
	var others []any
	for _, v := range list {
		if p, ok := v.(RelativePeriod); ok {
			parts = append(parts, Cmp{Path: c.Path, Op: Between, Value: p.bounds(b.env, c.Path.Kind)})
		} else {
			others = append(others, v)
		}
	}
	if len(others) > 0 {
		parts = append(parts, Cmp{Path: c.Path, Op: In, Value: b.values(others, c.Path.Kind)})
	}
	var x Expr = parts
	if len(parts) == 1 {
		x = parts[0]
	}
	if c.Op == Ne {
		return Not{x}
	}
	return x
}

func hasPeriod(list []any) bool {
	for _, v := range list {
		if _, ok := v.(RelativePeriod); ok {
			return true
		}
	}
	return false
}
