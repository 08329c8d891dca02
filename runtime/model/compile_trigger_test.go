package model_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

const touch = `{"kind":"entity","key":"touch","type":"object","x-title":` + title + `,"properties":{
	"deal":{"x-type":"reference","x-entity":"deal","x-title":` + title + `},"kind":{"x-type":"text","x-title":` + title + `},
	"at":{"x-type":"datetime","x-title":` + title + `},"day":{"x-type":"date","x-title":` + title + `},
	"by":{"x-type":"user","x-title":` + title + `},"n":{"x-type":"number","x-title":` + title + `}}}`

// triggerOf is a trigger of deals with the given members.
func triggerOf(key, rest string) string {
	return `{"kind":"trigger","key":"` + key + `","title":` + title + `,"entity":"deal",` + rest + `}`
}

func withTriggers(docs ...string) []string {
	return append([]string{account, deal, line, touch, machine, sales}, docs...)
}

const setName = `"steps":[{"key":"s","type":"set","values":{"name":"x"}}]`

func TestCompileRefusesTriggers(t *testing.T) {
	t.Parallel()
	steps := func(list string) []string {
		return withTriggers(triggerOf("t", `"on":{"event":"created"},"steps":[`+list+`]`))
	}
	on := func(event string) []string { return withTriggers(triggerOf("t", `"on":{`+event+`},`+setName)) }
	const here = "/trigger/t/"
	refuse(t, []refusal{
		{"every step", steps(`{"key":"a","type":"set","values":{"name":{"text":{"zh-CN":"{account.name}:{old.name}","en":"{stage}"}},"amount":{"formula":"amount * 2"},"account":null,"owner":{"me":true}}},
			{"key":"b","type":"create","entity":"touch","values":{"deal":{"field":"id"},"kind":{"field":"stage"},"at":{"now":"+2h"},"day":{"field":"created_at"},"by":{"field":"owner"},"n":{"field":"amount"}}},
			{"key":"c","type":"update","entity":"touch","where":{"all":[["deal","=",{"field":"id"}],["kind","=","x"]]},"values":{"kind":{"result":"b.id"}}},
			{"key":"d","type":"delete","entity":"touch","ids":[{"result":"b.id"}]},
			{"key":"e","type":"move","to":"offer","reason":"{name}","values":{"amount":"1"}},
			{"key":"g","type":"notify","to":["owner","admin",{"result":"b.created_by"}],"text":` + title + `},
			{"key":"h","type":"call","url":"https://example.com/{id}","headers":{"X-Name":"{name}"},"body":{"deal":{"field":"id"},"list":[1,{"old":"stage"}]}},
			{"key":"i","type":"wait","for":"2wd"},{"key":"i2","type":"wait","until":{"formula":"created_at"}},
			{"key":"j","type":"wait_for","event":{"event":"stage_entered","stage":"won"},"where":["amount",">",1],"timeout":"3d"},
			{"key":"k","type":"branch","cases":[{"where":{"any":[["old.stage","=","new"],{"entity":"touch","where":["kind","=","x"]}]},"steps":[{"key":"k1","type":"stop"}]}],"else":[{"key":"k2","type":"set","values":{"name":"y"}}]},
			{"key":"l","type":"each","entity":"touch","where":["deal","=",{"field":"id"}],"steps":[{"key":"l1","type":"set","values":{"kind":{"outer":"name"}}}]}`), nil},
		{"fields", steps(`{"key":"a","type":"set","values":{"ghost":1,"amount":"much"}},{"key":"b","type":"create","entity":"account","values":{"won_amount":"1"}}`),
			[]string{here + "steps/0/values/amount wrong_type", here + "steps/0/values/ghost unknown_field", here + "steps/1/values/won_amount field_computed"}},
		{"entities", steps(`{"key":"a","type":"create","entity":"ghost","values":{"a":1}},{"key":"b","type":"create","entity":"stage_visit","values":{"stage":"x"}},{"key":"c","type":"each","entity":"spook","steps":[{"key":"d","type":"stop"}]}`),
			[]string{here + "steps/0/entity unknown_entity", here + "steps/1/entity only_read", here + "steps/2/entity unknown_entity"}},
		{"values that do not fit", steps(`{"key":"a","type":"set","values":{"amount":{"field":"name"},"owner":{"field":"account"},"account":{"formula":"1 + 1"},"stage":{"text":"x"},"reason":{"field":"ghost"}}}`),
			[]string{here + "steps/0/values/account/formula value_does_not_fit", here + "steps/0/values/amount/field value_does_not_fit", here + "steps/0/values/owner/field value_does_not_fit", here + "steps/0/values/reason/field unknown_field", here + "steps/0/values/stage/text value_does_not_fit"}},
		{"texts, formulas and results", steps(`{"key":"a","type":"notify","to":"owner","text":{"en":"{ghost}"}},{"key":"b","type":"set","values":{"name":{"formula":"name +"}}},{"key":"c","type":"set","values":{"name":{"result":"d.id"}}},{"key":"d","type":"stop"},{"key":"d","type":"stop"},{"key":"e","type":"set","values":{"name":{"input":"x"}}}`),
			[]string{here + "steps/0/text unknown_field", here + "steps/1/values/name/formula formula_syntax", here + "steps/2/values/name/result unknown_step", here + "steps/4/key defined_twice", here + "steps/5/values/name/input no_input"}},
		{"filters", steps(`{"key":"a","type":"update","entity":"touch","where":["ghost","=",1],"values":{"kind":"x"}},{"key":"b","type":"update","entity":"touch","where":["n","=",{"field":"name"}],"values":{"kind":"x"}},{"key":"c","type":"update","entity":"touch","values":{"kind":"x"}},{"key":"d","type":"update","entity":"touch","where":["old.kind","=","x"],"values":{"kind":"x"}}`),
			[]string{here + "steps/0/where/0 unknown_field", here + "steps/1/where/2 value_does_not_fit", here + "steps/2 where_or_ids", here + "steps/3/where/0 unknown_field"}},
		{"moves, people and scripts", steps(`{"key":"a","type":"move","to":"ghost"},{"key":"b","type":"notify","to":["name"],"text":` + title + `},{"key":"c","type":"script","script":"ghost"},{"key":"d","type":"wait"},{"key":"e","type":"approve","approval":"x"},{"key":"f","type":"wait_for","event":"schedule"}`),
			[]string{here + "steps/0/to unknown_stage", here + "steps/1/to/0 unknown_role", here + "steps/2/script unknown_script", here + "steps/3 for_or_until", here + "steps/4/type no_approvals", here + "steps/5/event not_allowed_value"}},
		{"members of other steps", steps(`{"key":"a","type":"stop","rule":"x","values":{"name":"x"}},{"key":"b","type":"set","values":{"name":"x"},"to":"owner"}`),
			[]string{here + "steps/0/rule annotation_unused", here + "steps/0/values annotation_unused", here + "steps/1/to annotation_unused"}},
		{"each in each", steps(`{"key":"a","type":"each","entity":"touch","steps":[{"key":"b","type":"each","entity":"deal","steps":[{"key":"c","type":"stop"}]}]}`), []string{here + "steps/0/steps/0/type each_in_each"}},
		{"fields of events", on(`"event":"changed","fields":["name","ghost"]`), []string{here + "on/fields/1 unknown_field"}},
		{"value of several fields", on(`"event":"changed","fields":["stage","amount"],"to":"won"`), []string{here + "on/to one_field_wanted"}},
		{"value that cannot be", on(`"event":"changed","fields":["stage"],"to":"ghost"`), []string{here + "on/to wrong_value"}},
		{"members of other events", on(`"event":"created","stage":"won","cron":"* * * * *"`), []string{here + "on/cron annotation_unused", here + "on/stage annotation_unused"}},
		{"stages", on(`"event":"stage_entered","stage":"ghost"`), []string{here + "on/stage unknown_stage"}},
		{"dates", on(`"event":"date_reached","field":"name","offset":"-3d"`), []string{here + "on/field wrong_field_type"}},
		{"related records", on(`"event":"silence","for":"2h","unless":{"entity":"touch","field":"by","where":["ghost","=",1]}`), []string{here + "on/unless/field wrong_target", here + "on/unless/where/0 unknown_field"}},
		{"the only reference is found", on(`"event":"silence","for":"2h","unless":{"any":[{"entity":"touch"},["amount","present"]]}`), nil},
		{"forms", on(`"event":"form_submitted","form":"ghost"`), []string{here + "on/form unknown_form"}},
		{"buttons", on(`"event":"button","form":["reason","ghost"],"roles":["ghost"]`), []string{here + "on/form/1 unknown_field", here + "on/roles/0 unknown_role"}},
		{"stages of an entity without", append(withTriggers(), `{"kind":"trigger","key":"t","title":`+title+`,"entity":"account","on":{"event":"stage_entered"},"steps":[{"key":"s","type":"move","to":"won"}]}`),
			[]string{here + "on/event no_machine", here + "steps/0/type no_machine"}},
		{"whose rights", withTriggers(triggerOf("t", `"as":"ghost","on":{"event":"created"},`+setName)), []string{here + "as unknown_role"}},
		{"a schedule has no record", withTriggers(triggerOf("t", `"on":{"event":"schedule","cron":"0 9 * * *"},`+setName)), []string{here + "steps/0/type no_record"}},
		{"a schedule that names no time", withTriggers(triggerOf("t", `"on":{"event":"schedule","cron":"0 0 31 2 *"},"where":["stage","=","new"],`+setName)), []string{here + "on/cron bad_cron"}},
		{"a schedule for each record that matches", withTriggers(triggerOf("t", `"on":{"event":"schedule","cron":"0 9 * * *"},"where":["stage","=","new"],`+setName)), nil},
		{"scripts of filters", append(withTriggers(triggerOf("t", `"on":{"event":"created"},"where":{"all":[["stage","=","new"],{"script":"ghost"},{"any":[{"script":"asks"}]},{"script":"asks"}]},`+setName)), script("asks", "export default () => true", "")),
			[]string{here + "where/all/1/script unknown_script", here + "where/all/2/any/0 filter_shape"}},
		{"where with values before", withTriggers(triggerOf("t", `"on":{"event":"changed","fields":["amount"]},"where":{"all":[["old.stage","=","new"],["amount",">",{"old":"amount"}],["old.ghost","=",1]]},`+setName)), []string{here + "where/all/2/0 unknown_field"}},
	})
}

