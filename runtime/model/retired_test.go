package model_test

import (
	"strings"
	"testing"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
)

// E4: what is retired is kept and read, and takes no new values.
func TestRetiredFieldsAndChoicesTakeNoNewValues(t *testing.T) {
	t.Parallel()
	m := compile(t, thing(property("old", "text", `,"x-retired":true,"default":"x"`)+","+property("name", "text", "")+","+
		property("size", "choice", `,"x-choices":[{"key":"s","title":`+title+`},{"key":"m","title":`+title+`,"retired":true},{"key":"l","title":`+title+`,"hidden":true}]`)+","+
		property("marks", "multi_choice", `,"x-choices":[{"key":"a","title":`+title+`},{"key":"b","title":`+title+`,"retired":true}]`), `,"required":["old","name"]`))
	e := m.Entities["thing"]
	if e.ByKey["old"].Required || e.ByKey["old"].Default != nil || !e.ByKey["name"].Required {
		t.Error("a retired field is required or has a default")
	}
	for _, c := range []struct {
		field          string
		before, stored any
		want           string
	}{
		{"old", nil, "x", "retired"},
		{"old", "x", "y", "retired"},
		{"old", "x", "x", ""},
		{"old", "x", nil, ""},
		{"size", nil, "s", ""},
		{"size", nil, "m", "retired_choice"},
		{"size", "s", "l", "retired_choice"},
		{"size", "m", "m", ""},
		{"marks", nil, []any{"a", "b"}, "/1 retired_choice"},
		{"marks", []any{"b"}, []any{"a", "b"}, ""},
	} {
		ps := e.ByKey[c.field].CheckOffered(c.before, c.stored)
		if list(ps) != c.want {
			t.Errorf("%s from %v to %v: %q, want %q", c.field, c.before, c.stored, list(ps), c.want)
		}
		checkTexts(t, ps)
	}
	schema := e.JSONSchema()
	if old := schema["properties"].(map[string]any)["old"].(map[string]any); old["readOnly"] != true || old["deprecated"] != true || old["x-retired"] != true {
		t.Errorf("the schema of a retired field is %v", old)
	}
	if required := schema["required"].([]string); len(required) != 3 {
		t.Errorf("required is %v", required)
	}
}

func TestCompileRefusesUsesOfWhatIsRetired(t *testing.T) {
	t.Parallel()
	with := func(pairs ...string) []string {
		docs := []string{account, deal, line, machine}
		for i := range docs {
			docs[i] = strings.NewReplacer(pairs...).Replace(docs[i])
		}
		return docs
	}
	const here = "/stage_machine/deal/"
	refuse(t, []refusal{
		{"owner", with(`"owner":{`, `"owner":{"x-retired":true,`), []string{"/entity/deal/x-owner-field field_retired"}},
		{"stage field", with(`"stage":{`, `"stage":{"x-retired":true,`), []string{here + "field field_retired"}},
		{"initial stage", with(`{"key":"new","title":`+title+`,"type":"open"}`, `{"key":"new","title":`+title+`,"type":"open","retired":true}`), []string{here + "initial stage_retired"}},
		{"initial choice", with(`{"key":"new","title":`+title+`}`, `{"key":"new","title":`+title+`,"retired":true}`), []string{here + "initial stage_retired"}},
		{"proof of a guard", with(`"proof":{`, `"proof":{"x-retired":true,`), []string{here + "stages/2/enter/0 field_retired"}},
		{"reason of a move", with(`"reason":{"x-type"`, `"reason":{"x-retired":true,"x-type"`), []string{here + "transitions/3/reason/field field_retired"}},
		{"default", []string{thing(property("size", "choice", `,"x-choices":[{"key":"m","title":`+title+`,"retired":true}],"default":"m"`), "")},
			[]string{"/entity/thing/properties/size/default retired_choice"}},
	})
}

