package transfer

import (
	"encoding/json"
	"strings"
	"testing"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
)

// I7: the empty cell of a key column says what it is.
func TestAnEmptyKeyIsNamedAsTheKey(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	p := o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name\n,One\nA2,Two\n"), Entity: "opportunity"})
	wantProblems(t, p, "2|external_id|import_key_empty")
	p = o.run(o.admin, Job{Inputs: text("a.csv", "name,sector\n,x\n"), Entity: "account"})
	wantProblems(t, p, "2|name|required")
}

// I8: an export is imported elsewhere without a change: ids of the other instance
// make new records, once however often it is repeated, and users are named by
// their logins.
func TestAnExportIsImportedElsewhereUnchanged(t *testing.T) {
	t.Parallel()
	here, there := newTestApp(t), newTestApp(t)
	for _, o := range []*testApp{here, there} {
		for _, login := range []string{"li.one", "li.two"} {
			o.person(login, "sales")
			call := record.Call{Actor: o.admin, Source: record.SourceAPI}
			id := o.one("user", `["login","=","`+login+`"]`)["id"].(string)
			if _, err := o.records.Update(t.Context(), call, "user", id, map[string]any{"name": "Li"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	here.run(here.admin, Job{Inputs: text("a.csv", "name,parent\nHolding,\nShop,Holding\n"), Entity: "account"})
	here.run(here.admin, Job{Inputs: text("o.csv", "external_id,name,account,owner,amount\nA1,Same,Shop,li.two,5\n"), Entity: "opportunity"})
	here.run(here.admin, Job{Inputs: text("o.csv", "name,owner,amount\nSame,li.one,6\n"), Entity: "opportunity"})
	for _, c := range []struct {
		entity string
		keys   bool
	}{{"account", false}, {"opportunity", false}, {"account", true}, {"opportunity", true}} {
		file, err := here.export(here.admin, c.entity, read.Query{}, ExportOptions{Format: CSV, Lang: "en", Keys: c.keys})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(file, "li.two") == c.keys && c.entity == "opportunity" {
			t.Errorf("keys %t: %s", c.keys, file)
		}
		if c.keys && c.entity == "opportunity" {
			continue // owners are ids of the other instance
		}
		for range 2 {
			p := there.run(there.admin, Job{Inputs: text(c.entity+".csv", file), Entity: c.entity})
			if len(p.Problems) > 0 {
				t.Fatalf("%s: %s", file, pretty(p))
			}
		}
	}
	if a, d := there.count("account", ""), there.count("opportunity", ""); a != 2 || d != here.count("opportunity", "") {
		t.Errorf("%d accounts, %d opportunities", a, d)
	}
	deal := there.one("opportunity", `["external_id","=","A1"]`)
	if deal["owner"] != there.one("user", `["login","=","li.two"]`)["id"] || deal["account"] != there.one("account", `["name","=","Shop"]`)["id"] {
		t.Errorf("%v", deal)
	}
}

// I8: which column is the key can be chosen.
func TestTheKeyOfAGuessCanBeChosen(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name\nA1,One\n"), Entity: "opportunity"})
	p := o.run(o.admin, Job{Inputs: text("o.csv", "id,external_id,name\n0192b1f0-0000-7000-8000-000000000001,A1,Uno\n"), Entity: "opportunity", KeyField: "external_id"})
	if f := file(t, p); f.Updated != 1 || o.count("opportunity", "") != 1 {
		t.Errorf("%s", pretty(p))
	}
	_, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("o.csv", "name\nx\n"), Entity: "opportunity", KeyField: "external_id"})
	if p := asProblem(err); p == nil || p.Code != problem.Invalid || p.Fields[0].Code != "import_key_unfilled" {
		t.Errorf("%v", err)
	}
}

// I10: the id of a deleted record says so; E14: keys of merged records lead to the
// record that was kept.
func TestDeletedAndMergedRecordsAreFoundByTheirKeys(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	call := record.Call{Actor: o.admin, Source: record.SourceAPI}
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name\nA1,One\nA2,Two\nA3,Three\n"), Entity: "opportunity"})
	id := func(key string) string { return o.one("opportunity", `["external_id","=","`+key+`"]`)["id"].(string) }
	one, two, three := id("A1"), id("A2"), id("A3")
	if _, err := o.records.Delete(t.Context(), call, "opportunity", three); err != nil {
		t.Fatal(err)
	}
	if _, err := o.records.Merge(t.Context(), call, "opportunity", one, []string{two}, nil); err != nil {
		t.Fatal(err)
	}
	p := o.run(o.admin, Job{Inputs: text("o.csv", "id,name\n"+three+",Drei\n"+two+",Zwei\n"), Entity: "opportunity"})
	wantProblems(t, p, "2|id|import_binned")
	if f := file(t, p); f.Updated != 1 || o.one("opportunity", `["external_id","=","A1"]`)["name"] != "Zwei" {
		t.Errorf("%s", pretty(p))
	}
	p = o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name\nA2,Due\nA3,Tre\n"), Entity: "opportunity"})
	if f := file(t, p); f.Updated != 1 || f.Created != 1 || o.count("opportunity", "") != 2 || o.one("opportunity", `["external_id","=","A1"]`)["name"] != "Due" {
		t.Errorf("%s", pretty(p))
	}
}

// R2: in a dry run, records that the user may not see are as missing ones.
func TestADryRunDoesNotTellHiddenFromMissing(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	seller := o.person("sam", "sales_manager")
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name\nA1,Mine\n"), Entity: "opportunity"})
	hidden := o.one("opportunity", `["external_id","=","A1"]`)["id"].(string)
	m := &Mapping{Files: []FileMapping{{Entity: "opportunity", Key: idField, Columns: map[string]Columns{"id": {{Field: idField}}, "name": {{Field: "name"}}}}}}
	p := o.run(seller, Job{Inputs: text("o.csv", "id,name\n"+hidden+",a\n0192b1f0-0000-7000-8000-000000000001,b\n"), Document: m, DryRun: true})
	codes := map[string]bool{}
	for _, g := range p.Problems {
		codes[g.Code] = true
	}
	if f := file(t, p); len(codes) > 1 || f.Failed != 0 && f.Failed != 2 {
		t.Errorf("%s", pretty(p))
	}
}

// R19: a mapping of someone without the right tells nothing of its fields.
func TestAMappingIsRefusedBeforeItsFieldsAreLookedAt(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	seller := o.person("sam", "sales")
	answers := map[string]bool{}
	for _, c := range [][2]string{{"account", "name"}, {"account", "nope"}, {"nothing", "name"}} {
		doc, err := json.Marshal(Mapping{Files: []FileMapping{{Entity: c[0], Columns: map[string]Columns{"a": {{Field: c[1]}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.transfer.PutMapping(t.Context(), seller, "x", doc)
		answers[pretty(asProblem(err))] = true
	}
	if len(answers) != 1 {
		t.Errorf("%v", answers)
	}
}
