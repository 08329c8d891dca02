package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/problem"
)

const clockContract = `{"kind":"entity","key":"contract","type":"object",TITLE,"properties":{
	"name":{"x-type":"text",TITLE},"ends":{"x-type":"date",TITLE},"fee":{"x-type":"currency","x-currency":"CNY",TITLE},
	"days_left":{FORMULA:"DAYS(ends, TODAY())","x-result":"number"},
	"urgent":{FORMULA:"days_left < 30","x-result":"boolean"},
	"due":{FORMULA:"IF(urgent, fee * 2, fee)","x-result":"currency","x-currency":"CNY"},
	"lines":{"x-type":"child_rows",TITLE,"x-child":"line"}}}`

const clockLine = `{"kind":"entity","key":"line","type":"object",TITLE,"x-child-of":{"entity":"contract","field":"contract"},"properties":{
	"contract":{"x-type":"reference","x-entity":"contract","x-on-delete":"cascade",TITLE},"since":{"x-type":"date",TITLE},
	"age":{FORMULA:"DAYS(TODAY(), since)","x-result":"number"}}}`

// The value of a TODAY formula is right whenever it is read, by every route,
// without any change of the record.
func TestFormulasOfTheDateAreComputedWhenRead(t *testing.T) {
	t.Parallel()
	var later atomic.Int64                               // time.Duration
	at := time.Date(2026, 1, 31, 16, 30, 0, 0, time.UTC) // 1 February in China
	f := newTestApp(t, apptest.Options{Now: func() time.Time { return at.Add(time.Duration(later.Load())) }})
	f.publish(clockContract, clockLine)
	answer := f.Do(t, f.Admin, "POST", "/records/contract", `{"name":"a","ends":"2026-03-31","fee":"12.5","lines":[{"since":"2026-01-01"}]}`).Want(t, http.StatusCreated)
	id, tag := answer.Text("id"), answer.Header.Get("ETag")
	f.create("contract", `{"name":"b"}`)
	type contract struct {
		Days_left *float64
		Urgent    *bool
		Due       string
		Lines     []struct{ Age float64 }
	}
	shown := func(a *apptest.Answer) string {
		t.Helper()
		var c contract
		a.Want(t, a.Status).JSON(t, &c)
		if c.Days_left == nil || c.Urgent == nil || len(c.Lines) != 1 {
			t.Fatal(a.Body)
		}
		return fmt.Sprint(*c.Days_left, " ", *c.Urgent, " ", c.Due, " ", c.Lines[0].Age)
	}
	get := func(headers ...string) *apptest.Answer {
		return f.Do(t, f.Admin, "GET", "/records/contract/"+id, nil, headers...)
	}
	if got := shown(answer); got != "58 false 12.5 31" {
		t.Errorf("created: %s", got)
	}
	later.Store(int64(30 * 24 * time.Hour))
	f.Admin = f.Token(t, "admin")
	if got := shown(get("If-None-Match", tag)); got != "28 true 25 61" {
		t.Errorf("a month later: %s", got)
	}
	f.patch("contract", id, `{"name":"c"}`)
	if n := f.history(id); n != 2 {
		t.Errorf("%d history rows", n)
	}
	doc, err := f.Store.Get(t.Context(), "contract", id)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`{"id":%q,"rev":2,`, id); string(doc.Body[:len(want)]) != want || len(doc.Body) > 400 {
		t.Errorf("%s", doc.Body)
	}
	var page struct{ Items []contract }
	f.Do(t, f.Admin, "POST", "/records/contract/query", `{"fields":["due","urgent"]}`).Want(t, http.StatusOK).JSON(t, &page)
	if a, b := page.Items[0], page.Items[1]; a.Due != "25" || a.Days_left != nil || b.Due != "" || b.Urgent == nil || *b.Urgent {
		t.Errorf("list %+v", page.Items)
	}
	if csv := f.Do(t, f.Admin, "POST", "/records/contract/export", `{"fields":["days_left"]}`, "Accept", "text/csv").Want(t, http.StatusOK).Body; !strings.HasSuffix(csv, "\n28\n\n") {
		t.Errorf("export %q", csv)
	}
}

func TestFormulasOfTheDateCannotBeFiltered(t *testing.T) {
	t.Parallel()
	f := newTestApp(t, apptest.Options{})
	f.publish(clockContract, clockLine)
	for path, body := range map[string]string{
		"/where/0":       `{"where":["days_left","<",30]}`,
		"/where/all/0/0": `{"where":{"all":[["urgent","empty"],["name","=","x"]]}}`,
		"/sort/0":        `{"sort":["-days_left"]}`,
	} {
		f.refuses("/records/contract/query", body, path)
	}
	f.refuses("/records/contract/aggregate", `{"groupBy":["urgent"],"metrics":{"n":["count"]}}`, "/groupBy/0")
	f.refuses("/records/contract/aggregate", `{"metrics":{"n":["sum","due"]}}`, "/metrics/n/1")
	f.refuses("/records/line/query", `{"where":["contract.days_left","=",1]}`, "/where/0")
}

func (f *testApp) refuses(path, body, at string) {
	f.t.Helper()
	var p struct{ Errors []problem.Field }
	f.Do(f.t, f.Admin, "POST", path, body).Want(f.t, http.StatusUnprocessableEntity).JSON(f.t, &p)
	if len(p.Errors) != 1 || p.Errors[0].Code != "not_stored" || p.Errors[0].Path != at {
		f.t.Errorf("%s %s: %+v", path, body, p.Errors)
	}
}
