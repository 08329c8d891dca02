package builder_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"weft/builder"
	"weft/runtime/problem"
)

func manifest(key, version, rest string) string {
	return `{"kind":"template","key":"` + key + `","version":"` + version + `","title":` + title + `,"description":` + title + rest + `}`
}

func packageFiles(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// core defines what leads extends: accounts with a form, a list and a role.
func core(version, fields string) map[string]string {
	return map[string]string{
		"template.json":         manifest("core", version, ""),
		"entities/account.json": entity("account", text("name")+","+choice("sort", "a")+fields),
		"forms/account.json":    `{"kind":"form","key":"account","title":` + title + `,"entity":"account","sections":[{"fields":["name"]}]}`,
		"views/account.json":    `{"kind":"view","key":"account","title":` + title + `,"entity":"account","type":"list","columns":["name"]}`,
		"roles/sales.json":      `{"kind":"role","key":"sales","title":` + title + `,"grants":[{"entity":"account","operations":["read"],"scopes":[{"type":"own"}],"read":{"all":true}}]}`,
	}
}

// leads adds to core and to users, and has a list that waits for the package deals.
func leads(version, fields string) map[string]string {
	extending := func(kind, key, base, rest string) string {
		return `{"kind":"` + kind + `","key":"` + key + `","extends":"` + base + `",` + rest + `}`
	}
	properties := text("grade") + "," + choice("sort", "b") + fields
	return map[string]string{
		"template.json":               manifest("leads", version, `,"requires":["core@1.0.0"]`),
		"entities/account_leads.json": extending("entity", "account_leads", "account", `"type":"object","x-title":`+title+`,"properties":{`+properties+`}`),
		"entities/user_leads.json":    extending("entity", "user_leads", "user", `"type":"object","x-title":`+title+`,"properties":{`+text("territory")+`}`),
		"forms/account_leads.json":    extending("form", "account_leads", "account", `"title":`+title+`,"entity":"account","sections":[{"fields":["grade"]}]`),
		"views/account_leads.json":    extending("view", "account_leads", "account", `"title":`+title+`,"entity":"account","type":"list","columns":["grade"]`),
		"roles/sales_leads.json":      extending("role", "sales_leads", "sales", `"title":`+title+`,"grants":[{"entity":"account","operations":["update"],"scopes":[{"type":"own"}],"read":{"all":true},"write":{"only":["grade"]}}]`),
		"views/deal_leads.json":       `{"kind":"view","key":"deal_leads","title":` + title + `,"entity":"deal","type":"list","columns":["name"],"when":["deals"]}`,
	}
}

func deals() map[string]string {
	return map[string]string{"template.json": manifest("deals", "1.0.0", ""), "entities/deal.json": entity("deal", text("name"))}
}

// in installs a package with its roles confirmed.
func (b *fixture) in(t *testing.T, files map[string]string) {
	t.Helper()
	o := builder.InstallOptions{ConfirmRoles: true, Replace: true}
	if _, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(files)), o); err != nil {
		t.Fatal(err)
	}
}

func (b *fixture) out(t *testing.T, key string) {
	t.Helper()
	if _, err := b.Uninstall(t.Context(), "ada", key); err != nil {
		t.Fatal(err)
	}
}

// fields are the keys of the fields of an entity in force.
func (b *fixture) fields(entity string) string {
	e, ok := b.current.Model().Entity(entity)
	if !ok {
		return "no entity"
	}
	var keys []string
	for _, f := range e.Fields {
		keys = append(keys, f.Key)
	}
	return strings.Join(keys, " ")
}

