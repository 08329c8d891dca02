package transfer

import (
	"slices"
	"testing"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/record"
)

func TestUndoGivesBackWhatWasThere(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	call := record.Call{Actor: o.admin, Source: "api"}
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount,notes\nA1,One,1,old\nA2,Two,2,old\nA3,Three,3,old\n"), Entity: "opportunity"})
	second := o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount,notes\nA1,One,10,new\nA2,Two,20,new\nA3,Three,3,old\nA4,Four,4,new\n"), Entity: "opportunity"})
	if f := file(t, second); f.Updated != 2 || f.Unchanged != 1 || f.Created != 1 {
		t.Fatalf("%s", pretty(f))
	}
	two := o.one("opportunity", `["external_id","=","A2"]`)["id"].(string)
	if _, err := o.records.Update(t.Context(), call, "opportunity", two, map[string]any{"amount": "99"}); err != nil {
		t.Fatal(err)
	}
	p := o.undo(o.admin, second.ID)
	if p.State != Undone || p.Undo.Deleted["opportunity"] != 1 || p.Undo.Restored["opportunity"] != 2 || len(p.Undo.Kept) != 1 {
		t.Fatalf("undo: %s", pretty(p))
	}
	if k := p.Undo.Kept[0]; k.ID != two || k.Code != "import_changed_since" {
		t.Errorf("kept: %v", k)
	}
	for id, want := range map[string][2]string{"A1": {"1", "old"}, "A2": {"99", "old"}, "A3": {"3", "old"}} {
		if r := o.one("opportunity", `["external_id","=","`+id+`"]`); r["amount"] != want[0] || r["notes"] != want[1] {
			t.Errorf("%s: %v", id, r)
		}
	}
	if err := o.transfer.Undo(t.Context(), record.Call{Actor: o.admin}, second.ID, false); asProblem(err) == nil || asProblem(err).Code != problem.Conflict {
		t.Errorf("a second undo: %v", err)
	}
}

func TestUndoKeepsWhatOthersReferTo(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	accounts := o.run(o.admin, Job{Inputs: text("a.csv", accountsCSV), Entity: "account"})
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,account\nA1,Deal,Acme\n"), Entity: "opportunity"})
	p := o.undo(o.admin, accounts.ID)
	// Acme is referred to by the deal; its reference to its parent is cleared.
	if p.State != Undone || p.Undo.Deleted["account"] != 3 || len(p.Undo.Kept) != 1 || o.count("account", "") != 1 {
		t.Fatalf("undo: %s", pretty(p))
	}
	if k := p.Undo.Kept[0]; k.Code != "referenced_by" || k.Message == "" {
		t.Errorf("kept: %v", k)
	}
}

func TestADryRunCannotBeUndone(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	p := o.run(o.admin, Job{Inputs: text("a.csv", accountsCSV), Entity: "account", DryRun: true})
	if f := file(t, p); f.Created != 4 || f.Failed != 0 || o.count("account", "") != 0 {
		t.Fatalf("dry run: %s", pretty(p))
	}
	if err := o.transfer.Undo(t.Context(), record.Call{Actor: o.admin}, p.ID, false); asProblem(err) == nil {
		t.Fatal("it could")
	}
}

func TestPeopleOfAnImportAreNotDoubled(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	o.person("anna.li", "sales")
	m := &Mapping{Files: []FileMapping{{Entity: "user", Key: "name", Distinct: true, Roles: []string{"sales"}, Columns: map[string]Columns{
		"agent": {{Field: "name"}, {Field: "login", Make: "login"}}, "boss": {{Field: "superior", Reference: "name"}},
	}}}}
	content := "agent,boss\nAnna Li,\nAnna X Li,Anna Li\nAnna Li,\nBo Wu,Nobody\n"
	p := o.run(o.admin, Job{Inputs: text("u.csv", content), Document: m})
	if f := file(t, p); f.Created != 2 || f.Merged != 1 || f.Failed != 1 {
		t.Fatalf("%s", pretty(p))
	}
	if o.one("user", `["name","=","Anna Li"]`)["login"] != "anna.li2" || o.one("user", `["name","=","Anna X Li"]`)["login"] != "anna.li3" {
		t.Error("logins that are taken get a number")
	}
	if p = o.undo(o.admin, p.ID); p.Undo.Deleted["user"] != 2 || len(p.Undo.Kept) != 0 || o.count("user", "") != 2 {
		t.Fatalf("undo: %s", pretty(p))
	}
}

// I9: an undo keeps records that somebody worked on since and lists them; a
// preview says so before; "all" takes them too.
func TestUndoKeepsRecordsThatWereWorkedOn(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	call := record.Call{Actor: o.admin, Source: record.SourceAPI}
	content := "external_id,name,amount\nA1,One,1\nA2,Two,2\nA3,Three,3\n"
	p := o.run(o.admin, Job{Inputs: text("o.csv", content), Entity: "opportunity"})
	two := o.one("opportunity", `["external_id","=","A2"]`)["id"].(string)
	if _, err := o.records.Update(t.Context(), call, "opportunity", two, map[string]any{"notes": "called"}); err != nil {
		t.Fatal(err)
	}
	// A later import that changes a record is work on it too.
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount\nA3,Three,33\n"), Entity: "opportunity"})

	for all, want := range map[bool]int{false: 1, true: 3} {
		preview, err := o.transfer.PreviewUndo(t.Context(), o.admin, p.ID, all)
		if err != nil {
			t.Fatal(err)
		}
		if u := preview.Undo; !u.DryRun || u.Deleted["opportunity"] != want || u.KeptCount != 3-want || o.count("opportunity", "") != 3 {
			t.Errorf("all %t: %s", all, pretty(preview))
		}
	}
	if q, err := o.transfer.Progress(t.Context(), o.admin, p.ID); err != nil || q.State != Done || q.Undo != nil {
		t.Errorf("a preview was stored: %s %v", pretty(q), err)
	}
	p = o.undo(o.admin, p.ID)
	if u := p.Undo; p.State != Undone || u.Deleted["opportunity"] != 1 || u.KeptCount != 2 || len(u.Kept) != 2 || o.count("opportunity", "") != 2 {
		t.Fatalf("%s", pretty(p))
	}
	for _, k := range p.Undo.Kept {
		if k.Code != "import_worked_on" || k.Message == "" || k.Texts.ZhCN == k.Texts.En {
			t.Errorf("%v", k)
		}
	}
	if err := o.transfer.Undo(t.Context(), record.Call{Actor: o.admin}, p.ID, true); err != nil {
		t.Fatal(err)
	}
	if p = o.wait(o.admin, p.ID); p.State != Undone || p.Undo.KeptCount != 0 || o.count("opportunity", "") != 0 {
		t.Errorf("%s", pretty(p))
	}
}

// Own imports are listed, newest first; an administrator sees all of them.
func TestImportsAreListed(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	manager := o.person("mia", "sales_manager")
	first := o.run(o.admin, Job{Inputs: text("a.csv", "name\nx\n"), Entity: "account"})
	second := o.run(manager, Job{Inputs: text("a.csv", "name\ny\n"), Entity: "account"})
	for _, c := range []struct {
		as   *access.Actor
		want []string
	}{{manager, []string{second.ID}}, {o.admin, []string{second.ID, first.ID}}} {
		list, err := o.transfer.List(t.Context(), c.as)
		var ids []string
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		if err != nil || !slices.Equal(ids, c.want) {
			t.Errorf("%v %v", ids, err)
		}
	}
}
