package record_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// A ticket has a clock for the answer, by grade, in calendar time, and one for the
// whole work in working hours that stands still while the customer is asked.
const ticketDefinitions = `[
 {"kind":"entity","key":"ticket","type":"object","x-title":{"en":"Ticket"},"properties":{
  "name":{"x-type":"text","x-title":{"en":"Name"}},
  "grade":{"x-type":"choice","x-title":{"en":"Grade"},"x-choices":[{"key":"a","title":{"en":"A"}},{"key":"b","title":{"en":"B"}},{"key":"c","title":{"en":"C"}}]},
  "assigned_at":{"x-type":"datetime","x-title":{"en":"Assigned at"}},
  "answered_at":{"x-type":"datetime","x-title":{"en":"Answered at"}},
  "extensions":{"x-type":"integer","x-title":{"en":"Extensions"}},
  "stage":{"x-type":"choice","x-title":{"en":"Stage"},"x-choices":[{"key":"new","title":{"en":"New"}},{"key":"work","title":{"en":"Work"}},{"key":"asked","title":{"en":"Asked"}},{"key":"done","title":{"en":"Done"}}]}
  CLOCKS
 }},
 {"kind":"stage_machine","key":"ticket","title":{"en":"Stages"},"entity":"ticket","field":"stage","initial":"new",
  "stages":[{"key":"new","title":{"en":"New"},"type":"open"},{"key":"work","title":{"en":"Work"},"type":"open"},{"key":"asked","title":{"en":"Asked"},"type":"open"},{"key":"done","title":{"en":"Done"},"type":"won"}],
  "transitions":[{"key":"begin","title":{"en":"Begin"},"from":["*"],"to":"work","direction":"forward"},{"key":"ask","title":{"en":"Ask"},"from":["*"],"to":"asked","direction":"forward"},{"key":"end","title":{"en":"End"},"from":["*"],"to":"done","direction":"forward"}]}
]`

const ticketClocks = `,
  "answer":{"x-type":"clock","x-title":{"en":"Answer"},"x-indexed":true,"x-clock":{
   "start":{"field":"assigned_at"},"limits":{"field":"grade","values":{"a":"24h","b":"72h"}},
   "extend":{"field":"extensions","each":"12h"},"stop":{"field":"answered_at"}}},
  "work":{"x-type":"clock","x-title":{"en":"Work"},"x-clock":{
   "start":{"stages":["work"]},"limit":"9wh","pause":["asked"],"stop":{"stages":["done"]}}},
  "work_until":{"x-type":"formula","x-title":{"en":"Work until"},"x-result":"datetime","x-formula":"work"}`

// helpdesk is an office with tickets and a clock that the test moves.
type helpdesk struct {
	*office
	options  record.Options
	mu       sync.Mutex
	now      time.Time
	calendar *calendar.Calendar
}

// newHelpdesk begins on Monday, 2026-03-02, at nine in Shanghai.
func newHelpdesk(t *testing.T, clocks string) *helpdesk {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	h := &helpdesk{now: time.Date(2026, 3, 2, 9, 0, 0, 0, zone), calendar: calendar.Usual(zone)}
	h.office = newOffice(t, func(o *record.Options) {
		o.Now, o.Calendar = h.time, h.times
		o.Zone = func() *time.Location { return zone }
		h.options = *o
	})
	h.publish(8, clocks)
	return h
}

func (h *helpdesk) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *helpdesk) times() *calendar.Calendar {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calendar
}

// after moves the clock to so much after nine on Monday.
func (h *helpdesk) after(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = time.Date(2026, 3, 2, 9, 0, 0, 0, h.now.Location()).Add(d)
}

