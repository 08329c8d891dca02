package app_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/trigger"
)

func (f triggered) post(path, body string, status int) *apptest.Answer {
	f.t.Helper()
	return f.Do(f.t, f.Admin, "POST", path, body).Want(f.t, status)
}

// sweep updates the tickets of a grade, all of them in one run.
const sweep = `"on":{"event":"button"},"steps":[
	{"key":"u","type":"update","entity":"ticket","where":["grade","=","A"],"values":{"grade":"B","secret":{"text":{"en":"by {name}"}}}},
	{"key":"e","type":"each","entity":"ticket","where":["grade","=","B"],"steps":[{"key":"s","type":"set","values":{"score":{"formula":"(score ?? 0) + 1"}}},` +
	`{"key":"c","type":"create","entity":"note","values":{"ticket":{"field":"id"},"text":{"outer":"name"}}}]},
	{"key":"d","type":"delete","entity":"ticket","where":["grade","=","C"]}]`

// manyTickets writes n tickets of a grade through the API, a page at a time.
func (f triggered) manyTickets(n int, grade string) {
	f.t.Helper()
	var csv strings.Builder
	csv.WriteString("name,grade,amount\n")
	for i := range n {
		fmt.Fprintf(&csv, "%s%d,%s,%d\n", grade, i, grade, i)
	}
	f.Do(f.t, f.Admin, "POST", "/records/ticket/import", csv.String(), "Content-Type", "text/csv").Want(f.t, http.StatusOK)
}

// tenth makes a size smaller on MongoDB, whose test server is slow.
func tenth(n int) int {
	if os.Getenv("WEFT_TEST_STORE") == "mongodb" {
		return n / 10
	}
	return n
}

func (f triggered) count(entity, where string) int {
	f.t.Helper()
	var page struct{ Count int }
	f.post("/records/"+entity+"/query", `{"where":`+where+`,"limit":1,"count":"exact"}`, http.StatusOK).JSON(f.t, &page)
	return page.Count
}

// A run that touched 500 records is undone; what somebody changed since is listed.
func TestARunIsUndone(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, onTicket("sweep", sweep),
		onTicket("hears", `"on":{"event":"changed","fields":["grade"]},"where":["grade","=","A"],"steps":[`+noteStep("n", "heard")+`]`))
	size := tenth(500)
	f.manyTickets(size, "A")
	f.manyTickets(3, "C")
	button := f.create("ticket", `{"name":"button"}`)
	f.post("/records/ticket/"+button+"/button/sweep", ``, http.StatusAccepted)
	f.await()
	run := f.runs("trigger=sweep")[0]
	if run.State != "done" {
		t.Fatalf("%+v", run)
	}
	for where, want := range map[string]int{`["grade","=","B"]`: size, `["score","=",1]`: size, `["grade","=","C"]`: 0} {
		if n := f.count("ticket", where); n != want {
			t.Errorf("%s: %d, want %d", where, n, want)
		}
	}
	results := map[string]any{}
	for _, st := range run.Steps {
		results[st.Key] = st.Result
	}
	if got, want := fmt.Sprint(results["u"], results["e"], results["d"]), fmt.Sprintf("map[records:%[1]d] map[records:%[1]d] map[records:3]", size); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if len(run.Steps) > 250 {
		t.Errorf("%d steps are kept", len(run.Steps))
	}
	changed, deleted := f.ticketNamed("A7"), f.ticketNamed("A8")
	f.patch("ticket", changed, `{"grade":"Z"}`)
	f.patch("ticket", f.ticketNamed("A9"), `{"name":"A9!"}`)
	f.Do(t, f.Admin, "DELETE", "/records/ticket/"+deleted, nil).Want(t, http.StatusNoContent)
	f.await()
	var preview, undone trigger.UndoAnswer
	f.post("/runs/"+run.ID+"/undo", `{"dry_run":true}`, http.StatusOK).JSON(t, &preview)
	if n := f.count("ticket", `["grade","=","B"]`); n != size-2 {
		t.Errorf("the preview changed something: %d", n)
	}
	f.post("/runs/"+run.ID+"/undo", ``, http.StatusOK).JSON(t, &undone)
	f.await()
	for where, want := range map[string]int{`["grade","=","A"]`: size - 2, `["score","=",1]`: 0, `["grade","=","C"]`: 3, `["secret","present"]`: 0} {
		if n := f.count("ticket", where); n != want {
			t.Errorf("%s after the undo: %d, want %d", where, n, want)
		}
	}
	if n := f.count("note", `["id","present"]`); n != 0 {
		t.Errorf("%d notes are left", n)
	}
	var conflicts []string
	for _, c := range undone.Conflicts {
		conflicts = append(conflicts, fmt.Sprint(c.Entity, " ", map[string]string{changed: "changed", deleted: "deleted"}[c.ID], " ", c.Field, " ", c.Now, " ", c.Reason))
	}
	if got := strings.Join(conflicts, "|"); !strings.Contains(got, "ticket changed grade Z changed") || !strings.Contains(got, "ticket deleted  <nil> deleted") || len(conflicts) != 2 {
		t.Error(got)
	}
	if preview.Reverted != undone.Reverted || len(preview.Conflicts) != len(undone.Conflicts) {
		t.Errorf("the preview said %+v, the undo %+v", preview, undone)
	}
	if got := f.states("trigger=sweep") + f.states("trigger=hears"); got != "sweep:undone" {
		t.Error(got)
	}
	f.post("/runs/"+run.ID+"/undo", ``, http.StatusConflict)
}

