package record_test

import (
	"encoding/json"
	"testing"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// recompute does all jobs that wait.
func (h *helpdesk) recompute() {
	h.t.Helper()
	r := record.NewRecomputer(h.records, nil)
	for more := true; more; {
		var err error
		if more, err = r.RunOnce(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
}

// A clock that is published on existing records is filled from what is known of them,
// and equals the one that ran while they changed.
func TestAClockOfExistingRecords(t *testing.T) {
	t.Parallel()
	live, later := newHelpdesk(t, ticketClocks), newHelpdesk(t, "")
	ids := map[*helpdesk]string{}
	for _, h := range []*helpdesk{live, later} {
		admin := h.as("admin")
		id := h.must(admin.create("ticket", `{"name":"T","grade":"b","assigned_at":`+nine+`}`)).ID
		for _, to := range []string{"work", "asked", "work", "done", "work", "asked"} {
			h.after(h.time().Add(90 * time.Minute).Sub(monday(h)))
			h.must(admin.move("ticket", id, to, `{}`, ""))
		}
		ids[h] = id
	}
	if got := later.clock(ids[later], "work"); got != "unset" {
		t.Fatalf("before it is published: %s", got)
	}
	rows := len(later.history(ids[later]))
	later.publish(9, ticketClocks)
	later.recompute()
	for _, key := range []string{"answer", "work"} {
		later.want(ids[later], key, live.clock(ids[live], key))
	}
	if until := later.doc("ticket", ids[later])["workStartedAt"]; until == nil {
		t.Error("the clock has no start")
	}
	if n := len(later.history(ids[later])); n != rows {
		t.Errorf("%d rows of history, want %d", n, rows)
	}
	later.publish(10, `, "work":{"x-type":"clock","x-title":{"en":"Work"},"x-clock":{"start":{"stages":["work"],"again":true},"limit":"1h","stop":{"stages":["done"]}}}`)
	later.recompute()
	later.want(ids[later], "work", "overdue until 03-02 17:30, -30m0s left") // the last time at half past four
	later.publish(11, "")
	later.recompute()
	later.want(ids[later], "work", "unset")
}

func monday(h *helpdesk) time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, h.times().Zone()) }

func TestAClockOfImportedHistory(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	past := h.as("admin")
	past.call.Historical, past.call.Source, past.call.Import = true, record.SourceImport, "run-1"
	at := func(hour int) *time.Time {
		t := monday(h).AddDate(0, -1, 0).Add(time.Duration(hour) * time.Hour)
		return &t
	}
	rows := []record.Row{
		{Values: map[string]any{"name": "all known", "stage": "done"}, Visits: []record.Visit{
			{Stage: "new", EnteredAt: at(0), LeftAt: at(1)}, {Stage: "work", EnteredAt: at(1), LeftAt: at(3)},
			{Stage: "asked", EnteredAt: at(3), LeftAt: at(5)}, {Stage: "work", EnteredAt: at(5), LeftAt: at(6)}, {Stage: "done", EnteredAt: at(6)}}},
		{Values: map[string]any{"name": "without the time of leaving", "stage": "asked"}, Visits: []record.Visit{
			{Stage: "work", EnteredAt: at(1)}, {Stage: "asked", EnteredAt: at(3)}}},
		{Values: map[string]any{"name": "nobody knows since when", "stage": "done"}, Visits: []record.Visit{
			{Stage: "work", EnteredAt: at(1)}, {Stage: "done"}}},
		{Values: map[string]any{"name": "nothing known", "stage": "done"}},
	}
	done, err := h.records.ImportRows(t.Context(), past.call, "ticket", rows, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"stopped at 02-02 15:00, 6h0m0s left", "paused, 7h0m0s left", "stopped", "unset"} {
		if done[i].Problem != nil {
			t.Fatal(done[i].Problem)
		}
		h.want(done[i].ID, "work", want)
	}
}

// A calendar that changes takes the clocks along, but not before this process works by
// the settings that the job speaks of.
func TestClocksFollowTheCalendar(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	h.after(time.Hour)
	id := h.must(h.as("admin").create("ticket", `{"name":"T","grade":"a","stage":"work","assigned_at":`+nine+`}`)).ID
	h.want(id, "work", "running until 03-03 10:00, 9h0m0s left")
	rev := int64(1)
	behind := h.options
	behind.SettingsRevision = func() int64 { return rev }
	h.records = record.New(behind)
	ops, err := record.CalendarOps(h.options.Current.Model(), 2, h.time())
	if err != nil || len(ops) != 1 {
		t.Fatalf("%d jobs, %v", len(ops), err)
	}
	if err := h.store.Commit(t.Context(), &store.Batch{Ops: ops}); err != nil {
		t.Fatal(err)
	}
	h.recompute()
	if jobs, err := record.PendingRecomputations(t.Context(), h.store); err != nil || len(jobs) != 1 {
		t.Errorf("waiting: %v, %v", jobs, err)
	}
	short := calendar.Default()
	short.Hours["monday"] = [][2]string{{"09:00", "12:00"}}
	short.Holidays["2026"] = calendar.Year{Off: []string{"2026-03-03"}}
	times, problems := calendar.New(short, h.times().Zone())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	h.mu.Lock()
	h.calendar = times
	h.mu.Unlock()
	rev = 2
	h.recompute()
	h.want(id, "work", "running until 03-04 16:00, 9h0m0s left") // two hours on Monday, seven on Wednesday
	h.want(id, "answer", "running until 03-03 09:00, 23h0m0s left")
}

// A clock whose end is a roll-up ends with the first record that refers to it, and a
// roll-up takes the earliest due time of such records.
func TestClocksAndRollUps(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, `,
	 "touched_at":{"x-type":"roll_up","x-title":{"en":"Touched at"},"x-result":"datetime","x-roll-up":{"entity":"touch","field":"ticket","func":"min","of":"at"}},
	 "first":{"x-type":"clock","x-title":{"en":"First touch"},"x-clock":{"start":{"field":"created_at"},"limit":"2h","stop":{"field":"touched_at"}}},
	 "next_reply":{"x-type":"roll_up","x-title":{"en":"Next reply"},"x-result":"datetime","x-roll-up":{"entity":"touch","field":"ticket","func":"min","of":"reply"}}
	 }}, {"kind":"entity","key":"touch","type":"object","x-title":{"en":"Touch"},"properties":{
	 "ticket":{"x-type":"reference","x-title":{"en":"Ticket"},"x-entity":"ticket","x-on-delete":"cascade"},
	 "at":{"x-type":"datetime","x-title":{"en":"At"}},
	 "replied_at":{"x-type":"datetime","x-title":{"en":"Replied at"}},
	 "reply":{"x-type":"clock","x-title":{"en":"Reply"},"x-clock":{"start":{"field":"at"},"limit":"4h","stop":{"field":"replied_at"}}}`)
	admin := h.as("admin")
	id := h.must(admin.create("ticket", `{"name":"T"}`)).ID
	h.want(id, "first", "running until 03-02 11:00, 2h0m0s left")
	var touches []string
	for hour := 1; hour <= 2; hour++ {
		h.after(time.Duration(hour) * time.Hour)
		touches = append(touches, h.must(admin.create("touch", `{"ticket":"`+id+`","at":"`+h.time().Format(time.RFC3339)+`"}`)).ID)
		h.want(id, "first", "stopped at 03-02 10:00, 1h0m0s left")
	}
	if next := h.doc("ticket", id)["next_reply"]; next != "2026-03-02T06:00:00.000Z" {
		t.Errorf("the next reply is due at %v", next)
	}
	h.must(admin.patch("touch", touches[0], `{"replied_at":"2026-03-02T11:30:00+08:00"}`))
	if next := h.doc("ticket", id)["next_reply"]; next != "2026-03-02T07:00:00.000Z" {
		t.Errorf("after the first reply, the next one is due at %v", next)
	}
	h.must(admin.remove("touch", touches[0]))
	h.must(admin.remove("touch", touches[1]))
	h.want(id, "first", "overdue until 03-02 11:00, 0s left")
}

