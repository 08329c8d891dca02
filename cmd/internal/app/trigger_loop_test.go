package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/incident"
)

func (f triggered) incidents() []incident.Incident {
	f.t.Helper()
	list, _, err := f.Incidents.List(f.t.Context(), true, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return list
}

// counts is a trigger that adds one to a field when another one changes.
func counts(key, on, add, rest string) string {
	return onTicket(key, `"on":{"event":"changed","fields":["`+on+`"]},"steps":[{"key":"s","type":"set","values":{"`+add+`":{"formula":"(`+add+` ?? 0) + 1"}}}]`+rest)
}

// Triggers that cause each other stop where their max_depth says, with an incident
// that shows the chain; only the guilty one is kept from starting. // R-11
func TestALoopStopsAtItsDepth(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, counts("there", "score", "amount", `,"max_depth":4`), counts("back", "amount", "score", ""),
		onTicket("innocent", `"on":{"event":"changed","fields":["score"]},"steps":[`+noteStep("n", "{score}")+`]`))
	id := f.create("ticket", `{"name":"x"}`)
	f.patch("ticket", id, `{"score":1}`)
	f.await()
	list := f.incidents()
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	i := list[0]
	if i.Kind != incident.Loop || i.Trigger != "there" || i.Entity != "ticket" || i.Record != id || i.Field != "score" || i.Reason != "loop_depth" {
		t.Errorf("%+v", i)
	}
	var chain []string
	for _, l := range i.Chain {
		chain = append(chain, l.Key+"("+strings.Join(l.Fields, ",")+")")
	}
	if got := strings.Join(chain, " "); got != "there(score) back(amount) there(score) back(amount) there(score)" {
		t.Errorf("chain %s", got)
	}
	if got := f.states("trigger=there"); !strings.HasPrefix(got, "there:done there:done there:stopped(") {
		t.Error(got)
	}
	if got := f.notes(id); got != "1|2|3" {
		t.Errorf("the innocent trigger: %q", got)
	}
	// The guilty trigger is quarantined, the others go on.
	f.patch("ticket", id, `{"score":10}`)
	f.await()
	if got := f.runs("trigger=there")[0]; got.State != "stopped" || got.Incident != i.ID || !strings.Contains(got.Error.Message, "隔离") {
		t.Errorf("%+v", got)
	}
	if got := f.notes(id); got != "1|2|3|10" {
		t.Errorf("the innocent trigger: %q", got)
	}
	// Closing the incident lifts the quarantine.
	f.Do(t, f.Admin, "POST", "/incidents/"+i.ID+"/close", nil).Want(t, http.StatusOK)
	other := f.create("ticket", `{"name":"y"}`)
	f.patch("ticket", other, `{"score":1}`)
	f.await()
	if got := f.states("trigger=there&id=" + other + "&entity=ticket"); !strings.HasPrefix(got, "there:done there:done there:stopped(") {
		t.Error(got)
	}
	// So does a mended definition.
	f.publish(counts("there", "score", "amount", `,"max_depth":1`))
	last := f.create("ticket", `{"name":"z"}`)
	f.patch("ticket", last, `{"score":1}`)
	f.await()
	if got := f.states("trigger=there&id=" + last + "&entity=ticket"); !strings.HasPrefix(got, "there:done there:stopped(触发器") {
		t.Error(got)
	}
}

// One trigger that runs for one record again and again is stopped, though no change
// of its own starts it.
func TestATriggerThatRepeatsIsStopped(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, counts("often", "name", "score", ""))
	id := f.create("ticket", `{"name":"x"}`)
	for n := range 25 {
		f.patch("ticket", id, fmt.Sprintf(`{"name":"%d"}`, n))
		f.await()
	}
	f.want("ticket", id, "score", 20)
	list := f.incidents()
	if len(list) != 1 || list[0].Reason != "loop_repeats" || list[0].Trigger != "often" {
		t.Errorf("%+v", list)
	}
	if n := strings.Count(f.states("trigger=often"), "often:stopped("); n != 5 {
		t.Errorf("%d runs stopped", n)
	}
}

// A run that was stopped can be let go on when its reason is gone.
func TestAStoppedRunIsRetried(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, counts("there", "score", "amount", `,"max_depth":1`), counts("back", "amount", "score", ""))
	id := f.create("ticket", `{"name":"x"}`)
	f.patch("ticket", id, `{"score":1}`)
	f.await()
	stopped := f.runs("trigger=there&state=stopped")
	if len(stopped) != 1 {
		t.Fatalf("%+v", f.runs(""))
	}
	f.publish(`{"kind":"trigger","key":"there","title":{"en":"there"},"entity":"ticket","on":{"event":"changed","fields":["score"]},"max_depth":9,"steps":[{"key":"s","type":"set","values":{"grade":"mended"}}]}`)
	f.Do(t, f.Admin, "POST", "/runs/"+stopped[0].ID+"/retry", nil).Want(t, http.StatusOK)
	f.await()
	f.want("ticket", id, "grade", "mended")
}

// A trigger whose runs fail is told of once; after many in a row it is kept from
// starting, while the others go on. // R-10
func TestATriggerThatFailsAgainAndAgain(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{}, onTicket("poison", `"on":{"event":"created"},"steps":[{"key":"s","type":"move","to":"won"}]`),
		onTicket("healthy", `"on":{"event":"created"},"steps":[`+noteStep("n", "healthy")+`]`))
	const n = 24
	last := ""
	for i := range n {
		last = f.create("ticket", fmt.Sprintf(`{"name":"%d"}`, i))
		f.await()
	}
	reasons := map[string]int64{}
	for _, i := range f.incidents() {
		reasons[i.Reason] = i.Count
	}
	if fmt.Sprint(reasons) != "map[trigger_failed:19 trigger_failing:1]" {
		t.Errorf("%v", reasons)
	}
	if a, b := len(f.runs("trigger=poison&state=failed")), len(f.runs("trigger=poison&state=stopped")); a != 20 || b != n-20 {
		t.Errorf("%d failed, %d stopped", a, b)
	}
	if got := f.notes(last); got != "healthy" {
		t.Error(got)
	}
	// A run that succeeds begins the count anew, and a mended definition starts again.
	f.publish(onTicket("poison", `"on":{"event":"created"},"steps":[{"key":"s","type":"move","to":"open"}]`))
	id := f.create("ticket", `{"name":"mended"}`)
	f.await()
	f.want("ticket", id, "stage", "open")
}
