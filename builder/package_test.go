package builder_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"weft/builder"
	"weft/runtime/problem"
	"weft/schemas"
)

func TestReadPackageAndWriteItAgain(t *testing.T) {
	t.Parallel()
	p := readPackage(t, crm(nil))
	if p.Manifest.Key != "crm" || len(p.Set.All()) != 4 || p.Readme == "" || p.Mappings["b2b"] == nil || p.Scenarios["o1"] == nil {
		t.Errorf("%+v", p)
	}
	if s := p.Set.Scripts[0].Source; !strings.HasPrefix(s, "function run") {
		t.Errorf("source %q", s)
	}
	if n := p.Samples[0].Rows[0]["amount"]; n != json.Number("12345678901234.5678") {
		t.Errorf("an amount must stay exact: %v", n)
	}
	files, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	written := fstest.MapFS{}
	for name, data := range files {
		written[name] = &fstest.MapFile{Data: data}
	}
	again, err := readPackage(t, written).Files()
	if err != nil {
		t.Fatal(err)
	}
	for name := range crm(nil) {
		if string(again[name]) != string(files[name]) || len(again) != len(files) || files[name] == nil {
			t.Errorf("%s is not written as it is read", name)
		}
	}
}

func TestReadPackageRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"no manifest", map[string]string{"template.json": ""}, []string{"/template.json required"}},
		{"manifest of another kind", map[string]string{"template.json": entity("deal", text("name"))}, []string{"/template.json/kind not_allowed_value"}},
		{"definition in the wrong folder", map[string]string{"views/deal.json": entity("deal", text("name"))}, []string{"/views/deal.json/kind not_allowed_value"}},
		{"file that bears another name", map[string]string{"entities/lead.json": entity("deal", text("name"))}, []string{"/entities/lead.json/key file_name_differs"}},
		{"path inside a file", map[string]string{"entities/deal.json": entity("deal", `"name":{"x-type":"txt","x-title":`+title+`}`)},
			[]string{"/entities/deal.json/properties/name/x-type not_allowed_value"}},
		{"files of no use", map[string]string{"run.sh": "x", "entities/deal.yaml": "x", "plugins/x.json": "{}", "scripts/lost.js": "1"},
			[]string{"/entities/deal.yaml unknown_file", "/plugins/x.json unknown_file", "/run.sh unknown_file", "/scripts/lost.js script_alone"}},
		{"broken samples and mappings, all at once", map[string]string{"sample/a.json": `[1]`, "mappings/m.json": `7`, "README.md": "\xff"},
			[]string{"/README.md not_utf8", "/mappings/m.json wrong_type", "/sample/a.json wrong_type"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, problems := builder.ReadPackage(crm(c.files))
			refused(t, problem.Of(problem.Invalid, problems...), c.want...)
		})
	}
}

func TestInstallWithholdsRightsUntilConfirmed(t *testing.T) { // S-20, H-12
	t.Parallel()
	b := open(t)
	p := readPackage(t, crm(nil))
	if v, err := b.Install(t.Context(), "ada", p, builder.InstallOptions{}); err != nil || v != 1 {
		t.Fatal(v, err)
	}
	m := b.current.Model()
	if len(m.Roles["sales"].Grants) != 0 || len(m.Set.Scripts) != 0 || m.Entities["deal"] == nil {
		t.Error("an unconfirmed package gives rights or runs code")
	}
	waiting, err := b.Unconfirmed(t.Context())
	if err != nil || len(waiting["crm"]) != 2 {
		t.Error(waiting, err)
	}
	if v, err := b.Install(t.Context(), "ada", p, builder.InstallOptions{}); err != nil || v != 1 {
		t.Error("installing again is not nothing", v, err)
	}
	exported, err := b.Export(t.Context(), "crm")
	if err != nil || len(exported.Set.Roles[0].Grants) != 1 || len(exported.Set.Scripts) != 1 {
		t.Error("the export lost what waits", err)
	}
	if v, err := b.Confirm(t.Context(), "ada", "crm"); err != nil || v != 2 {
		t.Fatal(v, err)
	}
	m = b.current.Model()
	if len(m.Roles["sales"].Grants) != 1 || len(m.Set.Scripts) != 1 {
		t.Error("confirming did nothing")
	}
	if v, err := b.Confirm(t.Context(), "ada", "crm"); err != nil || v != 2 {
		t.Error("confirming again is not nothing", v, err)
	}
	if v, err := b.Install(t.Context(), "ada", p, builder.InstallOptions{}); err != nil || v != 2 || len(b.current.Model().Roles["sales"].Grants) != 1 {
		t.Error("installing again took confirmed rights away", v, err)
	}
}

