package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"weft/runtime/incident"
	"weft/runtime/trigger"
)

// scored counts up a number of a record by what a script reads and writes.
const scored = `
import record from 'record'
export default function (event) {
  const ticket = record.get('ticket', event.record.ticket)
  record.update('ticket', ticket.id, { score: (ticket.score ?? 0) + 1 })
}`

// Scripts that read a record and write it lose nothing of what others write at the
// same time: neither steps of triggers nor after-hooks.
func TestScriptsLoseNoUpdate(t *testing.T) {
	t.Parallel()
	for name, defs := range map[string][]string{
		"steps": {hookScript("count", "", scored),
			`{"kind":"trigger","key":"counts","title":{"en":"C"},"entity":"note","on":{"event":"created"},"steps":[{"key":"s","type":"script","script":"count"}]}`},
		"hooks": {hookScript("count", `"entity":"note","events":["after_create"],`, scored)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newHooked(t, defs...)
			id := f.create("ticket", `{"name":"x"}`)
			const callers, each = 4, 5
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for range each {
						f.Do(t, f.Admin, "POST", "/records/note", `{"ticket":"`+id+`"}`).Want(t, http.StatusCreated)
					}
				})
			}
			wg.Wait()
			f.await()
			f.want("ticket", id, "score", callers*each)
		})
	}
}

// A script step writes with the rights of its role, sees earlier results, and its changes are one commit with the step.
func TestAScriptStep(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		`{"kind":"role","key":"robot","title":{"en":"Robot"},"grants":[{"entity":"ticket","operations":["read","update"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"only":["grade"]}},{"entity":"note","operations":["create","read"],"scopes":[{"type":"all"}],"read":{"all":true},"write":{"all":true}}]}`,
		hookScript("told", `"as":"robot",`, `
import record from 'record'
export default function (event) {
  event.record.grade = [Number(event.record.amount), event.results.c.id === undefined ? 'none' : 'made', event.user.login, event.old ? 'old' : 'new'].join()
  record.create('note', { ticket: event.record.id, text: 'by robot' })
  if (event.record.name === 'forbidden') event.record.score = 1
  if (event.record.name === 'broken') event.record.nothing.here = 1
  return { length: event.record.name.length, odd: [1, 2] }
}`),
		onTicket("tells", `"on":{"event":"button","title":{"en":"Tell"},"form":["amount"]},"on_error":"stop","steps":[{"key":"c","type":"create","entity":"note","values":{"n":1}},
			{"key":"s","type":"script","script":"told"},{"key":"n","type":"set","values":{"score":{"result":"s.length"}}}]`))
	id := f.create("ticket", `{"name":"abc"}`)
	f.post("/records/ticket/"+id+"/button/tells", `{"values":{"amount":7}}`, http.StatusAccepted)
	f.await()
	f.want("ticket", id, "grade", "7,made,admin,old")
	f.want("ticket", id, "score", 3)
	if got := f.notes(id); got != "by robot" {
		t.Error(got)
	}
	r := f.runs("trigger=tells")[0]
	if fmt.Sprint(r.Steps[1].Result) != "map[length:3 odd:[1 2]]" {
		t.Errorf("%+v", r.Steps)
	}
	// What the role may not write is refused, with all else that the script wrote.
	for name, code := range map[string]string{"forbidden": "invalid", "broken": "script"} {
		id := f.create("ticket", `{"name":"`+name+`"}`)
		f.post("/records/ticket/"+id+"/button/tells", `{"values":{"amount":7}}`, http.StatusAccepted)
		f.await()
		r := f.runs("trigger=tells&entity=ticket&id=" + id)[0]
		if r.State != "failed" || r.Error == nil || string(r.Error.Code) != code || f.notes(id) != "" {
			t.Errorf("%s: %+v %q", name, r.Error, f.notes(id))
		}
	}
}