// A package adds to entities, forms, views and roles of one that it requires and to
// users; uninstalling takes away only that.
func TestAPackageExtendsAnother(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(leads("1.0.0", ""))), builder.InstallOptions{ConfirmRoles: true})
	refused(t, err, "/entity/account_leads/extends nothing_to_extend", "/form/account_leads/extends nothing_to_extend", "/role/sales_leads/extends nothing_to_extend",
		"/template/leads/requires/0 unknown_template", "/view/account_leads/extends nothing_to_extend")
	b.in(t, core("1.0.0", ""))
	b.in(t, leads("1.0.0", ""))
	m := b.current.Model()
	if b.fields("account") != "name sort grade" || len(m.Forms["account"].Sections) != 2 || len(m.Views["account"].Def.Columns) != 2 || len(m.Roles["sales"].Grants) != 2 {
		t.Errorf("fields %q, form %+v, roles %+v", b.fields("account"), m.Forms["account"], m.Roles["sales"])
	}
	if m.Entities["user"].ByKey["territory"] == nil {
		t.Error("users are not extended")
	}
	_, err = b.Uninstall(t.Context(), "ada", "core")
	refused(t, err, "/template/leads/requires/0 needed_by")
	if err := b.CheckUninstall(t.Context(), "core"); problem.CodeOf(err) != problem.Invalid {
		t.Error(err)
	}
	b.put(t, "account", "x", `,"name":"A","grade":"1"`)
	b.out(t, "leads")
	m = b.current.Model()
	if b.fields("account") != "name sort" || len(m.Forms["account"].Sections) != 1 || len(m.Roles["sales"].Grants) != 1 || m.Entities["user"].ByKey["territory"] != nil {
		t.Errorf("uninstalling left or took too much: %q", b.fields("account"))
	}
	b.in(t, leads("1.0.0", "")) // the grade of the account was out of sight
	if b.fields("account") != "name sort grade" {
		t.Error(b.fields("account"))
	}
}

// Upgrades of either package, and changes made here, keep what the other one added.
func TestUpgradesKeepWhatOthersAdd(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.in(t, core("1.0.0", ""))
	b.in(t, leads("1.0.0", ""))
	local := b.Published().Clone()
	local.Add(set(t, entity("account", text("name")+","+choice("sort", "a")+","+text("mine"))).Entities[0])
	if _, err := b.Publish(t.Context(), "ada", local); err != nil {
		t.Fatal(err)
	}
	b.in(t, leads("1.1.0", ","+text("heat")))
	if got := b.fields("account"); got != "name sort mine grade heat" {
		t.Error("after an upgrade of what extends:", got)
	}
	upgrade := core("1.1.0", ","+text("website"))
	_, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(upgrade)), builder.InstallOptions{ConfirmRoles: true, Replace: true})
	refused(t, err, "/entity/account changed_here")
	upgrade = core("1.1.0", ","+text("mine")+","+text("website"))
	if _, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(upgrade)), builder.InstallOptions{ConfirmRoles: true, Take: []string{"entity/account"}}); err != nil {
		t.Fatal(err)
	}
	if got := b.fields("account"); got != "name sort mine website grade heat" {
		t.Error("after an upgrade of what is extended:", got)
	}
	clash := core("1.2.0", ","+text("mine")+","+text("website")+","+text("heat"))
	_, err = b.Install(t.Context(), "ada", readPackage(t, packageFiles(clash)), builder.InstallOptions{ConfirmRoles: true, Replace: true})
	refused(t, err, "/entity/account_leads/properties/heat defined_twice")
	next := core("2.0.0", ","+text("mine")+","+text("website"))
	_, err = b.Install(t.Context(), "ada", readPackage(t, packageFiles(next)), builder.InstallOptions{ConfirmRoles: true, Replace: true})
	refused(t, err, "/template/leads/requires/0 template_version")
}

