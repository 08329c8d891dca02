package app_test

import (
	"net/http"
	"strings"
	"testing"

	"weft/runtime/hook"
)

// A draft and a published hook are tried on a real record: would-be changes, refusals,
// log and figures are told, and nothing is changed.
func TestAScriptIsTried(t *testing.T) {
	t.Parallel()
	source := `
import record from 'record'
import log from 'log'
export default function (event) {
  log.info('seen', event.op, event.record.name)
  if (event.record.name === 'bad') throw fail('/name', { 'zh-CN': '不行', en: 'no' })
  if (event.record.name === 'worse') event.record.nothing.at.all = 1
  event.record.grade = event.old.name + '>' + event.record.name
  record.create('note', { ticket: event.record.id, text: 'tried' })
}`
	f := newHooked(t, hookScript("graded", `"entity":"ticket","events":["after_update"],`, source))
	id := f.create("ticket", `{"name":"a"}`)
	f.await()
	before := f.everything()
	try := func(body string) (a hook.TrialAnswer) {
		t.Helper()
		f.post("/builder/scripts/try", body, http.StatusOK).JSON(t, &a)
		return a
	}
	a := try(`{"key":"graded","entity":"ticket","id":"` + id + `","values":{"name":"b"}}`)
	if len(a.Changes) != 2 || a.Changes[0].Op != "update" || a.Changes[0].ID != id || a.Changes[0].Values["grade"] != "a>b" || a.Changes[1].Op != "create" || a.Changes[1].Entity != "note" {
		t.Errorf("%+v", a.Changes)
	}
	if len(a.Log) != 1 || !strings.Contains(a.Log[0].Text, "seen update b") || a.MS <= 0 || a.Memory <= 0 || a.Calls == 0 || a.Error != nil {
		t.Errorf("%+v", a)
	}
	if a = try(`{"key":"graded","entity":"ticket","id":"` + id + `","values":{"name":"bad"}}`); len(a.Problems) != 1 || a.Problems[0].Path != "/name" || a.Problems[0].Message.ZhCN != "不行" {
		t.Errorf("%+v", a)
	}
	if a = try(`{"key":"graded","entity":"ticket","id":"` + id + `","values":{"name":"worse"}}`); a.Error == nil || a.Error.Line != 7 || a.Error.Name != "TypeError" {
		t.Errorf("%+v", a.Error)
	}
	draft := hookScript("draft", `"entity":"ticket","events":["before_update"],`, `export default function (event) { event.record.grade = 'draft'; event.record.rev = 9; event.record.nonsense = 1 }`)
	if a = try(`{"definition":` + draft + `,"entity":"ticket","id":"` + id + `"}`); len(a.Changes) != 1 || a.Changes[0].Values["grade"] != "draft" || len(a.Problems) != 2 {
		t.Errorf("%+v", a)
	}
	broken := hookScript("draft", "", `export default function (event) {`)
	f.post("/builder/scripts/try", `{"definition":`+broken+`,"entity":"ticket","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	f.post("/builder/scripts/try", `{"key":"ghost","entity":"ticket","id":"`+id+`"}`, http.StatusNotFound)
	f.post("/builder/scripts/try", `{"key":"graded","event":"before_create","entity":"ticket","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	f.post("/builder/scripts/try", `{"key":"graded","entity":"ghost","id":"`+id+`"}`, http.StatusNotFound)
	if after := f.everything(); after != before {
		t.Errorf("a trial changed something:\n%s\n%s", before, after)
	}
}
