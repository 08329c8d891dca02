package script

import (
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"
)

const (
	dateForm     = "2006-01-02"
	datetimeForm = "2006-01-02T15:04:05.000Z"
)

// dateModule computes with dates ("2026-01-31") and times (RFC 3339), both as
// texts. What a day is follows the organisation's zone.
func (m *realm) dateModule() *goja.Object {
	o := m.object(map[string]native{
		"today":      {0, func(goja.FunctionCall) goja.Value { return m.rt.ToValue(m.now.In(m.zone()).Format(dateForm)) }},
		"now":        {0, func(goja.FunctionCall) goja.Value { return m.rt.ToValue(m.now.UTC().Format(datetimeForm)) }},
		"add":        {3, m.dateAdd},
		"difference": {3, m.dateDifference},
		"startOf":    {2, m.dateStart},
		"endOf":      {2, m.dateEnd},
		"weekday": {1, func(c goja.FunctionCall) goja.Value {
			t, _ := m.date(c.Argument(0))
			return m.rt.ToValue((int(t.Weekday())+6)%7 + 1)
		}},
		"date": {1, func(c goja.FunctionCall) goja.Value {
			t, _ := m.date(c.Argument(0))
			return m.rt.ToValue(t.Format(dateForm))
		}},
		"format": {2, m.dateFormat},
	})
	m.member(o, "zone", m.rt.ToValue(m.zone().String()))
	return o
}

func (m *realm) zone() *time.Location { return m.run.begin.zone }

// date reads a date or time; whole says that it is a date.
func (m *realm) date(v goja.Value) (t time.Time, whole bool) {
	s := v.String()
	if o, ok := v.(*goja.Object); ok && o.ClassName() == "Date" {
		s = text(o, "toISOString")
		if d, ok := o.Export().(time.Time); ok {
			return d.In(m.zone()), false
		}
	}
	if t, err := time.ParseInLocation(dateForm, s, m.zone()); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		m.throw("RangeError", "%s is neither a date nor a time", shorten(s))
	}
	return t.In(m.zone()), false
}

func (m *realm) dateValue(t time.Time, whole bool) goja.Value {
	if t.Year() < 1 || t.Year() > 9999 {
		return m.throw("RangeError", "the year %d is out of range", t.Year())
	}
	if whole {
		return m.rt.ToValue(t.Format(dateForm))
	}
	return m.rt.ToValue(t.UTC().Format(datetimeForm))
}

// unit reads "days" or "day"; a week is 7 days, a quarter 3 months.
func (m *realm) unit(v goja.Value) string {
	u := strings.TrimSuffix(v.String(), "s")
	switch u {
	case "minute", "hour", "day", "week", "month", "quarter", "year":
		return u
	}
	m.throw("RangeError", "the unit %s is none of minutes, hours, days, weeks, months, quarters, years", shorten(v.String()))
	return ""
}

func (m *realm) dateAdd(c goja.FunctionCall) goja.Value {
	t, whole := m.date(c.Argument(0))
	n := c.Argument(1).ToInteger()
	if n > 1e7 || n < -1e7 {
		return m.throw("RangeError", "%d is too many", n)
	}
	switch u := m.unit(c.Argument(2)); u {
	case "minute", "hour":
		if whole {
			return m.throw("RangeError", "a date has no %ss", u)
		}
		t = t.Add(time.Duration(n) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[u])
	case "day", "week":
		t = t.AddDate(0, 0, int(n)*map[string]int{"day": 1, "week": 7}[u])
	default:
		t = addMonths(t, int(n)*map[string]int{"month": 1, "quarter": 3, "year": 12}[u])
	}
	return m.dateValue(t, whole)
}

// addMonths keeps the day, or takes the last one of a month that is shorter.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// dateDifference counts whole units from the first to the second, negative when
// the second is earlier.
func (m *realm) dateDifference(c goja.FunctionCall) goja.Value {
	a, _ := m.date(c.Argument(0))
	b, _ := m.date(c.Argument(1))
	sign := int64(1)
	if b.Before(a) {
		a, b, sign = b, a, -1
	}
	var n int64
	switch u := m.unit(c.Argument(2)); u {
	case "minute":
		n = int64(b.Sub(a) / time.Minute)
	case "hour":
		n = int64(b.Sub(a) / time.Hour)
	case "day", "week":
		n = wholeDays(a, b) / map[string]int64{"day": 1, "week": 7}[u]
	default:
		months := (b.Year()-a.Year())*12 + int(b.Month()-a.Month())
		if addMonths(a, months).After(b) {
			months--
		}
		n = int64(months / map[string]int{"month": 1, "quarter": 3, "year": 12}[u])
	}
	return m.rt.ToValue(sign * n)
}

// wholeDays counts days of the calendar, which are not all of 24 hours.
func wholeDays(a, b time.Time) int64 {
	n := int(b.Sub(a)/(24*time.Hour)) + 1
	for n > 0 && a.AddDate(0, 0, n).After(b) {
		n--
	}
	return int64(n)
}

func (m *realm) dateStart(c goja.FunctionCall) goja.Value {
	t, whole := m.date(c.Argument(0))
	return m.dateValue(startOf(t, m.unit(c.Argument(1))), whole)
}

func startOf(t time.Time, unit string) time.Time {
	y, month, d := t.Date()
	switch unit {
	case "minute":
		return t.Truncate(time.Minute)
	case "hour":
		return time.Date(y, month, d, t.Hour(), 0, 0, 0, t.Location())
	case "week":
		d -= (int(t.Weekday()) + 6) % 7
	case "month":
		d = 1
	case "quarter":
		month, d = (month-1)/3*3+1, 1
	case "year":
		month, d = 1, 1
	}
	return time.Date(y, month, d, 0, 0, 0, 0, t.Location())
}

// dateEnd is the last day, or millisecond, of the unit.
func (m *realm) dateEnd(c goja.FunctionCall) goja.Value {
	t, whole := m.date(c.Argument(0))
	unit := m.unit(c.Argument(1))
	next := startOf(t, unit)
	switch unit {
	case "minute":
		next = next.Add(time.Minute)
	case "hour":
		next = next.Add(time.Hour)
	default:
		next = next.AddDate(map[string]int{"year": 1}[unit], map[string]int{"month": 1, "quarter": 3}[unit], map[string]int{"day": 1, "week": 7}[unit])
	}
	if whole {
		return m.dateValue(next.AddDate(0, 0, -1), true)
	}
	return m.dateValue(next.Add(-time.Millisecond), false)
}

// dateFormat fills yyyy, MM, dd, HH, mm, ss and M, d, H without a nought in front.
func (m *realm) dateFormat(c goja.FunctionCall) goja.Value {
	t, _ := m.date(c.Argument(0))
	r := strings.NewReplacer(
		"yyyy", fmt.Sprintf("%04d", t.Year()), "MM", t.Format("01"), "dd", t.Format("02"), "HH", t.Format("15"), "mm", t.Format("04"), "ss", t.Format("05"),
		"M", t.Format("1"), "d", t.Format("2"), "H", fmt.Sprint(t.Hour()),
	)
	return m.rt.ToValue(r.Replace(c.Argument(1).String()))
}