// cycleOf is the problem of a cycle: its text, nodes and edges.
func cycleOf(t *testing.T, docs ...string) (way string, nodes []model.TriggerNode, edges []model.TriggerEdge) {
	t.Helper()
	_, problems := model.Compile(decode(t, docs...), 1)
	if len(problems) == 0 {
		return "", nil, nil
	}
	p := problems[0]
	if p.Code != "trigger_cycle" {
		t.Fatalf("%s %s", p.Path, p.Code)
	}
	nodes, _ = p.Params["nodes"].([]model.TriggerNode)
	edges, _ = p.Params["edges"].([]model.TriggerEdge)
	return p.Params["way"].(string), nodes, edges
}

// Triggers that cause each other without end are refused with a drawing.
func TestCyclesOfTriggersAreRefused(t *testing.T) {
	t.Parallel()
	onName := func(rest string) string {
		return triggerOf("a", `"on":{"event":"changed","fields":["name"]},"steps":[{"key":"s","type":"set","values":{"amount":"1"}}]`+rest)
	}
	onAmount := func(rest string) string {
		return triggerOf("b", `"on":{"event":"changed","fields":["amount"]},"steps":[{"key":"s","type":"set","values":{"name":"x"}}]`+rest)
	}
	way, nodes, edges := cycleOf(t, withTriggers(onName(""), onAmount(""))...)
	if want := "trigger/a → deal.amount → trigger/b → deal.name → trigger/a"; way != want {
		t.Errorf("%s, want %s", way, want)
	}
	drawing, _ := json.Marshal([]any{nodes, edges})
	if want := `[[{"id":"trigger/a","title":` + title + `},{"id":"trigger/b","title":` + title + `}],[{"from":"trigger/a","to":"trigger/b","entity":"deal","op":"update","field":"amount"},{"from":"trigger/b","to":"trigger/a","entity":"deal","op":"update","field":"name"}]]`; string(drawing) != want {
		t.Errorf("%s", drawing)
	}
	for name, docs := range map[string][]string{
		"bounded":                              {onName(`,"max_depth":3`), onAmount("")},
		"disabled":                             {onName(""), onAmount(`,"enabled":false`)},
		"a value that the other does not want": {triggerOf("a", `"on":{"event":"changed","fields":["stage"],"to":"won"},"steps":[{"key":"s","type":"set","values":{"stage":"lost"}}]`)},
		"moves to another stage":               {triggerOf("a", `"on":{"event":"stage_entered","stage":"won"},"steps":[{"key":"s","type":"move","to":"lost"}]`)},
		"a hook that reads something else":     {onName(""), hookOf("h", "after_update", `"reads":["account"],"writes":["name"]`)},
		"a creation that sets":                 {triggerOf("a", `"on":{"event":"created"},`+setName)},
	} {
		if way, _, _ := cycleOf(t, withTriggers(docs...)...); way != "" {
			t.Errorf("%s: %s", name, way)
		}
	}
	if way, _, _ := cycleOf(t, withTriggers(triggerOf("a", `"on":{"event":"changed"},`+setName))...); way != "trigger/a → deal.name → trigger/a" {
		t.Errorf("any change: %s", way)
	}
	for want, docs := range map[string][]string{
		"trigger/a → create deal → trigger/a": {triggerOf("a", `"on":{"event":"created"},"steps":[{"key":"s","type":"branch","cases":[{"where":["amount",">",1],"steps":[{"key":"c","type":"create","entity":"deal","values":{"name":"x"}}]}]}]`)},
		"trigger/a → deal.stage → trigger/b → deal.stage → trigger/a": {
			triggerOf("a", `"on":{"event":"stage_entered","stage":"offer"},"steps":[{"key":"s","type":"move","to":"new"}]`),
			triggerOf("b", `"on":{"event":"stage_entered","stage":"new"},"steps":[{"key":"s","type":"move","to":"offer"}]`)},
		"trigger/a → deal.amount → script/h → deal.name → trigger/a": {onName(""), hookOf("h", "after_update", `"reads":["amount"],"writes":["name"]`)},
		// By a hook before the change: who writes the amount writes the name, too.
		"trigger/a → deal.name → trigger/a": {onName(""), hookOf("h", "before_update", `"reads":["amount"],"writes":["name"]`)},
		// By a roll-up: deals sum up in the account, whose change sets deals.
		"trigger/a → account.won_amount → trigger/b → deal.amount → trigger/a": {
			triggerOf("a", `"on":{"event":"changed","fields":["amount"]},"steps":[{"key":"s","type":"set","values":{"stage":"won"}}]`),
			`{"kind":"trigger","key":"b","title":` + title + `,"entity":"account","on":{"event":"changed","fields":["won_amount"]},"steps":[{"key":"s","type":"update","entity":"deal","where":["account","=",{"field":"id"}],"values":{"amount":"1"}}]}`},
	} {
		if way, _, _ := cycleOf(t, withTriggers(docs...)...); way != want {
			t.Errorf("%q, want %q", way, want)
		}
	}
}