func TestWhatAFailedStepMeans(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"entity","key":"strict","type":"object",TITLE,"properties":{"n":{"x-type":"number",TITLE,"maximum":5},"from":{"x-type":"text",TITLE}}}`,
		onTicket("continues", `"on_error":"continue","on":{"event":"created"},"steps":[{"key":"a","type":"create","entity":"strict","values":{"n":{"field":"score"},"from":"continues"}},`+noteStep("n", "went on")+`]`),
		onTicket("fails", `"on":{"event":"created"},"steps":[{"key":"a","type":"create","entity":"strict","values":{"n":{"field":"score"},"from":"fails"}},`+noteStep("n", "never")+`]`),
		onTicket("other", `"order":5,"on":{"event":"created"},"steps":[`+noteStep("n", "other")+`]`))
	id := f.create("ticket", `{"name":"x","score":9}`)
	f.await()
	if got := f.notes(id); got != "went on|other" {
		t.Error(got)
	}
	failed := f.runs("trigger=fails")[0]
	if failed.State != "failed" || failed.Error == nil || failed.Error.Code != "invalid" || len(failed.Steps) != 1 || failed.Steps[0].State != "failed" || failed.Steps[0].Error.Errors[0].Path != "/0/n" {
		t.Errorf("%+v", failed)
	}
	if r := f.runs("trigger=continues")[0]; r.State != "done" || r.Steps[0].State != "failed" {
		t.Errorf("%+v", r)
	}
	// When the reason is mended, the run goes on at its failed step.
	f.post("/runs/"+failed.ID+"/retry", ``, http.StatusOK)
	f.await()
	if r := f.runs("trigger=fails")[0]; r.State != "failed" {
		t.Errorf("%+v", r)
	}
	f.patch("ticket", id, `{"score":3}`)
	f.post("/runs/"+failed.ID+"/retry", ``, http.StatusOK)
	f.await()
	if got := f.states("trigger=fails") + f.notes(id); got != "fails:donewent on|other|never" {
		t.Error(got)
	}
	if n := f.count("strict", `["from","=","fails"]`); n != 1 {
		t.Errorf("%d made", n)
	}
	f.post("/runs/"+failed.ID+"/retry", ``, http.StatusConflict)
	f.post("/runs/"+failed.ID+"/cancel", ``, http.StatusConflict)
	f.post("/runs/01a23049-1dcf-799c-9768-a0c0aa3fb091/retry", ``, http.StatusNotFound)
}

func TestARunIsCancelledAndBeginsAgainAtAStep(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, onTicket("waits", `"on":{"event":"created"},"steps":[`+noteStep("a", "first")+`,{"key":"w","type":"wait","for":"3d"},`+noteStep("b", "last")+`]`))
	id := f.create("ticket", `{"name":"x"}`)
	f.await()
	run := f.runs("trigger=waits")[0]
	if run.State != "waiting" || run.Resume == nil {
		t.Fatalf("%+v", run)
	}
	f.post("/runs/"+run.ID+"/cancel", ``, http.StatusOK)
	if got := f.states("trigger=waits"); got != "waits:stopped(运行已被取消)" {
		t.Error(got)
	}
	f.post("/runs/"+run.ID+"/retry", `{"from":"ghost"}`, http.StatusUnprocessableEntity)
	f.post("/runs/"+run.ID+"/retry", `{"from":"b"}`, http.StatusOK)
	f.await()
	if got := f.states("trigger=waits") + f.notes(id); got != "waits:donefirst|last" {
		t.Error(got)
	}
}

// People see the runs of records that they read, without what they may not read.
func TestWhoSeesRuns(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"role","key":"agent","title":{"en":"A"},"grants":[{"entity":"ticket","operations":["create","read"],"scopes":[{"type":"own"}],"read":{"all":true,"except":["secret"]},"write":{"all":true}}]}`,
		onTicket("all", `"as":"admin","on":{"event":"created"},"steps":[{"key":"s","type":"set","values":{"grade":"A","secret":"hush"}},`+noteStep("n", "hush")+`]`))
	ann, bob := f.User(t, "ann", "agent"), f.User(t, "bob", "agent")
	id := f.Create(t, ann.Token, "ticket", map[string]any{"name": "x", "owner": ann.ID})
	f.await()
	var page trigger.Page
	a := f.Do(t, ann.Token, "GET", "/runs?entity=ticket&id="+id, nil).Want(t, http.StatusOK)
	a.JSON(t, &page)
	if strings.Contains(a.Body, "hush") || !strings.Contains(a.Body, `"grade":"A"`) || len(page.Items) != 1 {
		t.Error(a.Body)
	}
	run := page.Items[0].ID
	if one := f.Do(t, ann.Token, "GET", "/runs/"+run, nil).Want(t, http.StatusOK).Body; strings.Contains(one, "hush") {
		t.Error(one)
	}
	f.Do(t, bob.Token, "GET", "/runs?entity=ticket&id="+id, nil).Want(t, http.StatusNotFound)
	f.Do(t, bob.Token, "GET", "/runs/"+run, nil).Want(t, http.StatusNotFound)
	f.Do(t, bob.Token, "GET", "/runs?trigger=all", nil).Want(t, http.StatusForbidden)
	f.Do(t, ann.Token, "POST", "/runs/"+run+"/undo", nil).Want(t, http.StatusForbidden)
	if got := f.Do(t, f.Admin, "GET", "/runs/"+run, nil).Want(t, http.StatusOK).Body; !strings.Contains(got, "hush") {
		t.Error(got)
	}
}

