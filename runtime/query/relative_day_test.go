package query_test

import (
	"encoding/json"
	"testing"
	"time"

	"weft/runtime/query"
)

// A period is the whole of its days in the organisation's zone, for dates and
// for instants alike.
func TestRelativePeriods(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	env := query.Env{Now: time.Date(2026, 12, 31, 17, 30, 0, 0, time.UTC), Zone: zone} // 2027-01-01 01:30, a Friday
	for text, want := range map[string]string{
		"today": "2027-01-01 2027-01-01", "yesterday": "2026-12-31 2026-12-31", "tomorrow": "2027-01-02 2027-01-02",
		"this_week": "2026-12-28 2027-01-03", "last_week": "2026-12-21 2026-12-27", "next_week": "2027-01-04 2027-01-10",
		"this_month": "2027-01-01 2027-01-31", "last_month": "2026-12-01 2026-12-31", "next_month": "2027-02-01 2027-02-28",
		"this_quarter": "2027-01-01 2027-03-31", "last_quarter": "2026-10-01 2026-12-31", "next_quarter": "2027-04-01 2027-06-30",
		"this_year": "2027-01-01 2027-12-31", "last_year": "2026-01-01 2026-12-31", "next_year": "2028-01-01 2028-12-31",
		"last_7": "2026-12-26 2027-01-01", "last_30": "2026-12-03 2027-01-01", "last_1": "2027-01-01 2027-01-01", "next_7": "2027-01-01 2027-01-07",
	} {
		p, ok := query.ParseRelativePeriod(text)
		first, last := p.Days(env)
		if got := first.Format(query.DateLayout) + " " + last.Format(query.DateLayout); !ok || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "now", "this_7", "last_", "last_0", "last_07", "last_+7", "last_-7", "last_99999", "this_day", "Today"} {
		if _, ok := query.ParseRelativePeriod(text); ok {
			t.Errorf("%q is a period", text)
		}
	}
	env.WeekOffset = 6 // weeks begin on Sunday
	p, _ := query.ParseRelativePeriod("this_week")
	if first, last := p.Days(env); first.Format(query.DateLayout) != "2026-12-27" || last.Format(query.DateLayout) != "2027-01-02" {
		t.Errorf("week from Sunday: %v to %v", first, last)
	}
}

func TestRelativePeriodsInFilters(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	env := query.Env{Now: time.Date(2026, 3, 15, 16, 5, 0, 0, time.UTC), Zone: time.FixedZone("", 8*3600)} // the 16th there
	day := map[string]any{"id": "x", "close_date": "2026-03-16"}
	first, last := map[string]any{"updated_at": "2026-03-15T16:00:00.000Z"}, map[string]any{"updated_at": "2026-03-16T15:59:59.999Z"}
	before, after := map[string]any{"updated_at": "2026-03-15T15:59:59.999Z"}, map[string]any{"updated_at": "2026-03-16T16:00:00.000Z"}
	for _, c := range []struct {
		where string
		doc   map[string]any
		want  bool
	}{
		{`["close_date","=",{"day":"today"}]`, day, true},
		{`["close_date","=",{"day":"tomorrow"}]`, day, false},
		{`["close_date","!=",{"day":"tomorrow"}]`, day, true},
		{`["close_date","!=",{"day":"this_month"}]`, map[string]any{}, true}, // unset
		{`["close_date","in",[{"day":"tomorrow"},"2026-03-16"]]`, day, true},
		{`["close_date","in",{"day":"this_week"}]`, day, true},
		{`["updated_at","=",{"day":"today"}]`, first, true},
		{`["updated_at","=",{"day":"today"}]`, last, true},
		{`["updated_at","=",{"day":"today"}]`, before, false},
		{`["updated_at","=",{"day":"today"}]`, after, false},
	} {
		f, ps := query.Parse(json.RawMessage(c.where), v.entity("deal"), "/where")
		if len(ps) > 0 {
			t.Errorf("%s: %v", c.where, ps)
			continue
		}
		x, _ := f.Bind(env, v.entity("deal"), nil)
		if query.Matches(x, c.doc, nil) != c.want {
			t.Errorf("%s on %v: want %v", c.where, c.doc, c.want)
		}
	}
	for _, where := range []string{`["close_date",">",{"day":"today"}]`, `["stage","=",{"day":"today"}]`,
		`["close_date","=",{"day":"someday"}]`, `["close_date","between",[{"day":"today"},{"day":"tomorrow"}]]`} {
		if _, ps := query.Parse(json.RawMessage(where), v.entity("deal"), "/where"); len(ps) == 0 || ps[0].Code != "relative_value" {
			t.Errorf("%s: %v", where, ps)
		}
	}
}
