package model_test

import (
	"slices"
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/query"
)

const (
	lead = `{"kind":"entity","key":"lead","type":"object","x-title":` + title + `,"properties":{
		"name":{"x-type":"text","x-title":` + title + `},
		"owner":{"x-type":"user","x-title":` + title + `},
		"region":{"x-type":"region","x-title":` + title + `},
		"industry":{"x-type":"choice","x-title":` + title + `,"x-choices":[{"key":"steel","title":` + title + `},{"key":"food","title":` + title + `}]},
		"needs":{"x-type":"tags","x-title":` + title + `},
		"size":{"x-type":"number","x-title":` + title + `},
		"place":{"x-type":"location","x-title":` + title + `},
		"why":{"x-type":"text","x-title":` + title + `},
		"stage":{"x-type":"choice","x-title":` + title + `,"x-choices":[{"key":"new","title":` + title + `},{"key":"won","title":` + title + `}]}},
		"x-owner-field":"owner"}`
	leadStages = `{"kind":"stage_machine","key":"lead","title":` + title + `,"entity":"lead","field":"stage","initial":"new",
		"stages":[{"key":"new","title":` + title + `,"type":"open"},{"key":"won","title":` + title + `,"type":"won"}],
		"transitions":[{"key":"win","title":` + title + `,"from":["new"],"to":"won","direction":"forward"}]}`
	profile = `{"kind":"entity","key":"profile","type":"object","x-title":` + title + `,"properties":{
		"person":{"x-type":"user","x-title":` + title + `,"x-unique":true},
		"regions":{"x-type":"tags","x-title":` + title + `},
		"industries":{"x-type":"multi_choice","x-title":` + title + `,"x-choices":[{"key":"steel","title":` + title + `}]},
		"least":{"x-type":"number","x-title":` + title + `},
		"capacity":{"x-type":"integer","x-title":` + title + `},
		"home":{"x-type":"location","x-title":` + title + `}}}`
	waiting = `{"kind":"entity","key":"waiting","type":"object","x-title":` + title + `,"properties":{
		"lead":{"x-type":"reference","x-entity":"lead","x-title":` + title + `},
		"why":{"x-type":"text","x-title":` + title + `}}}`
	seller = `{"kind":"role","key":"seller","title":` + title + `,"grants":[]}`
)

// rule is an assignment rule for leads with further members.
func rule(members string) string {
	if !strings.Contains(members, `"candidates"`) {
		members = `"candidates":{"roles":["seller"]},` + members
	}
	return `{"kind":"assignment_rule","key":"r","title":` + title + `,"entity":"lead",` + strings.TrimSuffix(members, ",") + `}`
}

const withProfiles = `"profiles":{"entity":"profile","user":"person"},`

func TestAssignmentRuleIsCompiled(t *testing.T) {
	t.Parallel()
	m := compile(t, lead, leadStages, profile, waiting, seller, rule(withProfiles+`
		"where":["stage","=","new"],"load":{"capacity":"capacity"},
		"filters":[{"key":"size","title":`+title+`,"where":["least","<=",{"field":"size"}]}],
		"factors":[
			{"key":"region","type":"region","weight":30,"field":"region","person":"regions"},
			{"key":"industry","type":"match","weight":20,"field":"industry","person":"industries"},
			{"key":"near","type":"distance","weight":10,"field":"place","person":"home"},
			{"key":"wins","type":"count","weight":10,"entity":"lead","where":{"all":[["stage","=","won"],["industry","=",{"field":"industry"}]]}},
			{"key":"load","type":"load","weight":20},
			{"key":"big","type":"formula","weight":10,"formula":"size > 10 && person.capacity > 3"}],
		"values":{"stage":"new"},
		"overflow":{"reason":"why","queue":{"entity":"waiting","record":"lead","reason":"why"}},
		"claim":{"limit":3,"where":["stage","=","new"]},"override_reason":"why"`))
	r := m.AssignmentRules["r"]
	if r == nil || m.Entities["lead"].ClaimRule() != r || r.Load.Limit != 8 || r.Owner.Key != "owner" {
		t.Fatalf("%+v", r)
	}
	if open := r.Open.Canonical(); !strings.Contains(open, "stage") || strings.Contains(open, "won") {
		t.Errorf("open records: %s", open)
	}
	if reads := r.Factors[5].Reads; len(reads) != 1 || reads[0].Field != "size" {
		t.Errorf("the formula reads %v of the record", reads)
	}
	counted := slices.ContainsFunc(m.Entities["lead"].Indexes(), func(i query.Index) bool {
		return len(i.Keys) == 2 && i.Keys[0].Path.Field == "owner" && i.Keys[1].Path.Field == "stage"
	})
	if !counted {
		t.Error("no index counts the open records of owners")
	}
}