func TestInstallMerges(t *testing.T) {
	t.Parallel()
	confirmed := builder.InstallOptions{ConfirmRoles: true}
	b := open(t)
	b.publish(t, entity("mine", text("name")))
	if _, err := b.Install(t.Context(), "ada", readPackage(t, crm(nil)), confirmed); err != nil {
		t.Fatal(err)
	}
	if b.current.Model().Entities["mine"] == nil || len(b.current.Model().Roles["sales"].Grants) != 1 {
		t.Fatal("what was there is gone, or confirmed roles give no rights")
	}

	// A field is added here; the package brings a new role and leaves the entity alone: both stay.
	local := b.current.Model().Set.Clone()
	local.Add(set(t, entity("deal", text("name")+","+text("note"))).Entities[0])
	if _, err := b.Publish(t.Context(), "ada", local); err != nil {
		t.Fatal(err)
	}
	next := crm(map[string]string{"roles/boss.json": `{"kind":"role","key":"boss","title":` + title + `,"grants":[]}`,
		"template.json": `{"kind":"template","key":"crm","version":"1.1.0","title":` + title + `,"description":` + title + `}`})
	_, err := b.Install(t.Context(), "ada", readPackage(t, next), confirmed) // R15
	refused(t, err, "/role/boss package_adds")
	if problem.CodeOf(err) != problem.Conflict {
		t.Error(err)
	}
	confirmed.Replace = true
	if _, err := b.Install(t.Context(), "ada", readPackage(t, next), confirmed); err != nil {
		t.Fatal(err)
	}
	m := b.current.Model()
	if m.Roles["boss"] == nil || m.Entities["deal"].ByKey["note"] == nil {
		t.Error("an upgrade lost a local change (P6)")
	}

	// Now the package changes the entity too.
	next["entities/deal.json"] = &fstest.MapFile{Data: []byte(entity("deal", text("name")+","+text("remark")))}
	_, err = b.Install(t.Context(), "ada", readPackage(t, next), confirmed)
	refused(t, err, "/entity/deal changed_here")
	_, err = b.Install(t.Context(), "ada", readPackage(t, next), builder.InstallOptions{ConfirmRoles: true, Overwrite: true})
	refused(t, err, "/entity/deal/properties/note field_removed")

	// And another package stands in the way of what is not its own.
	foreign := crm(map[string]string{"template.json": `{"kind":"template","key":"other","version":"1.0.0","title":` + title + `,"description":` + title + `}`})
	_, err = b.Install(t.Context(), "ada", readPackage(t, foreign), confirmed)
	refused(t, err, "/entity/deal not_of_package")
}