// hookOf is a script of deals.
func hookOf(key, event, rest string) string {
	return `{"kind":"script","key":"` + key + `","title":` + title + `,"entity":"deal","events":["` + event + `"],"source":"export default function () {}",` + rest + `}`
}

// What an earlier version published keeps its meaning, with a warning.
func TestACycleThatWasPublishedIsAWarning(t *testing.T) {
	t.Parallel()
	m, problems := model.CompilePublished(decode(t, withTriggers(triggerOf("a", `"on":{"event":"changed"},`+setName))...), 1)
	if len(problems) > 0 || !slices.ContainsFunc(m.Warnings, func(w problem.Field) bool { return w.Code == "trigger_cycle" }) {
		t.Errorf("%v", problems)
	}
}

func TestListenersOfAnEntity(t *testing.T) {
	t.Parallel()
	m := compile(t, withTriggers(
		triggerOf("late", `"order":2,"on":{"event":"created"},`+setName),
		triggerOf("early", `"order":-1,"on":{"event":"created"},`+setName),
		triggerOf("off", `"enabled":false,"on":{"event":"created"},`+setName),
		triggerOf("waits", `"on":{"event":"button"},"steps":[{"key":"w","type":"wait_for","event":"deleted"}]`))...)
	var order []string
	for _, tr := range m.Listeners["deal"].On(schemas.EventCreated) {
		order = append(order, tr.Def.Key)
	}
	if got := strings.Join(order, " "); got != "early late" {
		t.Error(got)
	}
	if m.Listeners["account"].On(schemas.EventCreated) != nil || len(m.Listeners["deal"].Waits) != 1 || len(m.Triggers) != 4 {
		t.Errorf("%+v", m.Listeners)
	}
}

