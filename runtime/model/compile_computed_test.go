package model_test

import (
	"strings"
	"testing"
)

func TestCompileRefusesFormulas(t *testing.T) {
	t.Parallel()
	formula := func(key, src, result string) string {
		return property(key, "formula", `,"x-formula":"`+src+`","x-result":"`+result+`"`)
	}
	refuse(t, []refusal{
		{"unknown field", []string{thing(formula("a", "ghost + 1", "number"), "")}, []string{at + "a/x-formula formula_unknown_field"}},
		{"no expression", []string{thing(formula("a", "1 +", "number"), "")}, []string{at + "a/x-formula formula_syntax"}},
		{"result of another kind", []string{thing(formula("a", "'x'", "number"), "")}, []string{at + "a/x-result wrong_result"}},
		{"across a reference that is none", []string{thing(property("b", "text", "")+","+formula("a", "b.c", "text"), "")}, []string{at + "a/x-formula formula_unknown_field"}},
		{"what every write changes", []string{thing(formula("a", "rev + 1", "number")+","+property("b", "reference", `,"x-entity":"thing"`)+","+formula("c", "b.updated_at", "datetime"), "")},
			[]string{at + "a/x-formula formula_unsteady", at + "c/x-formula formula_unsteady"}},
		{"across a system field", []string{thing(formula("a", "created_by.name", "text"), "")}, []string{at + "a/x-formula formula_unknown_field"}},
		{"itself", []string{thing(formula("a", "a + 1", "number"), "")}, []string{at + "a cycle"}},
		{"in a ring", []string{thing(formula("a", "b", "number")+","+formula("b", "c", "number")+","+formula("c", "a", "number"), "")}, []string{at + "a cycle"}},
		{"across entities", []string{
			thing(property("other", "reference", `,"x-entity":"other"`)+","+formula("a", "other.b", "number"), ""),
			`{"kind":"entity","key":"other","type":"object","x-title":` + title + `,"properties":{` + property("thing", "reference", `,"x-entity":"thing"`) + "," + formula("b", "thing.a", "number") + `}}`},
			[]string{at + "a cycle"}},
		{"formula and roll-up", []string{thing(property("up", "reference", `,"x-entity":"thing"`)+","+formula("a", "total * 2", "number")+","+
			property("total", "roll_up", `,"x-result":"number","x-roll-up":{"entity":"thing","field":"up","func":"sum","of":"a"}`), "")}, []string{at + "a cycle"}},
		{"roll-up that filters by what it feeds", []string{thing(property("up", "reference", `,"x-entity":"thing"`)+","+
			property("n", "roll_up", `,"x-roll-up":{"entity":"thing","field":"up","func":"count","where":["n",">",1]}`), "")}, []string{at + "n cycle"}},
	})
}

func TestCompileRefusesRollUps(t *testing.T) {
	t.Parallel()
	rollUp := func(rest string) []string {
		return []string{account0, thing(property("up", "reference", `,"x-entity":"thing"`)+","+property("acc", "reference", `,"x-entity":"account"`)+","+property("name", "text", "")+","+
			property("at", "datetime", "")+","+property("qty", "number", "")+","+property("n", "roll_up", rest), "")}
	}
	here := at + "n/x-roll-up/"
	refuse(t, []refusal{
		{"unknown entity", rollUp(`,"x-roll-up":{"entity":"ghost","field":"up","func":"count"}`), []string{here + "entity unknown_entity"}},
		{"unknown reference", rollUp(`,"x-roll-up":{"entity":"thing","field":"ghost","func":"count"}`), []string{here + "field unknown_field"}},
		{"reference that leads elsewhere", rollUp(`,"x-roll-up":{"entity":"thing","field":"acc","func":"count"}`), []string{here + "field wrong_target"}},
		{"sum of a text", rollUp(`,"x-result":"text","x-roll-up":{"entity":"thing","field":"up","func":"sum","of":"name"}`), []string{here + "of no_aggregate"}},
		{"sum of an unknown field", rollUp(`,"x-result":"number","x-roll-up":{"entity":"thing","field":"up","func":"sum","of":"ghost"}`), []string{here + "of unknown_field"}},
		{"greatest of a time", rollUp(`,"x-result":"datetime","x-roll-up":{"entity":"thing","field":"up","func":"max","of":"at"}`), nil},
		{"result of another kind", rollUp(`,"x-result":"currency","x-currency":"CNY","x-roll-up":{"entity":"thing","field":"up","func":"sum","of":"qty"}`), []string{at + "n/x-result wrong_result"}},
		{"bad filter", rollUp(`,"x-roll-up":{"entity":"thing","field":"up","func":"count","where":["ghost","=",1]}`), []string{here + "where/0 unknown_field"}},
		{"a filter that changes with time", rollUp(`,"x-roll-up":{"entity":"thing","field":"up","func":"count","where":["at",">",{"now":"-7d"}]}`), []string{here + "where roll_up_relative"}},
		{"a filter across a reference", rollUp(`,"x-roll-up":{"entity":"thing","field":"up","func":"count","where":["acc.name","=","x"]}`), []string{here + "where roll_up_across"}},
	})
}