// E7: what was changed both here and in the package is decided per definition.
func TestKeepMineOrTakeTheirs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    builder.InstallOptions
		want []string // problems
		role string   // title of role sales afterwards
		note bool     // the local field is there
	}{
		"undecided":          {builder.InstallOptions{Replace: true}, []string{"/entity/deal changed_here", "/role/sales changed_here"}, "", false},
		"half decided":       {builder.InstallOptions{Keep: []string{"entity/deal"}}, []string{"/role/sales changed_here"}, "", false},
		"mine and theirs":    {builder.InstallOptions{Keep: []string{"entity/deal"}, Take: []string{"role/sales"}}, nil, "Theirs", true},
		"mine":               {builder.InstallOptions{Keep: []string{"entity/deal", "role/sales"}}, nil, "Mine", true},
		"contradiction":      {builder.InstallOptions{Keep: []string{"entity/deal"}, Take: []string{"entity/deal", "role/sales"}}, []string{"/keep/0 kept_and_taken"}, "", false},
		"not in the package": {builder.InstallOptions{Keep: []string{"entity/deal", "view/x"}, Take: []string{"role/sales"}}, []string{"/keep/1 not_in_package"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			if _, err := b.Install(t.Context(), "ada", readPackage(t, crm(nil)), builder.InstallOptions{ConfirmRoles: true}); err != nil {
				t.Fatal(err)
			}
			role := func(en string) string {
				return `{"kind":"role","key":"sales","title":{"zh-CN":"销","en":"` + en + `"},"grants":[{"entity":"deal","operations":["read"],"scopes":[{"type":"all"}],"read":{"all":true}}]}`
			}
			local := b.current.Model().Set.Clone()
			for _, d := range set(t, entity("deal", text("name")+","+text("note")), role("Mine")).All() {
				local.Add(d)
			}
			if _, err := b.Publish(t.Context(), "ada", local); err != nil {
				t.Fatal(err)
			}
			next := readPackage(t, crm(map[string]string{"entities/deal.json": entity("deal", text("name")+","+text("remark")), "roles/sales.json": role("Theirs")}))
			c.o.ConfirmRoles = true
			_, err := b.Install(t.Context(), "ada", next, c.o)
			if c.want != nil {
				refused(t, err, c.want...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m := b.current.Model()
			if m.Roles["sales"].Def.Title.In("en") != c.role || (m.Entities["deal"].ByKey["note"] != nil) != c.note {
				t.Error(m.Roles["sales"].Def.Title, m.Entities["deal"].ByKey["note"])
			}
			// The decision holds: the same package again asks nothing.
			if _, err := b.Install(t.Context(), "ada", next, builder.InstallOptions{ConfirmRoles: true}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInstallRefusesWhatDoesNotCompile(t *testing.T) {
	t.Parallel()
	b := open(t)
	p := readPackage(t, crm(map[string]string{"entities/deal.json": ""}))
	_, err := b.Install(t.Context(), "ada", p, builder.InstallOptions{ConfirmRoles: true})
	refused(t, err, "/role/sales/grants/0/entity unknown_entity", "/script/check/entity unknown_entity", "/template/crm/menu/0/entity unknown_entity")
	if list, err := b.Packages(t.Context()); err != nil || len(list) != 0 {
		t.Error("a refused package is listed", list, err)
	}
	if _, err := b.Export(t.Context(), "crm"); problem.CodeOf(err) != problem.NotFound {
		t.Error(err)
	}
}

func TestPackagesList(t *testing.T) {
	t.Parallel()
	b := open(t)
	if _, err := b.Install(t.Context(), "ada", readPackage(t, crm(nil)), builder.InstallOptions{ConfirmRoles: true}); err != nil {
		t.Fatal(err)
	}
	list, err := b.Packages(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != "crm" || list[0].Version != "1.0.0" || list[0].By != "ada" {
		t.Fatal(list, err)
	}
	p, err := b.Export(t.Context(), "crm")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []schemas.Kind
	for _, d := range p.Set.All() {
		kinds = append(kinds, d.DefinitionKind())
	}
	if want := []schemas.Kind{schemas.KindEntity, schemas.KindRole, schemas.KindScript, schemas.KindTemplate}; !slices.Equal(kinds, want) {
		t.Error(kinds)
	}
	if len(p.Samples) != 1 || p.Samples[0].Name != "20-deal" || p.Samples[0].Entity != "deal" || p.Readme != "# CRM\n" {
		t.Error("what came along is lost", p.Samples, p.Readme)
	}
}