// A retired stage keeps its records and lets them leave, but none enters.
func TestRetiredStagesAreLeftNotEntered(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, strings.NewReplacer(
		`{"key":"offer","title":`+title+`,"type":"open"`, `{"key":"offer","title":`+title+`,"type":"open","retired":true`,
		`"from":["offer"],"to":"won"`, `"from":["new","offer"],"to":"won"`).Replace(machine)).Entities["deal"].Machine
	if m.Transition("new", "offer") != nil || m.Transition("offer", "won") == nil || m.Transition("new", "won") == nil {
		t.Error("wrong transitions")
	}
	if m.Stages["offer"].ForwardPath != nil || len(m.Stages["won"].ForwardPath) != 1 {
		t.Error("a forward path leads through a retired stage")
	}
}

// V5: a default relative to the day or the moment.
func TestRelativeDefaults(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	env := query.Env{Now: time.Date(2026, 12, 1, 17, 0, 0, 0, time.UTC), Zone: zone, Me: anID}
	for _, c := range []struct {
		typ, preset string
		want        any
	}{
		{"date", `{"today":true}`, "2026-12-02"},
		{"date", `{"today":"+30d"}`, "2027-01-01"},
		{"date", `{"today":"30d"}`, "2027-01-01"},
		{"date", `{"today":"-1M"}`, "2026-11-02"},
		{"date", `{"now":""}`, "2026-12-02"},
		{"date", `{"now":"+7h"}`, "2026-12-02"},
		{"datetime", `{"now":""}`, "2026-12-01T17:00:00.000Z"},
		{"datetime", `{"now":"+2h"}`, "2026-12-01T19:00:00.000Z"},
		{"user", `{"me":true}`, anID},
		{"number", `5`, 5.0},
	} {
		m := compile(t, thing(property("a", c.typ, `,"default":`+c.preset), ""))
		if got := m.Entities["thing"].ByKey["a"].Default.Value(env); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.typ, c.preset, got, c.want)
		}
	}
	if got := compile(t, thing(property("a", "user", `,"default":{"me":true}`), "")).Entities["thing"].ByKey["a"].Default.Value(query.Env{}); got != nil {
		t.Errorf("without a user the default is %v", got)
	}
	for _, c := range [][2]string{
		{"date", `{"today":"+3h"}`}, {"date", `{"today":"soon"}`}, {"date", `{"today":30}`}, {"date", `{"today":false}`}, {"date", `{"now":true}`},
		{"datetime", `{"today":true}`}, {"user", `{"me":false}`}, {"user", `{"me":"x"}`}, {"text", `{"now":""}`}, {"text", `null`},
	} {
		set := decode(t, thing(property("a", c[0], `,"default":`+c[1]), ""))
		if _, ps := model.Compile(set, 1); list(ps) != "/entity/thing/properties/a/default bad_default" {
			t.Errorf("%s %s: %q", c[0], c[1], list(ps))
		}
	}
}

