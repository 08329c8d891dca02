package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/trigger"
)

// words of a draft are those of published definitions.
func draft(text string) string { return words.Replace(text) }

func changesText(list []trigger.Change) string {
	var out []string
	for _, c := range list {
		var fields []string
		for key, v := range c.Fields {
			fields = append(fields, fmt.Sprint(key, ":", v.From, "→", v.To))
		}
		slices.Sort(fields)
		out = append(out, c.Op+" "+c.Entity+" "+strings.Join(fields, " "))
	}
	return strings.Join(out, "|")
}

// everything is all that is stored, jobs and idempotency rows aside.
func (f triggered) everything() string {
	f.t.Helper()
	var b strings.Builder
	names, err := f.Store.Collections(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasPrefix(name, "weft_secret") || strings.HasPrefix(name, "weft_session") || strings.HasPrefix(name, "weft_lease") || strings.HasPrefix(name, "weft_job") || name == "weft_trigger_state" {
			continue
		}
		n, err := f.Store.ChangeNumber(f.t.Context(), name)
		if err != nil {
			f.t.Fatal(err)
		}
		fmt.Fprintln(&b, name, n)
	}
	return b.String()
}

func TestATriggerIsTriedWithoutWriting(t *testing.T) {
	t.Parallel()
	f := newTriggered(t, apptest.Options{})
	ann := f.User(t, "ann")
	id := f.create("ticket", `{"name":"x","amount":100,"grade":"A","owner":"`+ann.ID+`"}`)
	f.patch("ticket", id, `{"grade":"B"}`)
	def := draft(onTicket("draft", `"on":{"event":"changed","fields":["grade"]},"where":["old.grade","=","A"],"steps":[
		{"key":"s","type":"set","values":{"amount":{"formula":"amount + 1"}}},{"key":"m","type":"move","to":"open"},{"key":"w","type":"wait","for":"3d"},
		`+noteStep("n", "{old.grade} {grade} {amount}")+`,{"key":"u","type":"set","values":{"grade":{"result":"n.id"}}},
		{"key":"t","type":"notify","to":"owner","text":{"en":"Hello {name}"}},{"key":"c","type":"call","url":"https://example.com/{name}","body":{"a":{"field":"amount"}}},
		{"key":"x","type":"move","to":"won"},{"key":"bad","type":"move","to":"new"}]`))
	before := f.everything()
	var a trigger.TrialAnswer
	f.post("/builder/triggers/try", `{"definition":`+def+`,"entity":"ticket","id":"`+id+`"}`, http.StatusOK).JSON(t, &a)
	if after := f.everything(); after != before {
		t.Errorf("a trial wrote something:\n%s\n%s", before, after)
	}
	made := ""
	for _, c := range a.Changes {
		if c.Op == "create" {
			made = c.ID
		}
	}
	want := "update ticket amount:100→101 double:200→202|update ticket stage:new→open|create note text:<nil>→A B 101 ticket:<nil>→" + id +
		"|update ticket grade:B→" + made + "|update ticket stage:open→won"
	if got := changesText(a.Changes); !a.Matches || got != want {
		t.Errorf("%v\n%s\n%s", a.Matches, got, want)
	}
	if len(a.Messages) != 1 || a.Messages[0].Text.En != "Hello x" || len(a.Messages[0].To) != 1 || a.Messages[0].To[0] != ann.ID {
		t.Errorf("%+v", a.Messages)
	}
	if len(a.Calls) != 1 || a.Calls[0].URL != "https://example.com/x" || fmt.Sprint(a.Calls[0].Body) != "map[a:101]" {
		t.Errorf("%+v", a.Calls)
	}
	if last := a.Steps[len(a.Steps)-1]; last.Key != "bad" || last.State != "failed" || last.Error.Code != "transition" {
		t.Errorf("%+v", last)
	}
	f.patch("ticket", id, `{"grade":"C"}`)
	a = trigger.TrialAnswer{}
	f.post("/builder/triggers/try", `{"definition":`+def+`,"entity":"ticket","id":"`+id+`"}`, http.StatusOK).JSON(t, &a)
	if a.Matches || len(a.Changes) != 0 {
		t.Errorf("the filter does not hold: %+v", a)
	}
	f.post("/builder/triggers/try", `{"definition":{"kind":"trigger"},"entity":"ticket","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	f.post("/builder/triggers/try", `{"entity":"ticket","id":"`+id+`"}`, http.StatusUnprocessableEntity)
	f.post("/builder/triggers/try", `{"key":"ghost","entity":"ticket","id":"`+id+`"}`, http.StatusNotFound)
}

// A replay of what happened live says what the trigger did.
func TestAReplayEqualsWhatWasDone(t *testing.T) {
	t.Parallel()
	c := newClock("2026-03-02T02:00:00Z")
	f := newTriggered(t, apptest.Options{Now: c.now},
		onTicket("grades", `"on":{"event":"stage_entered","stage":"open"},"where":["amount",">",10],"steps":[{"key":"s","type":"set","values":{"grade":{"text":{"en":"{old.stage}→{stage}"}},"amount":{"formula":"amount * 2"}}},`+noteStep("n", "{amount} {double}")+`,
			{"key":"m","type":"notify","to":"created_by","text":{"en":"open {name}"}}]`),
		onTicket("reminds", `"on":{"event":"date_reached","field":"due","offset":"-1d"},"where":["stage","!=","won"],"steps":[{"key":"s","type":"set","values":{"score":1}}]`),
		onTicket("quiet", `"on":{"event":"silence","for":"2h","unless":{"entity":"note","where":["n","=",1]}},"steps":[{"key":"s","type":"set","values":{"secret":"quiet"}}]`))
	var ids []string
	for i := range 12 {
		ids = append(ids, f.create("ticket", fmt.Sprintf(`{"name":"t%d","amount":%d,"due":"2026-03-%02d"}`, i, i*3, 4+i)))
		if i%3 == 0 {
			f.create("note", `{"ticket":"`+ids[i]+`","n":1,"text":"call"}`)
		}
	}
	f.await()
	for i, id := range ids {
		if i%2 == 0 {
			f.patch("ticket", id, `{"stage":"open"}`)
		}
		if i%4 == 0 {
			f.patch("ticket", id, `{"due":"2026-03-28"}`)
		}
		f.pass(c, time.Hour)
	}
	f.pass(c, 30*day)
	before := f.everything()
	for key, least := range map[string]int{"grades": 4, "reminds": 11, "quiet": 8} {
		var a trigger.ReplayAnswer
		f.post("/builder/triggers/replay", `{"key":"`+key+`"}`, http.StatusOK).JSON(t, &a)
		if a.Events < least || len(a.Would) != a.Events || len(a.Did) != a.Events || len(a.Differences) != 0 {
			t.Errorf("%s: %d events, %d would, %d did, differences %+v", key, a.Events, len(a.Would), len(a.Did), a.Differences)
		}
		// A draft that does something else is shown beside it.
		var def map[string]any
		raw, err := json.Marshal(f.Current.Model().Triggers[key].Def)
		if err == nil {
			err = json.Unmarshal(raw, &def)
		}
		if err != nil {
			t.Fatal(err)
		}
		def["steps"] = []any{map[string]any{"key": "s", "type": "set", "values": map[string]any{"grade": "other"}}}
		body, _ := json.Marshal(map[string]any{"definition": def, "from": "2026-03-01T00:00:00Z", "limit": 3})
		a = trigger.ReplayAnswer{}
		f.post("/builder/triggers/replay", string(body), http.StatusOK).JSON(t, &a)
		if len(a.Would) != 3 || len(a.Differences) < 3 {
			t.Errorf("%s: %+v", key, a)
		}
	}
	if after := f.everything(); after != before {
		t.Errorf("a replay wrote something:\n%s\n%s", before, after)
	}
}