// A run acts with the rights of the person who caused it.
func TestARunHasTheRightsOfItsPerson(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		`{"kind":"role","key":"agent","title":{"en":"A"},"grants":[{"entity":"ticket","operations":["create","read","update"],"scopes":[{"type":"own"}],"read":{"all":true,"except":["amount"]},"write":{"all":true,"except":["amount"]}},
			{"entity":"note","operations":["create","read"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true}}]}`,
		onTicket("copies", `"order":1,"on":{"event":"created"},"steps":[`+noteStep("n", "amount {amount}")+`]`),
		onTicket("writes", `"order":2,"on":{"event":"created"},"steps":[{"key":"s","type":"set","values":{"amount":"5"}}]`),
		onTicket("others", `"order":3,"on":{"event":"created"},"steps":[{"key":"u","type":"update","entity":"ticket","where":["grade","=","X"],"values":{"grade":"Y"}}]`))
	f.create("ticket", `{"name":"hidden","grade":"X","amount":7}`)
	f.await()
	f.patch("ticket", f.ticketNamed("hidden"), `{"grade":"X","amount":7}`)
	ann := f.User(t, "ann", "agent")
	id := f.Create(t, ann.Token, "ticket", map[string]any{"name": "x", "owner": ann.ID, "grade": "X"})
	f.await()
	if got := f.notes(id); got != "amount" {
		t.Errorf("a hidden value is copied: %q", got)
	}
	if got := f.states("trigger=writes&entity=ticket&id=" + id); !strings.HasPrefix(got, "writes:failed") {
		t.Error(got)
	}
	f.want("ticket", f.ticketNamed("hidden"), "grade", "X")
	f.want("ticket", id, "grade", "Y")
}

