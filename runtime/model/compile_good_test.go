package model_test

import (
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// decode reads definitions; what the decoder refuses ends the test.
func decode(t testing.TB, docs ...string) *schemas.Set {
	t.Helper()
	set := &schemas.Set{}
	for _, doc := range docs {
		d, problems := schemas.Decode([]byte(doc))
		if len(problems) > 0 {
			t.Fatalf("%s\n%v", doc, problem.Of(problem.Invalid, problems...))
		}
		set.Add(d)
	}
	return set
}

func compile(t testing.TB, docs ...string) *model.Model {
	t.Helper()
	m, problems := model.Compile(decode(t, docs...), 7)
	if len(problems) > 0 {
		t.Fatal(problem.Of(problem.Invalid, problems...))
	}
	return m
}

const (
	title = `{"zh-CN":"题","en":"Title"}`

	account = `{"kind":"entity","key":"account","type":"object","x-title":` + title + `,"properties":{
		"name":{"x-type":"text","x-title":` + title + `,"x-unique":true,"x-searchable":true},
		"sector":{"x-type":"text","x-title":` + title + `},
		"parent":{"x-type":"reference","x-entity":"account","x-title":` + title + `},
		"won_amount":{"x-type":"roll_up","x-result":"currency","x-title":` + title + `,
			"x-roll-up":{"entity":"deal","field":"account","func":"sum","of":"amount","where":["stage","=","won"]}}},
		"required":["name"],"x-title-field":"name"}`

	deal = `{"kind":"entity","key":"deal","type":"object","x-title":` + title + `,"properties":{
		"name":{"x-type":"text","x-title":` + title + `,"x-sortable":true},
		"stage":{"x-type":"choice","x-title":` + title + `,"x-choices":[
			{"key":"new","title":` + title + `},{"key":"offer","title":` + title + `},{"key":"won","title":` + title + `},{"key":"lost","title":` + title + `}]},
		"owner":{"x-type":"user","x-title":` + title + `,"default":{"me":true}},
		"account":{"x-type":"reference","x-entity":"account","x-title":` + title + `},
		"amount":{"x-type":"currency","x-currency":"CNY","x-title":` + title + `},
		"proof":{"x-type":"attachment","x-title":` + title + `},
		"reason":{"x-type":"text","x-title":` + title + `},
		"lines":{"x-type":"child_rows","x-child":"line","x-title":` + title + `}},
		"required":["name"],"x-title-field":"name","x-owner-field":"owner",
		"x-unique":[["account","name"]],"x-indexes":[{"fields":["stage","-created_at"]}],
		"dependentRequired":{"account":["amount"]}}`

	line = `{"kind":"entity","key":"line","type":"object","x-title":` + title + `,"properties":{
		"deal":{"x-type":"reference","x-entity":"deal","x-on-delete":"cascade","x-title":` + title + `},
		"qty":{"x-type":"number","x-title":` + title + `}},"x-child-of":{"entity":"deal","field":"deal"}}`

	machine = `{"kind":"stage_machine","key":"deal","title":` + title + `,"entity":"deal","field":"stage","initial":"new",
		"stages":[{"key":"new","title":` + title + `,"type":"open"},
			{"key":"offer","title":` + title + `,"type":"open","enter":[{"type":"required","fields":["account","amount"]}]},
			{"key":"won","title":` + title + `,"type":"won","enter":[{"type":"attachment","field":"proof"}]},
			{"key":"lost","title":` + title + `,"type":"lost"}],
		"transitions":[
			{"key":"to_offer","title":` + title + `,"from":["new"],"to":"offer","direction":"forward"},
			{"key":"to_won","title":` + title + `,"from":["offer"],"to":"won","direction":"forward","guards":[{"type":"filter","where":["amount",">",0]}]},
			{"key":"back","title":` + title + `,"from":["offer"],"to":"new","direction":"back","reason":{"required":true}},
			{"key":"to_lost","title":` + title + `,"from":["new","offer"],"to":"lost","direction":"close","reason":{"required":true,"field":"reason"}}]}`

	sales = `{"kind":"role","key":"sales","title":` + title + `,"grants":[
		{"entity":"deal","operations":["create","read","update"],"scopes":[{"type":"own"},{"type":"filter","where":["owner","=",{"me":true}]}],
			"read":{"all":true},"write":{"all":true,"except":["owner"]},"transitions":["*"]}]}`
)

func TestCompileLinksWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, machine, sales)
	if m.Version != 7 {
		t.Errorf("version %d", m.Version)
	}
	d, _ := m.Entity("deal")
	a, _ := m.Entity("account")
	if d.OwnerField != "owner" || a.OwnerField != "created_by" {
		t.Errorf("owners %s, %s", d.OwnerField, a.OwnerField)
	}
	if l, _ := m.Entity("line"); l.Child.Parent != d || l.Child.In != d.ByKey["lines"] || l.Child.Field != l.ByKey["deal"] {
		t.Error("the child entity does not know its parent")
	}
	if len(a.RollUps) != 1 || len(d.DependentRollUps) != 1 || d.DependentRollUps[0].RollUp.Reference != d.ByKey["account"] {
		t.Error("the roll-up is not known on both sides")
	}
	if got := len(a.Referrers); got != 2 {
		t.Errorf("%d references to account, want parent and account", got)
	}
	if len(d.Unique) != 1 || len(d.Unique[0].Fields) != 2 || a.Unique[0].Name != "unique_name" {
		t.Error("unique keys", d.Unique, a.Unique)
	}
	if way := d.Machine.Stages["won"].ForwardPath; len(way) != 2 || way[0].Def.Key != "to_offer" || way[1].Def.Key != "to_won" {
		t.Error("way to won", way)
	}
	if len(d.Machine.Stages["new"].ForwardPath) != 0 || d.Machine.Transition("won", "new") != nil || d.Machine.Transition("new", "lost") == nil {
		t.Error("moves")
	}
	if got := d.Conditions.Validate(map[string]any{"account": "x"}); len(got) != 1 || got[0].Path != "/amount" || got[0].Code != "required" {
		t.Error("extra condition", got)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, machine)
	d, _ := m.Entity("deal")
	if d.EntityKey() != "deal" {
		t.Error(d.EntityKey())
	}
	for key, want := range map[string]query.Kind{
		"id": query.Key, "rev": query.Number, "created_at": query.Instant, "created_by": query.Key,
		"name": query.Text, "amount": query.Decimal, "stage": query.Key, "proof": query.Keys,
	} {
		if f, ok := d.Lookup(key); !ok || f.Kind != want || f.Normalise == nil {
			t.Errorf("%s: %+v %v", key, f, ok)
		}
	}
	if f, _ := d.Lookup("created_by"); f.Target == nil || f.Target.EntityKey() != "user" {
		t.Error("created_by leads to no user")
	}
	if f, _ := d.Lookup("amount"); f.Target != nil {
		t.Error("amount leads somewhere")
	}
	if _, ok := d.Lookup("lines"); ok {
		t.Error("child rows are not in the record, so no filter may see them")
	}
	if f, _ := d.Lookup("name"); !f.SortKey || f.Searchable {
		t.Error("name", f)
	}
}

func TestCompileOfNothingHasTheBuiltInEntities(t *testing.T) {
	t.Parallel()
	m, problems := model.Compile(nil, 0)
	if len(problems) > 0 {
		t.Fatal(problem.Of(problem.Invalid, problems...))
	}
	for _, key := range []string{"user", "department", "role_assignment", "stage_visit"} {
		if e, ok := m.Entity(key); !ok || !e.BuiltIn {
			t.Error(key)
		}
	}
	if len(m.Set.All()) != 0 {
		t.Error("the built-in entities are no part of the published set")
	}
	visit, _ := m.Entity("stage_visit")
	if f, ok := visit.Lookup("record"); !ok || f.Kind != query.Key || f.Target != nil {
		t.Error("record of a stage visit is a key without target", f)
	}
}