// What waits for a package is in force while that is installed, whichever came first,
// and publishing tells so.
func TestWhatWaitsForAPackage(t *testing.T) {
	t.Parallel()
	for _, order := range [][]map[string]string{{core("1.0.0", ""), leads("1.0.0", ""), deals()}, {deals(), core("1.0.0", ""), leads("1.0.0", "")}} {
		b := open(t)
		for _, files := range order {
			b.in(t, files)
		}
		if b.current.Model().Views["deal_leads"] == nil {
			t.Error("what waits for a package is not in force although it is there")
		}
		problems, _, err := b.Check(t.Context(), b.Published(), false)
		if err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
		without := b.Published().Clone()
		for _, d := range readPackage(t, packageFiles(deals())).Set.All() {
			without.Remove(d.DefinitionKind(), d.DefinitionKey())
		}
		_, warnings, err := b.Check(t.Context(), without, true)
		told := func(w problem.Field) bool { return w.Path+" "+w.Code == "/view/deal_leads out_of_force" }
		if err != nil || !slices.ContainsFunc(warnings, told) {
			t.Error(warnings, err)
		}
		b.out(t, "deals")
		if b.current.Model().Views["deal_leads"] != nil {
			t.Error("it is in force without the package")
		}
		list, err := b.Versions(t.Context(), 0, 1)
		if err != nil || !slices.Contains(list[0].Changes, builder.Change{Kind: "view", Key: "deal_leads", Op: "out_of_force"}) {
			t.Errorf("%+v %v", list, err)
		}
		next := b.Published().Clone()
		for _, d := range readPackage(t, packageFiles(deals())).Set.All() {
			next.Add(d)
		}
		impact, err := b.Impact(t.Context(), next, builder.Conversions{})
		if err != nil || !slices.Contains(impact.Changes, builder.Change{Kind: "view", Key: "deal_leads", Op: "in_force"}) {
			t.Errorf("%+v %v", impact, err)
		}
		exported, err := b.Export(t.Context(), "leads")
		if err != nil || len(exported.Set.All()) != len(leads("1.0.0", "")) {
			t.Errorf("the export of a package lost what waits: %v %v", exported, err)
		}
	}
}

// A change of what extends an entity is judged like one of the entity itself.
func TestEvolutionOfExtensions(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.in(t, core("1.0.0", ""))
	b.in(t, leads("1.0.0", ","+choice("heat", "hot", "cold")))
	version := b.current.Model().Version
	b.put(t, "account", "x", `,"name":"A","grade":"1","sort":"b","heat":"hot"`)
	b.put(t, "user", "u", `,"login":"u","territory":"north"`)
	without := func(files map[string]string) []string {
		t.Helper()
		next := b.Published().Clone()
		for _, d := range readPackage(t, packageFiles(files)).Set.All() {
			next.Add(d)
		}
		problems, _, err := b.Check(t.Context(), next, true)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, p := range problems {
			list = append(list, p.Path+" "+p.Code)
		}
		return list
	}
	files := leads("1.0.0", ","+choice("heat", "cold"))
	files["entities/user_leads.json"] = strings.Replace(files["entities/user_leads.json"], text("territory"), text("other"), 1)
	want := []string{"/entity/account_leads/properties/heat/x-choices/0 choice_removed_used", "/entity/user/properties/territory field_removed_used"}
	if got := without(files); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
		t.Errorf("%v", got)
	}
	// Records keep what an older version does not have.
	b.in(t, leads("1.1.0", ","+choice("heat", "hot", "cold", "warm")))
	b.put(t, "account", "y", `,"name":"B","heat":"warm"`)
	if _, err := b.Rollback(t.Context(), "ada", version); err != nil {
		t.Fatal(err)
	}
	choices := b.current.Model().Entities["account"].ByKey["heat"].Def.Choices
	if len(choices) != 3 || choices[2].Key != "warm" || !choices[2].Retired {
		t.Errorf("%+v", choices)
	}
}

// Unconfirmed grants for a role of another package give no rights, and stay grants for
// that role.
func TestAnUnconfirmedExtensionOfARole(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.in(t, core("1.0.0", ""))
	if _, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(leads("1.0.0", ""))), builder.InstallOptions{}); err != nil {
		t.Fatal(err)
	}
	if m := b.current.Model(); len(m.Roles["sales"].Grants) != 1 || m.Roles["sales_leads"] != nil {
		t.Errorf("%+v", m.Roles)
	}
	if _, err := b.Confirm(t.Context(), "ada", "leads"); err != nil {
		t.Fatal(err)
	}
	if m := b.current.Model(); len(m.Roles["sales"].Grants) != 2 {
		t.Errorf("%+v", m.Roles["sales"])
	}
}

// A definition of a package that is not required cannot be extended.
func TestExtendingWhatIsNotRequired(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.in(t, core("1.0.0", ""))
	files := leads("1.0.0", "")
	files["template.json"] = manifest("leads", "1.0.0", "")
	_, err := b.Install(t.Context(), "ada", readPackage(t, packageFiles(files)), builder.InstallOptions{ConfirmRoles: true})
	refused(t, err, "/entity/account_leads/extends extends_not_required", "/form/account_leads/extends extends_not_required",
		"/view/account_leads/extends extends_not_required", "/role/sales_leads/extends extends_not_required")
}