// A run goes on with the definition with which it began, also when its trigger is
// another one by now, or gone.
func TestARunKeepsItsDefinition(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now}, onTicket("waits", `"on":{"event":"created"},"steps":[{"key":"w","type":"wait","for":"1d"},`+noteStep("n", "first {grade}")+`]`))
	id := f.create("ticket", `{"name":"x","grade":"A"}`)
	f.await()
	f.publish(onTicket("waits", `"on":{"event":"created"},"steps":[`+noteStep("n", "second")+`]`))
	other := f.create("ticket", `{"name":"y"}`)
	f.pass(c, 2*day)
	if got := f.notes(id) + "|" + f.notes(other); got != "first A|second" {
		t.Error(got)
	}
	f.publish(onTicket("waits", `"on":{"event":"created"},"steps":[{"key":"w","type":"wait","for":"1d"},{"key":"s","type":"set","values":{"score":1}}]`))
	lost := f.create("ticket", `{"name":"z"}`)
	f.await()
	set := f.Current.Model().Set.Clone()
	set.Remove("trigger", "waits")
	if _, err := f.Builder.Publish(t.Context(), "admin", set); err != nil {
		t.Fatal(err)
	}
	f.pass(c, 2*day)
	f.want("ticket", lost, "score", 1)
}

// Of many records one is refused: with on_error continue the others are written.
func TestOneOfManyIsRefused(t *testing.T) {
	t.Parallel()
	update := func(key, onError string) string {
		return onTicket(key, onError+`"on":{"event":"button"},"steps":[{"key":"u","type":"update","entity":"note","where":["text","=","`+key+`"],"values":{"n":{"formula":"(score ?? 0) + 3"}}},`+noteStep("n", "end of "+key)+`]`)
	}
	f := newTriggered(t, apptest.Options{}, update("goes", `"on_error":"continue",`), update("stops", ``))
	f.publish(
		`{"kind":"stage_machine","key":"note","title":{"en":"N"},"entity":"note","field":"state","initial":"open","stages":[{"key":"open","title":{"en":"O"},"type":"open"},{"key":"locked","title":{"en":"L"},"type":"won","lock":{"only":["n"]}}],
			"transitions":[{"key":"lock","title":{"en":"L"},"from":["open"],"to":"locked","direction":"forward"}]}`,
		`{"kind":"entity","key":"note","type":"object",TITLE,"properties":{"ticket":{"x-type":"reference","x-entity":"ticket","x-on-delete":"cascade",TITLE},"text":{"x-type":"text",TITLE},"n":{"x-type":"number",TITLE},"by":{"x-type":"user",TITLE},
			"state":{"x-type":"choice",TITLE,"x-choices":[{"key":"open","title":{"en":"O"}},{"key":"locked","title":{"en":"L"}}]}}}`)
	id := f.create("ticket", `{"name":"x"}`)
	for _, key := range []string{"goes", "stops"} {
		for i := range 5 {
			note := f.create("note", `{"text":"`+key+`"}`)
			if i == 2 {
				f.patch("note", note, `{"state":"locked"}`)
			}
		}
		f.post("/records/ticket/"+id+"/button/"+key, ``, http.StatusAccepted)
	}
	f.await()
	if n := f.count("note", `{"all":[["text","=","goes"],["n","=",3]]}`); n != 4 {
		t.Errorf("%d of the others are written", n)
	}
	if n := f.count("note", `{"all":[["text","=","stops"],["n","=",3]]}`); n != 2 {
		t.Errorf("%d are written before the refused one", n)
	}
	goes, stops := f.runs("trigger=goes")[0], f.runs("trigger=stops")[0]
	if goes.State != "done" || fmt.Sprint(goes.Steps[0].Result) != "map[failures:1 records:5]" {
		t.Errorf("%+v", goes)
	}
	if stops.State != "failed" || stops.Error.Code != "guard" {
		t.Errorf("%+v", stops)
	}
	if got := f.notes(id); got != "end of goes" {
		t.Error(got)
	}
}