// E13: two machines on one entity, moves from any stage, values set on a move.
func TestSeveralStageMachines(t *testing.T) {
	t.Parallel()
	second := `{"kind":"stage_machine","key":"sign","title":` + title + `,"entity":"deal","field":"signing","initial":"draft","stages":[
		{"key":"draft","title":` + title + `,"type":"open"},{"key":"sent","title":` + title + `,"type":"open","lock":{"only":["amount"]}},{"key":"void","title":` + title + `,"type":"lost"}],
		"transitions":[{"key":"send","title":` + title + `,"from":["draft"],"to":"sent","direction":"forward","set":{"sent_on":{"today":true},"reason":null}},
			{"key":"cancel","title":` + title + `,"from":["*"],"to":"void","direction":"close"},
			{"key":"cancel_draft","title":` + title + `,"from":["draft"],"to":"void","direction":"close"}]}`
	field := `"signing":{"x-type":"choice","x-title":` + title + `,"x-choices":[{"key":"draft","title":` + title + `},{"key":"sent","title":` + title + `},{"key":"void","title":` + title + `}]},
		"sent_on":{"x-type":"date","x-title":` + title + `},"reason":{`
	docs := []string{account, strings.Replace(deal, `"reason":{`, field, 1), line, machine, second}
	e := compile(t, docs...).Entities["deal"]
	if len(e.Machines) != 2 || e.Machine != e.Machines[0] || e.MachineOf("signing") != e.Machines[1] || len(e.MachinesWith("void")) != 1 {
		t.Fatalf("%d machines", len(e.Machines))
	}
	m := e.Machines[1]
	for move, want := range map[[2]string]string{{"draft", "sent"}: "send", {"sent", "void"}: "cancel", {"draft", "void"}: "cancel_draft", {"void", "void"}: "", {"void", "draft"}: ""} {
		got := ""
		if tr := m.Transition(move[0], move[1]); tr != nil {
			got = tr.Def.Key
		}
		if got != want {
			t.Errorf("%v: %q, want %q", move, got, want)
		}
	}
	if set := m.Transitions[0].Set; len(set) != 2 || set[0].Preset != nil || set[1].Field.Key != "sent_on" {
		t.Errorf("the move sets %v", set)
	}
	with := func(old, new string) []string {
		if !strings.Contains(second, old) {
			t.Fatalf("no %s", old)
		}
		return append(docs[:4:4], strings.Replace(second, old, new, 1))
	}
	const here = "/stage_machine/sign/"
	refuse(t, []refusal{
		{"key of another machine's transition", with(`"key":"send"`, `"key":"to_won"`), []string{here + "transitions/0/key defined_twice"}},
		{"sets a stage", with(`"sent_on":{"today":true}`, `"stage":"won"`), []string{here + "transitions/0/set/stage stage_field"}},
		{"sets its own stage", with(`"sent_on":{"today":true}`, `"signing":"void"`), []string{here + "transitions/0/set/signing stage_field"}},
		{"sets child rows", with(`"sent_on":{"today":true}`, `"lines":[]`), []string{here + "transitions/0/set/lines annotation_unused"}},
		{"sets a wrong value", with(`"sent_on":{"today":true}`, `"sent_on":"soon"`), []string{here + "transitions/0/set/sent_on not_a_date"}},
		{"sets what is not there", with(`"sent_on":{"today":true}`, `"ghost":1`), []string{here + "transitions/0/set/ghost unknown_field"}},
		{"locks its own stage", with(`"only":["amount"]`, `"only":["signing"]`), []string{here + "stages/1/lock/only/0 stage_field"}},
		{"locks what is not there", with(`"only":["amount"]`, `"all":true,"except":["ghost"]`), []string{here + "stages/1/lock/except/0 unknown_field"}},
		{"role for the stay", with(`"lock":`, `"stay":[{"type":"role","roles":["admin"]}],"lock":`), []string{here + "stages/1/stay/0/type role_guard_stay"}},
		{"member of another guard", with(`"lock":`, `"stay":[{"type":"required","fields":["amount"],"at_least":2,"where":["amount",">",0]}],"lock":`),
			[]string{here + "stages/1/stay/0/at_least annotation_unused", here + "stages/1/stay/0/where annotation_unused"}},
		{"more files than the field holds", append([]string{docs[0], strings.Replace(docs[1], `"proof":{`, `"proof":{"maxItems":2,`, 1)},
			with(`"lock":`, `"stay":[{"type":"attachment","field":"proof","at_least":3}],"lock":`)[2:]...), []string{here + "stages/1/stay/0/at_least too_great"}},
		{"any stage twice", with(`"from":["draft"],"to":"void"`, `"from":["*"],"to":"void"`), []string{here + "transitions/2/from/0 move_twice"}},
	})
	compile(t, with(`"lock":`, `"stay":[{"type":"attachment","field":"proof","at_least":2}],"lock":`)...)
}