// publish adds the tickets with clocks to the definitions, with the jobs that follow.
func (h *helpdesk) publish(version int64, clocks string) {
	h.t.Helper()
	old := h.options.Current.Model()
	var raws []json.RawMessage
	if err := json.Unmarshal([]byte(strings.Replace(ticketDefinitions, "CLOCKS", clocks, 1)), &raws); err != nil {
		h.t.Fatal(err)
	}
	set := old.Set.Clone()
	for _, raw := range raws {
		d, ps := schemas.Decode(raw)
		if len(ps) > 0 {
			h.t.Fatalf("definition: %v", problem.Of(problem.Invalid, ps...))
		}
		set.Remove(d.DefinitionKind(), d.DefinitionKey())
		set.Add(d)
	}
	m, ps := model.Compile(set, version)
	if len(ps) > 0 {
		h.t.Fatalf("compile: %v", problem.Of(problem.Invalid, ps...))
	}
	if err := h.store.Ensure(h.t.Context(), record.Collections(m)); err != nil {
		h.t.Fatal(err)
	}
	ops, err := record.RecomputationOps(old, m, nil, h.time())
	if err != nil {
		h.t.Fatal(err)
	}
	h.options.Current.Swap(m)
	if len(ops) > 0 {
		if err := h.store.Commit(h.t.Context(), &store.Batch{Ops: ops}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// clock reads a clock as it is answered now: "running until 03-03 09:00, 86400 left".
func (h *helpdesk) clock(id, key string) string {
	h.t.Helper()
	raw, _, err := h.reads.Get(h.t.Context(), h.as("admin").call.Actor, "ticket", id, nil, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.clockIn(raw, key)
}

func (h *helpdesk) clockIn(raw []byte, key string) string {
	h.t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil {
		h.t.Fatal(err)
	}
	if doc[key] == nil {
		return "unset"
	}
	var c struct {
		State     string    `json:"state"`
		Due       time.Time `json:"due"`
		Left      *int64    `json:"left"`
		StartedAt string    `json:"started_at"`
		StoppedAt time.Time `json:"stopped_at"`
	}
	if err := json.Unmarshal(doc[key], &c); err != nil {
		h.t.Fatal(err)
	}
	text := c.State
	if !c.Due.IsZero() {
		text += " until " + c.Due.In(h.times().Zone()).Format("01-02 15:04")
	}
	if !c.StoppedAt.IsZero() {
		text += " at " + c.StoppedAt.In(h.times().Zone()).Format("01-02 15:04")
	}
	if c.Left != nil {
		text += fmt.Sprintf(", %s left", time.Duration(*c.Left)*time.Second)
	}
	return text
}

func (h *helpdesk) want(id, key, want string) {
	h.t.Helper()
	if got := h.clock(id, key); got != want {
		h.t.Errorf("%s: %s, want %s", key, got, want)
	}
}

const nine = `"2026-03-02T09:00:00+08:00"`

func TestAClockByGrade(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	admin := h.as("admin")
	r := h.must(admin.create("ticket", `{"name":"T","grade":"a","assigned_at":`+nine+`}`))
	if got := h.clockIn(r.Record, "answer"); got != "running until 03-03 09:00, 24h0m0s left" {
		t.Errorf("the answer of create: %s", got)
	}
	id := r.ID
	h.after(25 * time.Hour)
	h.want(id, "answer", "overdue until 03-03 09:00, -1h0m0s left")
	h.must(admin.patch("ticket", id, `{"grade":"b"}`))
	h.want(id, "answer", "running until 03-05 09:00, 47h0m0s left")
	h.must(admin.patch("ticket", id, `{"extensions":2}`))
	h.want(id, "answer", "running until 03-06 09:00, 71h0m0s left")
	h.must(admin.patch("ticket", id, `{"answered_at":"2026-03-02T10:00:00+08:00"}`))
	h.want(id, "answer", "stopped at 03-02 10:00, 95h0m0s left")
	h.must(admin.patch("ticket", id, `{"assigned_at":"2026-03-03T09:00:00+08:00"}`)) // the answer was to an earlier assignment
	h.want(id, "answer", "running until 03-07 09:00, 95h0m0s left")
	h.must(admin.patch("ticket", id, `{"grade":"c"}`))
	h.want(id, "answer", "unset")
	h.refused(second(admin.patch("ticket", id, `{"answer":{"state":"stopped"}}`)), problem.Invalid, "/answer read_only")
}

func TestAClockStandsStillInStages(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	admin := h.as("admin")
	id := h.must(admin.create("ticket", `{"name":"T"}`)).ID
	h.want(id, "work", "unset")
	steps := []struct {
		after time.Duration
		to    string
		want  string
	}{
		{time.Hour, "work", "running until 03-03 10:00, 9h0m0s left"},
		{3 * time.Hour, "asked", "paused, 7h0m0s left"},
		{30 * time.Hour, "work", "running until 03-04 13:00, 7h0m0s left"},
		{50 * time.Hour, "done", "stopped at 03-04 11:00, 2h0m0s left"},
		{74 * time.Hour, "work", "running until 03-05 13:00, 2h0m0s left"}, // opened again
		{80 * time.Hour, "done", "stopped at 03-05 17:00, -4h0m0s left"},
	}
	for _, s := range steps {
		h.after(s.after)
		r := h.must(admin.move("ticket", id, s.to, `{}`, ""))
		if got := h.clockIn(r.Record, "work"); got != s.want {
			t.Errorf("the answer of the move to %s: %s, want %s", s.to, got, s.want)
		}
		h.want(id, "work", s.want)
		until := h.doc("ticket", id)["work_until"]
		if due := h.doc("ticket", id)["work"]; until != due {
			t.Errorf("%s: the formula gives %v, the clock is due at %v", s.to, until, due)
		}
	}
	for n, row := range h.history(id)[1:] {
		changes := row["changes"].(map[string]any)
		to, _ := changes["work"].(map[string]any)["to"].(map[string]any)
		if want := strings.Trim(strings.Fields(steps[n].want)[0], ","); to["state"] != want {
			t.Errorf("history of the move to %s: %v", steps[n].to, changes)
		}
	}
	h.must(admin.remove("ticket", id))
	h.must(admin.restore("ticket", id))
	h.want(id, "work", steps[5].want)
}

// Queries compare a clock by its due time and know its parts, alike in the store and
// in memory.
func TestClocksInQueries(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	admin := h.as("admin")
	names := map[string]string{}
	make := func(name, values string) {
		names[h.must(admin.create("ticket", `{"name":"`+name+`","assigned_at":`+nine+values+`}`)).ID] = name
	}
	make("none", "")
	make("day", `,"grade":"a"`)
	make("days", `,"grade":"b"`)
	make("longer", `,"grade":"b","extensions":1`)
	make("answered", `,"grade":"a","answered_at":"2026-03-02T11:00:00+08:00"`)
	make("late", `,"grade":"a","answered_at":"2026-03-04T11:00:00+08:00"`)
	h.after(26 * time.Hour)
	for _, q := range []struct{ where, sort, want string }{
		{`["answer","present"]`, `answer`, "day days longer"},
		{`["answer","present"]`, `-answer`, "longer days day"},
		{`["answer","<",{"now":""}]`, `id`, "day"},
		{`["answer","<",{"now":"+2d"}]`, `answer`, "day days"},
		{`["answer","=",{"day":"yesterday"}]`, `id`, ""},
		{`["answer","=",{"day":"today"}]`, `id`, "day"},
		{`["answer.state","=","overdue"]`, `id`, "day"},
		{`["answer.state","=","running"]`, `id`, "days longer"},
		{`["answer.state","in",["overdue","running"]]`, `answer`, "day days longer"},
		{`["answer.state","!=","running"]`, `id`, "none day answered late"},
		{`["answer.state","=","stopped"]`, `answer.left`, "late answered"},
		{`["answer.left","<",0]`, `id`, "late"},
		{`["answer.stopped_at","<",{"now":"-23h"}]`, `id`, "answered"},
		{`["answer.started_at","=",{"day":"yesterday"}]`, `-answer.state,id`, "answered late day days longer"},
		{`["answer","empty"]`, `id`, "none answered late"},
	} {
		ask := read.Query{Where: json.RawMessage(q.where), Sort: strings.Split(q.sort, ",")}
		page, err := h.reads.Query(t.Context(), admin.call.Actor, "ticket", ask)
		if err != nil {
			t.Errorf("%s: %v", q.where, err)
			continue
		}
		var got []string
		for _, item := range page.Items {
			var one struct{ ID string }
			if err := json.Unmarshal(item, &one); err != nil {
				t.Fatal(err)
			}
			got = append(got, names[one.ID])
		}
		if !slices.Equal(got, strings.Fields(q.want)) {
			t.Errorf("%s by %s: %v, want %s", q.where, q.sort, got, q.want)
		}
		if live := h.liveNames(ask, names); !slices.Equal(live, sorted(got)) {
			t.Errorf("%s in memory: %v, want %v", q.where, live, sorted(got))
		}
	}
	for where, want := range map[string]string{
		`["answer.state","=","asleep"]`: "/where/2 wrong_value", `["answer.phase","=","x"]`: "/where/0 unknown_field",
		`["answer","=",5]`: "/where/2 wrong_value", `["name.state","=","x"]`: "/where/0 unknown_field",
	} {
		_, err := h.reads.Query(t.Context(), admin.call.Actor, "ticket", read.Query{Where: json.RawMessage(where)})
		h.refused(err, problem.Invalid, want)
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// liveNames asks the predicate in memory about every ticket.
func (h *helpdesk) liveNames(q read.Query, names map[string]string) []string {
	h.t.Helper()
	sel, err := h.reads.Select(h.t.Context(), h.as("admin").call.Actor, "ticket", q)
	if err != nil {
		h.t.Fatal(err)
	}
	var got []string
	for id, name := range names {
		if query.Matches(sel.Where, h.doc("ticket", id), nil) {
			got = append(got, name)
		}
	}
	return sorted(got)
}

// Aggregates tell clocks that are overdue from those that run, and group and measure
// by the parts of a clock.
func TestClocksInAggregates(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	admin := h.as("admin")
	for _, values := range []string{
		`"grade":"a"`, `"grade":"a"`, `"grade":"b"`, `"grade":"c"`,
		`"grade":"a","answered_at":"2026-03-02T11:00:00+08:00"`, `"grade":"a","answered_at":"2026-03-04T11:00:00+08:00"`,
	} {
		h.must(admin.create("ticket", `{"name":"T","assigned_at":`+nine+`,`+values+`}`))
	}
	h.after(26 * time.Hour)
	for _, q := range []struct{ groups, metrics, sort, want string }{
		{`["answer.state"]`, `{"n":["count"]}`, ``, `[{"answer.state":"overdue","n":2},{"answer.state":"running","n":1},{"answer.state":"stopped","n":2},{"n":1}]`},
		{`["grade","answer.state"]`, `{"n":["count"]}`, `-n`, `[{"grade":"a","answer.state":"overdue","n":2},{"grade":"a","answer.state":"stopped","n":2},{"grade":"b","answer.state":"running","n":1},{"grade":"c","n":1}]`},
		{`["answer.state","work.state"]`, `{"n":["count"]}`, `-answer.state`, `[{"answer.state":"stopped","n":2},{"answer.state":"running","n":1},{"answer.state":"overdue","n":2},{"n":1}]`},
		{`[{"field":"answer","by":"day"}]`, `{"n":["count"]}`, ``, `[{"answer":"2026-03-03","n":2},{"answer":"2026-03-05","n":1},{"n":3}]`},
		{`[{"field":"answer.stopped_at","by":"day"}]`, `{"left":["avg","answer.left"]}`, ``, `[{"answer.stopped_at":"2026-03-02","left":79200},{"answer.stopped_at":"2026-03-04","left":-93600},{}]`},
		{`[]`, `{"first":["min","answer"]}`, ``, `[{"first":"2026-03-03T01:00:00.000Z"}]`},
	} {
		ask := decode[read.AggregateQuery](t, `{"groupBy":`+q.groups+`,"metrics":`+q.metrics+`}`)
		if q.sort != "" {
			ask.Sort = []string{q.sort}
		}
		rows, err := h.reads.Aggregate(t.Context(), admin.call.Actor, "ticket", ask)
		if err != nil {
			t.Errorf("%s: %v", q.groups, err)
			continue
		}
		if got, err := json.Marshal(rows); err != nil || string(got) != q.want {
			t.Errorf("%s: %s %v, want %s", q.groups, got, err, q.want)
		}
	}
	ask := decode[read.AggregateQuery](t, `{"groupBy":["answer.state"],"metrics":{"n":["count"]},"sort":["-n","answer.state"],"limit":2}`)
	rows, err := h.reads.Aggregate(t.Context(), admin.call.Actor, "ticket", ask)
	if got, _ := json.Marshal(rows); err != nil || string(got) != `[{"answer.state":"overdue","n":2},{"answer.state":"stopped","n":2}]` {
		t.Errorf("the first two: %s %v", got, err)
	}
}