// Without a role that reads what a clock is computed from, nobody reads the clock.
func TestAClockIsAsSecretAsItsSources(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, ticketClocks)
	id := h.must(h.as("admin").create("ticket", `{"name":"T","grade":"a","stage":"work","assigned_at":`+nine+`}`)).ID
	if err := h.addRole(`{"kind":"role","key":"sales","title":{"en":"Sales"},"grants":[{"entity":"ticket","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true,"except":["grade"]},"write":{"only":[]}}]}`); err != nil {
		t.Fatal(err)
	}
	ann, err := h.access.ActorOf(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err := h.reads.Get(t.Context(), ann, "ticket", id, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, work := h.clockIn(raw, "answer"), h.clockIn(raw, "work"); answer != "unset" || work == "unset" {
		t.Errorf("the answer is %s, the work %s", answer, work)
	}
	for where, want := range map[string]bool{`["answer.state","=","running"]`: false, `["work.state","=","running"]`: true, `["work.left","empty"]`: true} {
		if _, err := h.reads.Query(t.Context(), ann, "ticket", read.Query{Where: json.RawMessage(where)}); (err == nil) != want {
			t.Errorf("%s: %v", where, err)
		}
	}
}

func (h *helpdesk) addRole(text string) error {
	set := h.options.Current.Model().Set.Clone()
	d, ps := schemas.Decode([]byte(text))
	if len(ps) > 0 {
		return problem.Of(problem.Invalid, ps...)
	}
	set.Remove(d.DefinitionKind(), d.DefinitionKey())
	set.Add(d)
	m, ps := model.Compile(set, h.options.Current.Model().Version+1)
	if len(ps) > 0 {
		return problem.Of(problem.Invalid, ps...)
	}
	h.options.Current.Swap(m)
	return nil
}
