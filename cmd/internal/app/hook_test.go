package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/script/scripttest"
)

// hookScript is a definition of a script.
func hookScript(key, members, source string) string {
	return `{"kind":"script","key":"` + key + `","title":{"en":"` + key + `"},` + members + `"source":` + quoted(source) + `}`
}

func newHooked(t *testing.T, scripts ...string) triggered {
	t.Helper()
	return newTriggered(t, apptest.Options{ScriptRunner: scripttest.Command(t)}, scripts...)
}

// A before-hook changes the record, refuses it together with other problems, and fails
// closed with an incident; each way to change a record goes through it.
func TestBeforeHooks(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		hookScript("prices", "", `export const gross = (n: number) => Math.round(n * 113) / 100`),
		hookScript("clean", `"entity":"ticket","events":["before_create","before_update"],`, `
import { gross } from 'prices'
import query from 'query'
export default function (event) {
  event.record.name = event.record.name.trim()
  if (event.record.name === 'twice' && query.count('ticket', ['name', '=', 'twice']) > 0) throw fail('/name', {'zh-CN': '已有', en: 'there is one'})
  if (event.record.grade === 'gross') event.record.score = gross(100)
  if (event.record.grade === 'system') event.record.rev = 9
  if (event.record.grade === 'loop') for (;;) {}
  if (event.record.grade === 'broken') event.record.nothing.here = 1
  if (event.old && event.old.grade === 'locked') throw fail('/grade', {en: 'locked'})
}`))
	id := f.create("ticket", `{"name":"  spaced  ","grade":"gross"}`)
	f.want("ticket", id, "name", "spaced")
	f.want("ticket", id, "score", 113)
	post := func(name, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: f.Admin, Method: "POST", Path: "/records/ticket", Body: body, Header: []string{"Accept-Language", "en"}, Status: status, Has: has}
	}
	f.create("ticket", `{"name":"twice"}`)
	f.Run(t, []apptest.Scenario{
		post("a refusal beside another problem", `{"name":"twice","due":"yesterday"}`, 422, `"path":"/due"`),
		post("a refusal", `{"name":"twice"}`, 422, `"path":"/name"`, "there is one"),
		post("a system field", `{"name":"a","grade":"system"}`, 422, `"path":"/rev"`, "read_only"),
		post("a loop", `{"name":"a","grade":"loop"}`, 422, `"code":"script"`, `"limit":"time"`, `"script":"clean"`),
		post("an error", `{"name":"a","grade":"broken"}`, 422, `"code":"script"`, "TypeError", `"line":10`),
		{Name: "the incident", As: f.Admin, Method: "GET", Path: "/incidents?open=true", Status: 200, Has: []string{`"kind":"script_failed"`, `"script":"clean"`, `"count":2`}},
	})
	locked := f.create("ticket", `{"name":"b","grade":"locked"}`)
	f.Do(t, f.Admin, "PATCH", "/records/ticket/"+locked, `{"grade":"A"}`).Want(t, http.StatusUnprocessableEntity)
	f.Do(t, f.Admin, "POST", "/records/ticket/bulk", `{"op":"update","ids":["`+locked+`"],"values":{"grade":"A"}}`).Want(t, http.StatusOK)
	f.want("ticket", locked, "grade", "locked")
	answer := f.Do(t, f.Admin, "POST", "/records/ticket/import", "name,grade\n  from a file  ,gross\nx,loop\n", "Content-Type", "text/csv").Want(t, http.StatusOK)
	if !strings.Contains(answer.Body, `"created":1`) {
		t.Errorf("import: %s", answer.Body)
	}
}

// A hook sees and writes what its person may, not more.
func TestHooksHaveTheRightsOfTheirPerson(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		`{"kind":"role","key":"clerk","title":{"en":"Clerk"},"grants":[{"entity":"ticket","operations":["create","read","update"],"scopes":[{"type":"own"}],"read":{"only":["name","owner","grade"]},"write":{"only":["name","owner","grade"]}}]}`,
		hookScript("peek", `"entity":"ticket","events":["before_create"],`, `
import query from 'query'
export default function (event) {
  if (event.record.name === 'peek') event.record.grade = query.find('ticket', []).map(t => [t.name, t.score ?? 'no score'].join(':')).join()
  if (event.record.name === 'write') event.record.score = 5
}`))
	f.create("ticket", `{"name":"hidden","score":7}`)
	clerk := f.User(t, "clerk", "clerk")
	own := f.Create(t, clerk.Token, "ticket", map[string]any{"name": "own", "owner": clerk.ID})
	if own == "" {
		t.Fatal("no record")
	}
	id := f.Create(t, clerk.Token, "ticket", map[string]any{"name": "peek", "owner": clerk.ID})
	f.want("ticket", id, "grade", "own:no score")
	a := f.Do(t, clerk.Token, "POST", "/records/ticket", map[string]any{"name": "write", "owner": clerk.ID})
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `"path":"/score"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// After-hooks are jobs: what they write is one commit with their end; steps of
// triggers call scripts the same way.
func TestAfterHooksAndSteps(t *testing.T) {
	t.Parallel()
	f := newHooked(t,
		hookScript("noted", `"entity":"ticket","events":["after_create"],`, `
import record from 'record'
import log from 'log'
export default function (event) {
  log.info(event.record.name)
  const note = record.create('note', { ticket: event.record.id, text: 'made by ' + event.user.login })
  record.update('note', note.id, { n: 3 })
  if (event.record.name === 'broken') throw new Error('broken')
}`),
		hookScript("grade", "", `export default function (event) { event.record.grade = event.record.name.toUpperCase(); return { length: event.record.name.length } }`),
		onTicket("graded", `"on":{"event":"created"},"steps":[{"key":"s","type":"script","script":"grade"},{"key":"t","type":"set","values":{"score":{"result":"s.length"}}}]`))
	id := f.create("ticket", `{"name":"abc"}`)
	broken := f.create("ticket", `{"name":"broken"}`)
	if err := f.Jobs.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.notes(id); got != "made by admin" {
		t.Errorf("notes %q", got)
	}
	if got := f.notes(broken); got != "" {
		t.Errorf("a script that failed wrote %q", got)
	}
	f.want("ticket", id, "grade", "ABC")
	f.want("ticket", id, "score", 3)
}

// quoted is a text as JSON.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
