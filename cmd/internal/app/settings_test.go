package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

func TestSettingsRoutes(t *testing.T) {
	t.Parallel()
	a := apptest.Start(t, apptest.Options{})
	user := a.User(t, "ada")
	answer := a.Do(t, user.Token, "GET", "/settings", nil).Want(t, http.StatusOK)
	if answer.Text("zone") != "Asia/Shanghai" || answer.Header.Get("ETag") != `"1"` {
		t.Error(answer.Body)
	}
	a.Do(t, user.Token, "PATCH", "/settings", `{"name":"ACME"}`).Want(t, http.StatusForbidden)
	a.Do(t, "", "GET", "/settings", nil).Want(t, http.StatusUnauthorized)
	answer = a.Do(t, a.Admin, "PATCH", "/settings", `{"name":"ACME"}`, "If-Match", `"1"`).Want(t, http.StatusOK)
	if answer.Text("name") != "ACME" || answer.Header.Get("ETag") != `"2"` {
		t.Error(answer.Body)
	}
	a.Do(t, a.Admin, "PATCH", "/settings", `{"name":"x"}`, "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	refused := a.Do(t, a.Admin, "PATCH", "/settings", `{"zone":"Mars","logo":"x"}`, "Accept-Language", "en").Want(t, http.StatusUnprocessableEntity)
	for _, part := range []string{`"path":"/zone"`, "there is no time zone Mars", `"path":"/logo"`} {
		if !strings.Contains(refused.Body, part) {
			t.Errorf("%s is missing in %s", part, refused.Body)
		}
	}
}

// B7: a change of the zone applies to reads, writes and exports at once.
func TestAChangeOfTheZoneAppliesWithoutRestart(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 18, 30, 0, 0, time.UTC) // 1 February in Shanghai
	f := newTestApp(t, apptest.Options{Now: func() time.Time { return at }})
	f.publish(`{"kind":"entity","key":"visit","type":"object",TITLE,"properties":{
		"came":{"x-type":"datetime",TITLE},"day":{"x-type":"date",TITLE,"default":{"today":"0d"}},
		"now":{FORMULA:"TODAY()","x-result":"date"}}}`)
	check := func(zone, today, hour string) {
		t.Helper()
		f.Do(t, f.Admin, "PATCH", "/settings", map[string]any{"zone": zone}).Want(t, http.StatusOK)
		id := f.create("visit", `{"came":"2026-01-31T18:30:00Z"}`)
		if day, now := f.field("visit", id, "day"), f.field("visit", id, "now"); day != today || now != today {
			t.Errorf("%s: day %v, today %v", zone, day, now)
		}
		row := rows(t, f.App, f.Admin, "visit", map[string]any{"groupBy": []any{map[string]any{"field": "came", "by": "day"}}, "metrics": map[string]any{"n": []string{"count"}}})
		if len(row) != 1 || row[0]["came"] != today {
			t.Errorf("%s: %v", zone, row)
		}
		csv := f.Do(t, f.Admin, "POST", "/records/visit/export", `{"fields":["came"]}`, "Accept", "text/csv").Want(t, http.StatusOK).Body
		if !strings.Contains(csv, hour) {
			t.Errorf("%s: %s", zone, csv)
		}
	}
	check("Asia/Shanghai", "2026-02-01", "2026-02-01 02:30")
	check("UTC", "2026-01-31", "2026-01-31 18:30")
	check("America/New_York", "2026-01-31", "2026-01-31 13:30")
}

// A year whose holidays nobody has entered is told, from the December before; clocks
// count its weekdays as usual until then.
func TestSettingsTellOfUnknownHolidays(t *testing.T) {
	t.Parallel()
	c := newClock("2026-11-30T15:59:00Z")
	f := triggered{newTestApp(t, apptest.Options{Now: c.now})}
	if got := f.Do(t, f.Admin, "GET", "/settings", nil).Want(t, http.StatusOK).Body; strings.Contains(got, "_warnings") {
		t.Errorf("in November: %s", got)
	}
	f.pass(c, time.Minute)
	got := f.Do(t, f.Admin, "GET", "/settings", nil, "Accept-Language", "en").Want(t, http.StatusOK).Body
	if !strings.Contains(got, `"path":"/calendar/holidays/2027"`) || !strings.Contains(got, "the holidays of 2027 are not known") {
		t.Errorf("in December: %s", got)
	}
	refused := f.Do(t, f.Admin, "PATCH", "/settings", `{"calendar":{"hours":{"mon":[]},"holidays":{"2027":{"off":["2027-02-30"],"work":[]}}}}`).Want(t, http.StatusUnprocessableEntity).Body
	for _, part := range []string{`"path":"/calendar/hours/mon"`, `"path":"/calendar/holidays/2027/off/0"`} {
		if !strings.Contains(refused, part) {
			t.Errorf("%s is missing in %s", part, refused)
		}
	}
	got = f.Do(t, f.Admin, "PATCH", "/settings", `{"calendar":{"holidays":{"2027":{"off":["2027-01-01"],"work":[]}}}}`).Want(t, http.StatusOK).Body
	if strings.Contains(got, "_warnings") {
		t.Errorf("entered: %s", got)
	}
}
