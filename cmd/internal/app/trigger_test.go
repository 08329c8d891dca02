package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/job"
	"weft/runtime/trigger"
)

// ticket is an entity with stages, and a note that refers to it.
var ticketDefinitions = []string{
	`{"kind":"entity","key":"ticket","type":"object",TITLE,"x-title-field":"name","x-owner-field":"owner","properties":{
		"name":{"x-type":"text",TITLE},"grade":{"x-type":"text",TITLE},"amount":{"x-type":"currency","x-currency":"CNY",TITLE},
		"due":{"x-type":"date",TITLE},"at":{"x-type":"datetime",TITLE},"owner":{"x-type":"user",TITLE},"score":{"x-type":"number",TITLE},
		"double":{"x-type":"formula","x-formula":"amount * 2","x-result":"currency","x-currency":"CNY",TITLE},
		"secret":{"x-type":"text",TITLE,"readOnly":true},
		"stage":{"x-type":"choice",TITLE,"x-choices":[{"key":"new","title":{"en":"New"}},{"key":"open","title":{"en":"Open"}},{"key":"won","title":{"en":"Won"}}]}}}`,
	`{"kind":"stage_machine","key":"ticket","title":{"en":"T"},"entity":"ticket","field":"stage","initial":"new",
		"stages":[{"key":"new","title":{"en":"N"},"type":"open"},{"key":"open","title":{"en":"O"},"type":"open"},{"key":"won","title":{"en":"W"},"type":"won"}],
		"transitions":[{"key":"go","title":{"en":"G"},"from":["new"],"to":"open","direction":"forward"},{"key":"win","title":{"en":"W"},"from":["open"],"to":"won","direction":"forward"},
			{"key":"back","title":{"en":"B"},"from":["open"],"to":"new","direction":"back"}]}`,
	`{"kind":"entity","key":"note","type":"object",TITLE,"properties":{
		"ticket":{"x-type":"reference","x-entity":"ticket","x-on-delete":"cascade",TITLE},"text":{"x-type":"text",TITLE},"n":{"x-type":"number",TITLE},"by":{"x-type":"user",TITLE}}}`,
}

// triggered is a test app with tickets and the given triggers.
type triggered struct{ *testApp }

func newTriggered(t *testing.T, o apptest.Options, triggers ...string) triggered {
	t.Helper()
	f := triggered{newTestApp(t, o)}
	f.publish(append(ticketDefinitions, triggers...)...)
	return f
}

// onTicket is a trigger of tickets with further members.
func onTicket(key, rest string) string {
	return `{"kind":"trigger","key":"` + key + `","title":{"en":"` + key + `"},"entity":"ticket",` + rest + `}`
}

// await returns when all jobs that are due have been done, each at its first attempt.
func (f triggered) await() {
	f.t.Helper()
	if err := f.Jobs.Await(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	left, _, err := f.Jobs.List(f.t.Context(), job.Query{})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, j := range left {
		if j.Error != "" {
			f.t.Errorf("the job %s of kind %s failed: %s", j.ID, j.Kind, j.Error)
		}
	}
}

func (f triggered) runs(query string) []trigger.View {
	f.t.Helper()
	var page trigger.Page
	f.Do(f.t, f.Admin, "GET", "/runs?"+query, nil).Want(f.t, http.StatusOK).JSON(f.t, &page)
	return page.Items
}

// states are the runs of a query, oldest first, as "trigger:state", each with its error.
func (f triggered) states(query string) string {
	f.t.Helper()
	var list []string
	for _, r := range f.runs(query) {
		text := fmt.Sprint(r.Trigger, ":", r.State)
		if r.Error != nil {
			text += "(" + r.Error.Message + ")"
		}
		list = append([]string{text}, list...)
	}
	return strings.Join(list, " ")
}

func (f triggered) want(entity, id, key string, want any) {
	f.t.Helper()
	if got := f.field(entity, id, key); fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Errorf("%s %s: %v, want %v", entity, key, got, want)
	}
}

// notes are the texts of the notes of a ticket, in the order in which they were made.
func (f triggered) notes(ticket string) string {
	f.t.Helper()
	var page struct{ Items []struct{ Text string } }
	f.Do(f.t, f.Admin, "POST", "/records/note/query", `{"where":["ticket","=","`+ticket+`"]}`).Want(f.t, http.StatusOK).JSON(f.t, &page)
	var texts []string
	for _, n := range page.Items {
		texts = append(texts, n.Text)
	}
	return strings.Join(texts, "|")
}

// noteStep makes a note with a text.
func noteStep(key, text string) string {
	return `{"key":"` + key + `","type":"create","entity":"note","values":{"ticket":{"field":"id"},"text":{"text":{"en":"` + text + `"}}}}`
}