// A filter with values of a record holds for those values, and for nobody where
// the record has none, but for != which then holds.
func TestRecordFilterTakesValuesOfTheRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, where string
		values      map[string]any
		holds       bool
	}{
		{"equal", `["least","<=",{"field":"size"}]`, map[string]any{"size": 5.0}, true},
		{"not equal", `["least","<=",{"field":"size"}]`, map[string]any{"size": 3.0}, false},
		{"unset", `["least","<=",{"field":"size"}]`, nil, false},
		{"unset and !=", `["least","!=",{"field":"size"}]`, nil, true},
		{"a list of keys", `["industries","=",{"field":"industry"}]`, map[string]any{"industry": "steel"}, true},
		{"no choice of the other field", `["industries","=",{"field":"industry"}]`, map[string]any{"industry": "food"}, false},
		{"not this choice", `["industries","!=",{"field":"industry"}]`, map[string]any{"industry": "food"}, true},
		{"one of a list", `["regions","=",{"field":"needs"}]`, map[string]any{"needs": []any{"x", "a"}}, true},
		{"none of a list", `["regions","!=",{"field":"needs"}]`, map[string]any{"needs": []any{"x", "a"}}, false},
		{"in a list with constants", `["regions","in",["z",{"field":"needs"}]]`, map[string]any{"needs": []any{"a"}}, true},
		{"constants alone", `["regions","in",["a"]]`, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := compile(t, lead, leadStages, profile, seller, rule(withProfiles+`"filters":[{"key":"f","title":`+title+`,"where":`+c.where+`}]`))
			f, problems := m.AssignmentRules["r"].Filters[0].Where.With(func(p query.Path) any { return c.values[p.Field] })
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			x, problems := f.Bind(query.Env{}, m.Entities["profile"], nil)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			person := map[string]any{"least": 4.0, "industries": []any{"steel"}, "regions": []any{"a", "b"}}
			if got := query.Matches(x, person, nil); got != c.holds {
				t.Errorf("holds: %v", got)
			}
		})
	}
}

func TestWrongAssignmentRulesAreRefused(t *testing.T) {
	t.Parallel()
	with := func(members string, want ...string) refusal {
		for i := range want {
			want[i] = "/assignment_rule/r/" + want[i]
		}
		return refusal{members, []string{lead, leadStages, profile, waiting, seller, rule(members)}, want}
	}
	factor := func(members string, want ...string) refusal {
		return with(withProfiles+`"factors":[{"key":"f","weight":1,`+members+`}]`, want...)
	}
	refuse(t, []refusal{
		with(`"owner":"name"`, "owner wrong_field_type"),
		with(`"candidates":{"roles":["nobody"]}`, "candidates/roles/0 unknown_role"),
		with(`"candidates":{"where":["regions","=","a"]}`, "candidates/where/0 unknown_field"),
		with(`"profiles":{"entity":"profile","user":"regions"}`, "profiles/user wrong_field_type"),
		with(`"load":{"capacity":"capacity"}`, "load/capacity unknown_field"),
		with(withProfiles+`"load":{"capacity":"regions"}`, "load/capacity wrong_field_type"),
		with(`"filters":[{"key":"f","title":`+title+`,"where":["department.name","=",{"field":"nothing"}]}]`, "filters/0/where/2/field unknown_field"),
		with(withProfiles+`"filters":[{"key":"f","title":`+title+`,"where":["least","=",{"field":"name"}]}]`, "filters/0/where/2/field not_comparable"),
		with(withProfiles+`"filters":[{"key":"f","title":`+title+`,"where":["least","starts",{"field":"size"}]}]`, "filters/0/where/1 wrong_operator"),
		factor(`"type":"match","field":"nothing","person":"regions"`, "factors/0/field unknown_field"),
		factor(`"type":"match","field":"region","person":"least"`, "factors/0/person not_comparable"),
		factor(`"type":"region","field":"region","person":"least"`, "factors/0/person wrong_field_type"),
		factor(`"type":"distance","field":"place","person":"home","near":60`, "factors/0/near too_great"),
		factor(`"type":"match","field":"region","person":"regions","near":3`, "factors/0/near annotation_unused"),
		factor(`"type":"load"`, "factors/0/type no_load"),
		factor(`"type":"count","entity":"profile"`, "factors/0/owner unknown_field"),
		factor(`"type":"count","entity":"lead","top":2,"full":3`, "factors/0/full top_or_full"),
		factor(`"type":"formula","formula":"person.nothing > 1"`, "factors/0/formula formula_unknown_field"),
		factor(`"type":"formula","formula":"name"`, "factors/0/formula wrong_result"),
		with(`"values":{"owner":null}`, "values/owner written_twice"),
		with(`"overflow":{"reason":"size"}`, "overflow/reason wrong_field_type"),
		with(`"overflow":{"queue":{"entity":"waiting","record":"why"}}`, "overflow/queue/record wrong_target"),
		with(`"overflow":{"queue":{"entity":"assignment","record":"record"}}`, "overflow/queue/entity only_read"),
		{"two claims", []string{lead, leadStages, seller, rule(`"claim":{}`), strings.Replace(rule(`"claim":{}`), `"r"`, `"s"`, 1)}, []string{"/assignment_rule/s/claim claim_twice"}},
	})
	if _, problems := model.Compile(decode(t, lead, leadStages, seller, strings.Replace(rule(""), `"lead"`, `"assignment"`, 1)), 1); len(problems) == 0 {
		t.Error("weft's own records are assigned")
	}
}