// Dry runs of scripts see records as they would be, and write nothing.
func TestScriptsInDryRuns(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		hookScript("big", "", `export default function (event) { return event.record.amount > 10 && event.old.grade > '' }`),
		hookScript("grade", "", `
import record from 'record'
export default function (event) {
  event.record.score = (event.record.score ?? 0) + Number(event.record.amount)
  record.create('note', { ticket: event.record.id, text: event.old.grade + '>' + event.record.grade })
}`),
		onTicket("grades", `"on":{"event":"changed","fields":["grade"]},"where":{"all":[["name","!=","z"],{"script":"big"}]},"steps":[{"key":"a","type":"set","values":{"score":{"formula":"(score ?? 0) + 100"}}},{"key":"s","type":"script","script":"grade"}]`))
	id := f.create("ticket", `{"name":"x","amount":11,"grade":"A"}`)
	small := f.create("ticket", `{"name":"x","amount":9,"grade":"A"}`)
	other := f.create("ticket", `{"name":"z","amount":11,"grade":"A"}`)
	for _, id := range []string{id, small, other} {
		f.patch("ticket", id, `{"grade":"B"}`)
		f.await()
	}
	f.want("ticket", id, "score", 111)
	f.want("ticket", small, "score", nil)
	if got := f.notes(id); got != "A>B" {
		t.Error(got)
	}
	if got := f.states("trigger=grades"); got != "grades:done grades:done" {
		t.Errorf("runs %s", got)
	}
	before := f.everything()
	var a trigger.TrialAnswer
	f.post("/builder/triggers/try", `{"key":"grades","entity":"ticket","id":"`+id+`"}`, http.StatusOK).JSON(t, &a)
	want := "update ticket score:111→211|update ticket score:211→222|create note text:<nil>→B>B ticket:<nil>→" + id
	if got := changesText(a.Changes); got != want || !a.Matches {
		t.Errorf("%v\n%s\n%s", a.Matches, got, want)
	}
	f.post("/builder/triggers/try", `{"key":"grades","entity":"ticket","id":"`+small+`"}`, http.StatusOK).JSON(t, &a)
	if a.Matches {
		t.Error("the script of the filter does not want it")
	}
	if after := f.everything(); after != before {
		t.Errorf("a trial wrote something:\n%s\n%s", before, after)
	}
	f.patch("ticket", id, `{"amount":50}`)
	var p trigger.ReplayAnswer
	before = f.everything()
	f.post("/builder/triggers/replay", `{"key":"grades"}`, http.StatusOK).JSON(t, &p)
	if after := f.everything(); after != before {
		t.Errorf("dry runs wrote something:\n%s\n%s", before, after)
	}
	want = "update ticket score:<nil>→100|update ticket score:100→111|create note text:<nil>→A>B ticket:<nil>→" + id
	if p.Events != 1 || len(p.Would) != 1 || changesText(p.Would[0].Changes) != want || len(p.Differences) != 0 {
		t.Errorf("%+v", p)
	}
}

// A script of a filter that fails, or that changes something, fails the run and not
// the change.
func TestScriptsOfFilters(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		hookScript("asks", "", `export default function (event) { if (event.record.name === 'write') event.record.score = 1; return event.record.nothing.here }`),
		onTicket("wants", `"on":{"event":"created"},"where":{"script":"asks"},"steps":[`+noteStep("n", "wanted")+`]`))
	for name, code := range map[string]string{"broken": "script", "write": "script"} {
		id := f.create("ticket", `{"name":"`+name+`"}`)
		f.await()
		r := f.runs("trigger=wants&entity=ticket&id=" + id)[0]
		if r.State != "failed" || r.Error == nil || string(r.Error.Code) != code {
			t.Errorf("%s: %+v", name, r)
		}
	}
	f.publish(hookScript("asks", "", `export default function (event) { if (event.record.name === 'write') event.record.score = 1; return event.record.name }`))
	for name, state := range map[string]string{"": "done", "yes": "done", "write": "failed"} {
		id := f.create("ticket", `{"name":"`+name+`","grade":"x"}`)
		f.await()
		if got := f.runs("trigger=wants&entity=ticket&id=" + id)[0].State; string(got) != state {
			t.Errorf("%q: %s", name, got)
		}
		if got := f.notes(id); (got == "wanted") != (name == "yes") {
			t.Errorf("%q: %q", name, got)
		}
	}
	// A run that failed for its filter asks it again.
	r := f.runs("trigger=wants&state=failed")[0]
	f.publish(hookScript("asks", "", `export default function () { return true }`))
	f.post("/runs/"+r.ID+"/retry", `{}`, http.StatusOK)
	f.await()
	if got := f.runs("entity=ticket&id=" + r.Record)[0]; got.State != "done" || len(got.Steps) != 1 {
		t.Errorf("%+v", got)
	}
}

// A trigger and an after-hook that cause each other stop, with the chain of both.
func TestALoopThroughAScript(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		hookScript("back", `"entity":"ticket","events":["after_update"],`, `
import record from 'record'
export default function (event) { if (event.record.amount !== event.old.amount) record.update('ticket', event.record.id, { score: (event.record.score ?? 0) + 1 }) }`),
		counts("there", "score", "amount", ""),
		hookScript("alone", `"entity":"note","events":["after_update"],`, `
import record from 'record'
export default function (event) { record.update('note', event.record.id, { n: event.record.n + 1 }) }`))
	id := f.create("ticket", `{"name":"x"}`)
	f.patch("ticket", id, `{"score":1}`)
	note := f.create("note", `{"n":0}`)
	f.patch("note", note, `{"n":1}`)
	f.await()
	found := map[string]incident.Incident{}
	for _, i := range f.incidents() {
		found[i.Trigger+i.Script] = i
	}
	var chain []string
	for _, l := range found["there"].Chain {
		chain = append(chain, l.Kind+" "+l.Key)
	}
	if got := strings.Join(chain, " "); !strings.HasPrefix(got, "trigger there script back trigger there script back") || found["there"].Kind != incident.Loop {
		t.Errorf("%s %+v", got, found)
	}
	alone := found["alone"]
	if alone.Kind != incident.Loop || alone.Record != note || alone.Field != "n" || len(alone.Chain) != 9 {
		t.Errorf("%+v", alone)
	}
}
