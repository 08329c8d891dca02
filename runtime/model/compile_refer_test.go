package model_test

import (
	"strings"
	"testing"
)

func TestCompileRefusesStageMachines(t *testing.T) {
	t.Parallel()
	with := func(old, new string) []string {
		if !strings.Contains(machine, old) {
			t.Fatalf("the machine has no %s", old)
		}
		return []string{account, deal, line, strings.Replace(machine, old, new, 1)}
	}
	const here = "/stage_machine/deal/"
	refuse(t, []refusal{
		{"unknown entity", with(`"entity":"deal"`, `"entity":"ghost"`), []string{here + "entity unknown_entity"}},
		{"built-in entity", with(`"entity":"deal","field":"stage"`, `"entity":"user","field":"name"`), []string{here + "entity built_in"}},
		{"unknown field", with(`"field":"stage"`, `"field":"ghost"`), []string{here + "field unknown_field"}},
		{"field that is no choice", with(`"field":"stage"`, `"field":"name"`), []string{here + "field wrong_field_type"}},
		{"unknown initial stage", with(`"initial":"new"`, `"initial":"ghost"`), []string{here + "initial unknown_stage"}},
		{"stage that is no choice, choice that is no stage", with(`{"key":"lost"`, `{"key":"gone"`),
			[]string{"/entity/deal/properties/stage/x-choices/3 unknown_stage", here + "stages/3 unreachable_stage", here + "stages/3/key stage_no_choice", here + "transitions/3/to unknown_stage"}},
		{"stage that no move leads to", with(`"from":["offer"],"to":"won"`, `"from":["lost"],"to":"new"`), []string{here + "stages/2 unreachable_stage"}},
		{"stage twice", with(`{"key":"lost"`, `{"key":"new"`),
			[]string{"/entity/deal/properties/stage/x-choices/3 unknown_stage", here + "stages/3/key defined_twice", here + "transitions/3/to unknown_stage"}},
		{"move from nowhere", with(`"from":["new"],"to":"offer"`, `"from":["new","ghost"],"to":"offer"`), []string{here + "transitions/0/from/1 unknown_stage"}},
		{"move to itself", with(`"from":["new"],"to":"offer"`, `"from":["new","offer"],"to":"offer"`), []string{here + "transitions/0/from/1 move_to_itself"}},
		{"two ways of one move", with(`"key":"back","title":`+title+`,"from":["offer"],"to":"new"`, `"key":"back","title":`+title+`,"from":["new"],"to":"offer"`), []string{here + "transitions/2/from/0 move_twice"}},
		{"key of a move twice", with(`"key":"back"`, `"key":"to_offer"`), []string{here + "transitions/2/key defined_twice"}},
		{"guard on fields that do not exist", with(`"fields":["account","amount"]`, `"fields":["account","ghost","account2"]`),
			[]string{here + "stages/1/enter/0/fields/1 unknown_field", here + "stages/1/enter/0/fields/2 unknown_field"}},
		{"proof that is no attachment", with(`"field":"proof"`, `"field":"name"`), []string{here + "stages/2/enter/0/field wrong_field_type"}},
		{"bad filter", with(`["amount",">",0]`, `["amount","~",0]`), []string{here + "transitions/1/guards/0/where/1 unknown_operator"}},
		{"unknown role", with(`{"type":"filter","where":["amount",">",0]}`, `{"type":"role","roles":["boss","admin"]}`), []string{here + "transitions/1/guards/0/roles/0 unknown_role"}},
		{"mini-form", with(`"reason":{"required":true}}`, `"form":["name","ghost"]}`), []string{here + "transitions/2/form/1 unknown_field"}},
		{"reason that is no text", with(`"field":"reason"`, `"field":"amount"`), []string{here + "transitions/3/reason/field wrong_field_type"}},
		{"second machine of a field", append(with("{", "{"), strings.Replace(machine, `"key":"deal"`, `"key":"other"`, 1)), []string{"/stage_machine/other/field machine_twice"}},
	})
}

