package query

import (
	"strconv"
	"time"
)

// Relative values wait for an Env.
type (
	// RelativeTime is a moment relative to now.
	RelativeTime struct {
		n    int
		unit byte // 0 for none, else m h d w M y
	}
	relativeMe         struct{}
	relativeDepartment struct{ below bool }
)

// relative reads {"now":"-7d"}, {"day":"this_week"}, {"me":true}, {"myDepartment":"own|below"}.
func (p *parser) relative(c Cmp, m map[string]any, at string) (any, bool) {
	if len(m) == 1 {
		kind := c.Path.Kind
		identity := (kind == Key || kind == Keys) && (c.Op == Eq || c.Op == Ne || c.Op == In)
		if text, ok := m["now"].(string); ok && (kind == Date || kind == Instant) {
			if v, ok := ParseRelativeTime(text); ok {
				return v, true
			}
		}
		within := (kind == Date || kind == Instant) && (c.Op == Eq || c.Op == Ne || c.Op == In)
		if text, ok := m["day"].(string); ok && within {
			if v, ok := ParseRelativePeriod(text); ok {
				return v, true
			}
		}
		if yes, ok := m["me"].(bool); ok && yes && identity {
			return relativeMe{}, true
		}
		if d, ok := m["myDepartment"].(string); ok && identity && (d == "own" || d == "below") {
			return relativeDepartment{d == "below"}, true
		}
	}
	p.fail(at, "relative_value", "field", c.Path.Name())
	return nil, false
}

// WholeDays tells whether the shift is by whole days.
func (r RelativeTime) WholeDays() bool { return r.unit != 'm' && r.unit != 'h' }

// limits bound a shift to about 1,000 years.
var limits = map[byte]int{'m': 500_000_000, 'h': 8_000_000, 'd': 366_000, 'w': 52_000, 'M': 12_000, 'y': 1000}

// ParseRelativeTime reads "", "-7d", "+2w", "30m".
func ParseRelativeTime(s string) (RelativeTime, bool) {
	if s == "" {
		return RelativeTime{}, true
	}
	unit := s[len(s)-1]
	limit, ok := limits[unit]
	n, err := strconv.Atoi(s[:len(s)-1])
	if !ok || err != nil || n > limit || n < -limit {
		return RelativeTime{}, false
	}
	return RelativeTime{n, unit}, true
}

// At gives the stored form: a day of the organisation for dates, the exact
// instant else.
func (r RelativeTime) At(env Env, kind Kind) string {
	zone := env.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := env.Now.In(zone)
	switch r.unit {
	case 'm':
		t = t.Add(time.Duration(r.n) * time.Minute)
	case 'h':
		t = t.Add(time.Duration(r.n) * time.Hour)
	case 'd':
		t = t.AddDate(0, 0, r.n)
	case 'w':
		t = t.AddDate(0, 0, 7*r.n)
	case 'M':
		t = addMonths(t, r.n)
	case 'y':
		t = addMonths(t, 12*r.n)
	}
	if kind == Date {
		return t.Format(DateLayout)
	}
	return FormatInstant(t)
}

// addMonths keeps the day of the month, or takes the month's last.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