func TestATriggerRunsItsStepsInOrder(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{},
		onTicket("second", `"order":2,"on":{"event":"created"},"where":["grade","=","A"],"steps":[`+noteStep("n", "{grade} {amount} {double}")+`]`),
		onTicket("first", `"order":1,"on":{"event":"created"},"where":["amount",">",100],"steps":[{"key":"s","type":"set","values":{"grade":"A","secret":{"text":{"en":"by {name}"}}}},{"key":"m","type":"move","to":"open","reason":"why"}]`))
	id := f.create("ticket", `{"name":"x","amount":200,"grade":"A"}`)
	small := f.create("ticket", `{"name":"y","amount":5}`)
	f.await()
	f.want("ticket", id, "grade", "A")
	f.want("ticket", id, "secret", "by x")
	f.want("ticket", id, "stage", "open")
	f.want("ticket", small, "stage", "new")
	if got := f.notes(id); got != "A 200 400" {
		t.Errorf("notes %q", got)
	}
	if got := f.states("entity=ticket&id=" + id); got != "first:done second:done" {
		t.Error(got)
	}
	if got := f.states("entity=ticket&id=" + small); got != "" {
		t.Error(got)
	}
	if left, _, err := f.Jobs.List(t.Context(), job.Query{Kind: trigger.JobKind}); err != nil || len(left) != 0 {
		t.Errorf("jobs are left: %+v %v", left, err)
	}
	var history struct {
		Items []struct {
			Source, Cause string
			Depth         int
		}
	}
	f.Do(t, f.Admin, "GET", "/records/ticket/"+id+"/history", nil).JSON(t, &history)
	run := f.runs("trigger=first")[0]
	if h := history.Items[0]; h.Source != "trigger" || h.Cause != run.ID || h.Depth != 1 {
		t.Errorf("%+v", h)
	}
	if len(run.Steps) != 2 || run.Steps[0].Key != "s" || run.Steps[0].State != "done" || run.Steps[1].Type != "move" || run.Steps[0].Input == nil {
		t.Errorf("%+v", run)
	}
}

func TestEventsOfTriggers(t *testing.T) {
	t.Parallel()
	note := func(key, event, where string) string {
		return onTicket(key, `"on":{`+event+`},`+where+`"steps":[`+noteStep("n", key+" {old.grade} {grade}")+`]`)
	}
	f := newTriggered(t, apptest.Options{},
		note("graded", `"event":"changed","fields":["grade"],"from":"A","to":"B"`, ""),
		note("richer", `"event":"changed","fields":["amount"]`, `"where":["amount",">",{"old":"amount"}],`),
		note("opened", `"event":"stage_entered","stage":"open"`, ""), note("left_new", `"event":"stage_left","stage":"new"`, ""),
		note("restored", `"event":"restored"`, ""),
		onTicket("deleted", `"on":{"event":"deleted"},"steps":[{"key":"n","type":"create","entity":"note","values":{"text":{"text":{"en":"gone {name} {old.grade}"}}}}]`),
		onTicket("off", `"enabled":false,"on":{"event":"created"},"steps":[`+noteStep("n", "off")+`]`))
	id := f.create("ticket", `{"name":"x","amount":1,"grade":"C"}`)
	for _, step := range []struct{ patch, want string }{
		{`{"grade":"B"}`, ""},
		{`{"grade":"A"}`, ""},
		{`{"grade":"B"}`, "graded A B"},
		{`{"amount":3}`, "richer B B"},
		{`{"amount":2}`, ""},
		{`{"stage":"open"}`, "left_new B B|opened B B"}, // two triggers of one event, by their keys
	} {
		before := f.notes(id)
		f.patch("ticket", id, step.patch)
		f.await()
		got := strings.TrimPrefix(strings.TrimPrefix(f.notes(id), before), "|")
		if got != step.want {
			t.Errorf("%s: %q, want %q", step.patch, got, step.want)
		}
	}
	f.Do(t, f.Admin, "DELETE", "/records/ticket/"+id, nil).Want(t, http.StatusNoContent)
	f.await()
	var gone struct{ Items []struct{ Text string } }
	f.Do(t, f.Admin, "POST", "/records/note/query", `{"where":["text","contains","gone"]}`).JSON(t, &gone)
	if len(gone.Items) != 1 || gone.Items[0].Text != "gone x B" {
		t.Errorf("deleted: %v", gone)
	}
	f.Do(t, f.Admin, "POST", "/records/ticket/"+id+"/restore", nil).Want(t, http.StatusOK)
	f.await()
	if got := f.notes(id); !strings.HasSuffix(got, "restored  B") {
		t.Errorf("restored: %q", got)
	}
}
