package model_test

import (
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

const (
	extTitle   = `{"zh-CN":"题","en":"Title"}`
	extAccount = `{"kind":"entity","key":"account","type":"object","x-title":` + extTitle + `,"properties":{"name":{"x-type":"text","x-title":` + extTitle + `},
		"sort":{"x-type":"choice","x-title":` + extTitle + `,"x-choices":[{"key":"a","title":` + extTitle + `}]}}}`
	extForm   = `{"kind":"form","key":"account","title":` + extTitle + `,"entity":"account","sections":[{"fields":["name"]}]}`
	extRole   = `{"kind":"role","key":"sales","title":` + extTitle + `,"grants":[{"entity":"account","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`
	moreField = `{"kind":"entity","key":"account_leads","extends":"account","type":"object","x-title":` + extTitle + `,"properties":{
		"grade":{"x-type":"text","x-title":` + extTitle + `},"sort":{"x-type":"choice","x-title":` + extTitle + `,"x-choices":[{"key":"b","title":` + extTitle + `}]}}}`
	moreForm = `{"kind":"form","key":"account_leads","extends":"account","title":` + extTitle + `,"entity":"account","sections":[{"fields":["grade"]}]}`
	moreRole = `{"kind":"role","key":"sales_leads","extends":"sales","title":` + extTitle + `,"grants":[{"entity":"account","operations":["update"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"only":["grade"]}}]}`
	moreUser = `{"kind":"entity","key":"user_sales","extends":"user","type":"object","x-title":` + extTitle + `,"properties":{"capacity":{"x-type":"integer","x-title":` + extTitle + `}}}`
)

func compileAll(t *testing.T, docs ...string) (*model.Model, []problem.Field) {
	t.Helper()
	set := &schemas.Set{}
	for _, doc := range docs {
		d, problems := schemas.Decode([]byte(doc))
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, doc)
		}
		set.Add(d)
	}
	return model.Compile(set, 1)
}

// A package adds fields, choices, sections and grants to what others define, and to
// the built-in user.
func TestDefinitionsAreExtended(t *testing.T) {
	t.Parallel()
	m, problems := compileAll(t, moreRole, moreForm, moreField, moreUser, extAccount, extForm, extRole)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	e := m.Entities["account"]
	if e.ByKey["grade"] == nil || len(e.ByKey["sort"].Def.Choices) != 2 || m.Entities["account_leads"] != nil {
		t.Errorf("the entity: %+v", e.ByKey)
	}
	if len(m.Forms["account"].Sections) != 2 || len(m.Roles["sales"].Grants) != 2 || m.Entities["user"].ByKey["capacity"] == nil {
		t.Error("form, role or user")
	}
	if len(m.Set.Entities) != 3 || len(m.InForce.Entities) != 1 {
		t.Errorf("%d published entities, %d in force", len(m.Set.Entities), len(m.InForce.Entities))
	}
	if again, _ := compileAll(t, extAccount, extForm, extRole); again.Entities["account"].ByKey["grade"] != nil {
		t.Error("an extension outlives its package")
	}
}

// Problems of an extension are told at the extension.
func TestProblemsOfExtensions(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		docs []string
		want string
	}{
		"nothing to extend":      {[]string{moreField}, "/entity/account_leads/extends nothing_to_extend"},
		"a field that is there":  {[]string{extAccount, strings.Replace(moreField, `"grade"`, `"name"`, 1)}, "/entity/account_leads/properties/name defined_twice"},
		"a wrong field":          {[]string{extAccount, strings.Replace(moreField, `"grade":{"x-type":"text"`, `"grade":{"x-type":"text","pattern":"("`, 1)}, "/entity/account_leads/properties/grade/pattern "},
		"an unknown field":       {[]string{extAccount, extForm, moreForm}, "/form/account_leads/sections/0/fields/0 unknown_field"},
		"a grant of nothing":     {[]string{extAccount, extRole, strings.Replace(moreRole, `"entity":"account"`, `"entity":"ghost"`, 1)}, "/role/sales_leads/grants/0/entity unknown_entity"},
		"what weft alone writes": {[]string{strings.Replace(moreField, `"extends":"account"`, `"extends":"stage_visit"`, 1)}, "/entity/account_leads/extends nothing_to_extend"},
	} {
		_, problems := compileAll(t, x.docs...)
		if len(problems) == 0 || !strings.HasPrefix(problems[0].Path+" "+problems[0].Code, x.want) {
			t.Errorf("%s: %v, want %s", name, problems, x.want)
		}
	}
}

// A definition with a condition works while the packages that it names are installed,
// whichever came first.
func TestDefinitionsWaitForPackages(t *testing.T) {
	t.Parallel()
	form := strings.Replace(extForm, `"kind":"form"`, `"kind":"form","when":["deals"]`, 1)
	deals := `{"kind":"template","key":"deals","version":"1.0.0","title":` + extTitle + `,"description":` + extTitle + `}`
	for _, docs := range [][]string{{extAccount, form, deals}, {deals, form, extAccount}} {
		if m, problems := compileAll(t, docs...); len(problems) > 0 || m.Forms["account"] == nil {
			t.Errorf("with the package: %v", problems)
		}
	}
	m, problems := compileAll(t, extAccount, form)
	if len(problems) > 0 || m.Forms["account"] != nil {
		t.Errorf("without it: %v", problems)
	}
	if _, problems := compileAll(t, form); len(problems) > 0 {
		t.Errorf("what is not in force is not checked: %v", problems)
	}
}