func TestFormulasComeInTheOrderOfComputing(t *testing.T) {
	t.Parallel()
	formula := func(key, src string) string {
		return property(key, "formula", `,"x-formula":"`+src+`","x-result":"number"`)
	}
	m := compile(t, account0, thing(formula("c", "b + 1")+","+formula("b", "a + qty")+","+formula("a", "qty * 2")+","+property("qty", "number", "")+","+
		property("acc", "reference", `,"x-entity":"account"`)+","+property("label", "formula", `,"x-formula":"acc.name","x-result":"text"`), ""))
	e, _ := m.Entity("thing")
	var keys []string
	for _, f := range e.Formulas {
		keys = append(keys, f.Key)
	}
	if got := strings.Join(keys, " "); got != "a b c label" {
		t.Error(got)
	}
	a, _ := m.Entity("account")
	if len(a.DependentFormulas) != 1 || a.DependentFormulas[0].Formula.Key != "label" || a.DependentFormulas[0].Via.Key != "acc" || a.DependentFormulas[0].Source.Key != "name" {
		t.Error("the account does not know which formulas read it", a.DependentFormulas)
	}
}

// A formula that uses the clock has no stored value: what needs one is refused.
func TestCompileRefusesStoredUsesOfTheClock(t *testing.T) {
	t.Parallel()
	age := func(rest string) string {
		return property("since", "date", "") + "," + property("age", "formula", `,"x-formula":"DAYS(TODAY(), since)","x-result":"number"`+rest)
	}
	up := property("up", "reference", `,"x-entity":"thing"`) + ","
	formula := func(src string) string {
		return property("f", "formula", `,"x-formula":"`+src+`","x-result":"number"`)
	}
	refuse(t, []refusal{
		{"by itself", []string{thing(age(""), "")}, nil},
		{"through another", []string{thing(age("")+","+formula("age * 2"), "")}, nil},
		{"indexed", []string{thing(age(`,"x-indexed":true`), "")}, []string{at + "age/x-indexed not_stored"}},
		{"in an index of several", []string{thing(age(""), `,"x-indexes":[{"fields":["since","-age"]}]`)}, []string{"/entity/thing/x-indexes/0/fields/1 not_stored"}},
		{"as title", []string{thing(age(""), `,"x-title-field":"age"`)}, []string{"/entity/thing/x-title-field not_stored"}},
		{"of a record across a reference", []string{thing(up+age("")+","+formula("up.age"), "")}, []string{at + "f/x-formula clock_across"}},
		{"beside a reference", []string{thing(up+age("")+","+formula("age + DAYS(up.since, since)"), "")}, []string{at + "f/x-formula clock_across"}},
		{"summed up", []string{thing(up+age("")+","+property("n", "roll_up", `,"x-result":"number","x-roll-up":{"entity":"thing","field":"up","func":"sum","of":"age"}`), "")}, []string{at + "n/x-roll-up/of not_stored"}},
		{"deciding what is summed up", []string{thing(up+age("")+","+property("n", "roll_up", `,"x-roll-up":{"entity":"thing","field":"up","func":"count","where":["age",">",1]}`), "")}, []string{at + "n/x-roll-up/where not_stored"}},
		{"in a view", []string{thing(age(""), ""), `{"kind":"view","key":"v","title":` + title + `,"entity":"thing","type":"list","columns":["age"],"where":["age",">",1],"sort":["-age"]}`},
			[]string{"/view/v/sort/0 not_stored", "/view/v/where/0 not_stored"}},
	})
}