// valueOf computes the value that a trigger sets.
func valueOf(t *testing.T, step string, env *model.ValueEnv) map[string]any {
	t.Helper()
	m := compile(t, withTriggers(triggerOf("t", `"on":{"event":"created"},"steps":[`+step+`]`))...)
	out := map[string]any{}
	for _, v := range m.Triggers["t"].ByKey["s"].Values {
		wire, err := v.Value.Wire(env)
		if err != nil {
			t.Fatal(err)
		}
		out[v.Field.Key] = wire
	}
	return out
}

func TestValuesOfSteps(t *testing.T) {
	t.Parallel()
	env := &model.ValueEnv{
		Record: map[string]any{"id": "d1", "name": "Deal", "stage": "won", "amount": "10000000000000125000", "account": "a1", "created_at": "2026-01-31T16:30:00.000Z"},
		Old:    map[string]any{"stage": "new"},
		Get: func(collection, id string) map[string]any {
			return map[string]any{"name": collection + "/" + id}
		},
		Results: map[string]any{"b": map[string]any{"id": "x", "list": []any{"p", "q"}}},
		Query:   query.Env{Now: time.Date(2026, 2, 1, 1, 0, 0, 0, time.UTC), Zone: time.FixedZone("CST", 8*3600), Me: "u1"},
		Lang:    "en",
	}
	got := valueOf(t, `{"key":"b","type":"stop"},{"key":"s","type":"create","entity":"touch","values":{"deal":{"field":"id"},
		"kind":{"text":"{name} {old.stage} {account.name} {amount} {b.list.1} {reason}."},"day":{"field":"created_at"},"n":{"formula":"amount * 2"},"by":{"me":true},"at":{"now":"+2h"}}}`, env)
	for key, want := range map[string]any{
		"deal": "d1", "kind": "Deal Title account/a1 12.5 q .", "day": "2026-02-01", "by": "u1", "at": "2026-02-01T03:00:00.000Z",
	} {
		if got[key] != want {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
	if n, _ := json.Marshal(got["n"]); string(n) != "25" {
		t.Errorf("n: %s", n)
	}
	got = valueOf(t, `{"key":"s","type":"set","values":{"name":{"field":"account.name"},"amount":{"field":"amount"},"reason":null,"owner":{"field":"owner"}}}`, env)
	if got["name"] != "account/a1" || got["amount"] != "12.5" || got["reason"] != nil || got["owner"] != nil {
		t.Errorf("%v", got)
	}
}

func TestConditionsOfTriggers(t *testing.T) {
	t.Parallel()
	env := &model.ValueEnv{
		Record: map[string]any{"id": "d1", "name": "Deal", "stage": "won", "amount": "10000000000000125000", "owner": "u1"},
		Old:    map[string]any{"stage": "new", "amount": "10000000000000100000"},
		Query:  query.Env{Now: time.Now(), Me: "u1"},
	}
	for where, want := range map[string]bool{
		`["old.stage","=","new"]`:                                    true,
		`{"all":[["old.stage","=","won"]]}`:                          false,
		`["amount",">",{"old":"amount"}]`:                            true,
		`["amount","<",{"old":"amount"}]`:                            false,
		`["amount","=",{"formula":"old.amount + 2.5"}]`:              true,
		`["owner","=",{"me":true}]`:                                  true,
		`["reason","=",{"old":"reason"}]`:                            true,
		`["name","=",{"old":"reason"}]`:                              false,
		`["name","!=",{"old":"reason"}]`:                             true,
		`{"not":["amount",">",{"old":"amount"}]}`:                    false,
		`{"any":[["name","=","x"],["amount",">",{"old":"amount"}]]}`: true,
		`["old.reason","empty"]`:                                     true,
	} {
		m := compile(t, withTriggers(triggerOf("t", `"on":{"event":"changed","fields":["stage"]},"where":`+where+`,`+setName))...)
		ok, err := m.Triggers["t"].Where.Holds(env, nil)
		if err != nil || ok != want {
			t.Errorf("%s: %v %v", where, ok, err)
		}
	}
}
