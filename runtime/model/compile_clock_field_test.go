package model_test

import (
	"slices"
	"testing"

	"weft/runtime/model"
	"weft/runtime/query"
)

// cases is an entity with two stage machines, which share the stage open.
func cases(clock string) []string {
	choice := func(key string, stages ...string) string {
		list := ""
		for _, s := range stages {
			list += `,{"key":"` + s + `","title":` + title + `}`
		}
		return property(key, "choice", `,"x-choices":[`+list[1:]+`]`)
	}
	machine := func(key, field, from, to string) string {
		return `{"kind":"stage_machine","key":"` + key + `","title":` + title + `,"entity":"thing","field":"` + field + `","initial":"` + from + `",
			"stages":[{"key":"` + from + `","title":` + title + `,"type":"open"},{"key":"` + to + `","title":` + title + `,"type":"won"}],
			"transitions":[{"key":"` + key + `","title":` + title + `,"from":["` + from + `"],"to":"` + to + `","direction":"forward"}]}`
	}
	return []string{
		thing(property("name", "text", "")+","+property("at", "datetime", "")+","+property("day", "date", "")+","+property("n", "integer", "")+","+
			choice("grade", "a", "b")+","+choice("stage", "open", "done")+","+choice("state", "open", "paid")+","+
			property("soon", "formula", `,"x-formula":"NOW()","x-result":"datetime"`)+","+
			property("within", "clock", clock), ""),
		machine("first", "stage", "open", "done"), machine("second", "state", "open", "paid"),
	}
}

func TestCompileRefusesClocks(t *testing.T) {
	t.Parallel()
	const here = "/entity/thing/properties/within"
	var list []refusal
	for _, c := range []struct {
		name, clock string
		want        []string
	}{
		{"none", ``, []string{"/x-clock required"}},
		{"without anything", `,"x-clock":{"start":{}}`, []string{"/x-clock/limit required", "/x-clock/start field_or_stages"}},
		{"with two starts", `,"x-clock":{"start":{"field":"at","stages":["done"]},"limit":"2h"}`, []string{"/x-clock/start field_or_stages"}},
		{"a field that starts again", `,"x-clock":{"start":{"field":"at","again":true},"limit":"2h"}`, []string{"/x-clock/start/again annotation_unused"}},
		{"a start that is no time", `,"x-clock":{"start":{"field":"name"},"limit":"2h"}`, []string{"/x-clock/start/field wrong_field_type"}},
		{"an unknown start", `,"x-clock":{"start":{"field":"x"},"limit":"2h"}`, []string{"/x-clock/start/field unknown_field"}},
		{"a start that is not stored", `,"x-clock":{"start":{"field":"soon"},"limit":"2h"}`, []string{"/x-clock not_stored"}},
		{"its own start", `,"x-clock":{"start":{"field":"within"},"limit":"2h"}`, []string{" cycle"}},
		{"a day that ends it", `,"x-clock":{"start":{"field":"day"},"limit":"2h","stop":{"field":"day"}}`, []string{"/x-clock/stop/field wrong_field_type"}},
		{"an end without anything", `,"x-clock":{"start":{"field":"day"},"limit":"2h","stop":{}}`, []string{"/x-clock/stop field_or_stages"}},
		{"limits that are none", `,"x-clock":{"start":{"field":"day"},"limits":{"field":"grade","values":{"a":"1h","c":"1h"}},"extend":{"field":"grade","each":"1h"}}`, []string{
			"/x-clock/extend/field wrong_field_type", "/x-clock/limits/values/c not_a_choice"}},
		{"limits by what is no choice", `,"x-clock":{"start":{"field":"day"},"limits":{"field":"name","values":{"a":"1h"}}}`, []string{"/x-clock/limits/field wrong_field_type"}},
		{"unknown stages", `,"x-clock":{"start":{"stages":["begun"]},"limit":"2h","pause":["paid"],"stop":{"stages":["done"]}}`, []string{
			"/x-clock/pause/0 unknown_stage", "/x-clock/start/stages/0 unknown_stage"}},
		{"a stage of both machines", `,"x-clock":{"start":{"stages":["open"]},"limit":"2h","stage_field":"state"}`, []string{"/x-clock/start/stages/0 stage_of_two"}},
		{"a field without stages", `,"x-clock":{"start":{"stages":["open"]},"limit":"2h","stage_field":"grade"}`, []string{"/x-clock no_machine"}},
		{"a stage field for nothing", `,"x-clock":{"start":{"field":"at"},"limit":"2h","stage_field":"state"}`, []string{"/x-clock/stage_field annotation_unused"}},
		{"a pause that ends it", `,"x-clock":{"start":{"field":"at"},"limit":"2h","pause":["done"],"stop":{"stages":["done"]}}`, []string{"/x-clock/pause/0 duplicate_item"}},
		{"unique, with a default", `,"x-clock":{"start":{"field":"at"},"limit":"2h"},"x-unique":true,"x-sortable":true,"default":"x"`, []string{
			"/default annotation_unused", "/x-sortable annotation_unused", "/x-unique annotation_unused", "/x-unique not_indexable"}},
	} {
		for i := range c.want {
			c.want[i] = here + c.want[i]
		}
		list = append(list, refusal{c.name, cases(c.clock), c.want})
	}
	good := cases(`,"x-clock":{"start":{"stages":["done"]},"limit":"2h"}`)
	list = append(list,
		refusal{"as a title", []string{thing(property("at", "datetime", "")+","+property("within", "clock", `,"x-clock":{"start":{"field":"at"},"limit":"2h"}`), `,"x-title-field":"within"`)},
			[]string{"/entity/thing/x-title-field wrong_field_type"}},
		refusal{"required", []string{thing(property("at", "datetime", "")+","+property("within", "clock", `,"x-clock":{"start":{"field":"at"},"limit":"2h"}`), `,"required":["within"]`)},
			[]string{"/entity/thing/required/0 field_computed"}},
		refusal{"a roll-up that time would change", append(good, `{"kind":"entity","key":"all","type":"object","x-title":`+title+`,"properties":{`+
			property("late", "roll_up", `,"x-roll-up":{"entity":"one","field":"of","func":"count","where":["within.state","=","overdue"]}`)+","+
			property("over", "roll_up", `,"x-roll-up":{"entity":"one","field":"of","func":"count","where":["within.left","<",0]}`)+`}}`,
			`{"kind":"entity","key":"one","type":"object","x-title":`+title+`,"properties":{`+property("of", "reference", `,"x-entity":"all"`)+","+
				property("within", "clock", `,"x-clock":{"start":{"field":"created_at"},"limit":"2h"}`)+`}}`),
			[]string{"/entity/all/properties/late/x-roll-up/where roll_up_relative"}},
	)
	refuse(t, list)
}