func TestCompileRefusesRoles(t *testing.T) {
	t.Parallel()
	grant := func(rest string) []string {
		return []string{account, deal, line, machine, `{"kind":"role","key":"r","title":` + title + `,"grants":[{` + rest + `}]}`}
	}
	const here = "/role/r/grants/0/"
	refuse(t, []refusal{
		{"unknown entity", grant(`"entity":"ghost","operations":["read"],"scopes":[]`), []string{here + "entity unknown_entity"}},
		{"unknown fields", grant(`"entity":"deal","operations":["read"],"scopes":[],"read":{"only":["name","ghost"]},"write":{"all":true,"except":["spook"]}`),
			[]string{here + "read/only/1 unknown_field", here + "write/except/0 unknown_field"}},
		{"all and only", grant(`"entity":"deal","operations":["read"],"scopes":[],"read":{"all":true,"only":["name"]}`), []string{here + "read/only field_set_both"}},
		{"except without all", grant(`"entity":"deal","operations":["read"],"scopes":[],"read":{"except":["name"]}`), []string{here + "read/except field_set_except"}},
		{"unknown transition", grant(`"entity":"deal","operations":["read"],"scopes":[],"transitions":["to_won","fly"]`), []string{here + "transitions/1 unknown_transition"}},
		{"transition without a machine", grant(`"entity":"account","operations":["read"],"scopes":[],"transitions":["to_won"]`), []string{here + "transitions/0 unknown_transition"}},
		{"bad filter", grant(`"entity":"deal","operations":["read"],"scopes":[{"type":"filter","where":["ghost","=",1]}]`), []string{here + "scopes/0/where/0 unknown_field"}},
		{"a filter that says nothing would open every row", grant(`"entity":"deal","operations":["read"],"scopes":[{"type":"filter","where":{"all":[]}}]`), []string{here + "scopes/0/where required"}},
		{"filter on another scope", grant(`"entity":"deal","operations":["read"],"scopes":[{"type":"own","where":["name","=","x"]}]`), []string{here + "scopes/0/where annotation_unused"}},
		{"computed fields cannot be written", grant(`"entity":"account","operations":["read"],"scopes":[],"write":{"only":["won_amount"]}`), []string{here + "write/only/0 field_computed"}},
		{"stage visits are only read", grant(`"entity":"stage_visit","operations":["read","update"],"scopes":[]`), []string{here + "operations/1 only_read"}},
	})
}

func TestCompileRefusesViewsFormsDashboards(t *testing.T) {
	t.Parallel()
	with := func(doc string) []string { return []string{account, deal, line, machine, doc} }
	view := func(rest string) []string {
		return with(`{"kind":"view","key":"v","title":` + title + `,"entity":"deal",` + rest + `}`)
	}
	widget := func(rest string) []string {
		return with(`{"kind":"dashboard","key":"d","title":` + title + `,"widgets":[{"key":"w","title":` + title + `,"type":"bar","entity":"deal",` + rest + `}]}`)
	}
	refuse(t, []refusal{
		{"columns", view(`"type":"list","columns":["name","account.sector","created_at","ghost","account.ghost","name.x"]`),
			[]string{"/view/v/columns/3 unknown_field", "/view/v/columns/4 unknown_field", "/view/v/columns/5 unknown_field"}},
		{"sort and filter", view(`"type":"list","sort":["-amount","ghost"],"where":["amount","=","x"]`), []string{"/view/v/sort/1 unknown_field", "/view/v/where/2 wrong_value"}},
		{"board by a text, sum of a text", view(`"type":"board","by":"name","sums":["name","amount"]`), []string{"/view/v/by wrong_field_type", "/view/v/sums no_aggregate"}},
		{"list with the word of a board", view(`"type":"list","by":"stage"`), []string{"/view/v/by annotation_unused"}},
		{"roles", view(`"type":"list","roles":["ghost"]`), []string{"/view/v/roles/0 unknown_role"}},
		{"form", with(`{"kind":"form","key":"f","title":` + title + `,"entity":"deal","sections":[{"fields":["name","ghost"]},{"fields":["name"]}]}`),
			[]string{"/form/f/sections/0/fields/1 unknown_field", "/form/f/sections/1/fields/0 duplicate_item"}},
		{"form of no entity", with(`{"kind":"form","key":"f","title":` + title + `,"entity":"ghost","sections":[{"fields":[]}]}`), []string{"/form/f/entity unknown_entity"}},
		{"good widget", widget(`"groupBy":["account.sector",{"field":"created_at","by":"month"}],"metrics":{"n":["count"],"sum":["sum","amount"]},"sort":["-sum"]`), nil},
		{"metric, group and sort", widget(`"groupBy":["ghost"],"metrics":{"n":["count"]}`), []string{"/dashboard/d/widgets/0/groupBy/0 unknown_field"}},
		{"sort by what is not there", widget(`"metrics":{"n":["count"]},"sort":["-ghost"]`), []string{"/dashboard/d/widgets/0/sort/0 no_such_column"}},
	})
}

func TestCompileRefusesTemplates(t *testing.T) {
	t.Parallel()
	with := func(doc string) []string { return []string{account, deal, line, machine, doc} }
	template := func(rest string) []string {
		return with(`{"kind":"template","key":"my-crm","version":"1.0.0","title":` + title + `,"description":` + title + rest + `}`)
	}
	refuse(t, []refusal{
		{"menu and requirements", template(`,"requires":["other"],"menu":[{"title":` + title + `,"view":"ghost"},{"title":` + title + `},{"title":` + title + `,"entity":"deal","dashboard":"spook"}]`),
			[]string{"/template/my-crm/menu/0/view unknown_view", "/template/my-crm/menu/1 menu_target", "/template/my-crm/menu/2 menu_target", "/template/my-crm/menu/2/dashboard unknown_dashboard", "/template/my-crm/requires/0 unknown_template"}},
	})
}