func TestACompiledClock(t *testing.T) {
	t.Parallel()
	m := compile(t, cases(`,"x-indexed":true,"x-clock":{"start":{"stages":["paid"]},"limit":"2wd","limits":{"field":"grade","values":{"a":"4h"}},"stage_field":"state"}`)...)
	e := m.Entities["thing"]
	k := e.ByKey["within"].Clock
	if k.Stage != e.ByKey["state"] || k.By != e.ByKey["grade"] || !e.ByKey["within"].Computed || !slices.Contains(e.Formulas, e.ByKey["within"]) {
		t.Errorf("%+v", k)
	}
	for choice, want := range map[any]string{"a": "4h", "b": "2wd", nil: "2wd"} {
		limit, ok := k.Limit(func(string) any { return choice })
		if text := limit.String(); !ok || text != want {
			t.Errorf("limit of %v: %s", choice, text)
		}
	}
	for name, kind := range map[string]query.Kind{"within": query.Instant, "within.state": query.Key, "within.left": query.Number, "within.started_at": query.Instant, "within.stopped_at": query.Instant} {
		path, _, ok := query.Resolve(e, name)
		if !ok || path.Kind != kind || path.Name() != name || path.Holder() != "within" {
			t.Errorf("%s: %+v", name, path)
		}
	}
	var names []string
	for _, i := range e.Indexes() {
		names = append(names, i.Name)
	}
	if !slices.Contains(names, "by_within") || !slices.Contains(names, "state_within") {
		t.Errorf("indexes %v", names)
	}
	old := compile(t, cases(`,"x-clock":{"start":{"stages":["paid"]},"limit":"3wd","stage_field":"state"}`)...)
	if list := model.Recomputations(old, m); len(list) != 1 || !list[0].Computed {
		t.Errorf("another limit: %+v", list)
	}
	if list := model.Recomputations(m, m); len(list) != 0 {
		t.Errorf("the same clock: %+v", list)
	}
}
