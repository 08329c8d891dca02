package transfer

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/record"
)

const accountsCSV = "name,sector,year_established,parent\n华夏科技,软件,1999,\nAcme,retail,2001,华夏科技\nSub,retail,2005,Later\nLater,retail,2006,\n"

// file is the progress of the only file of an import.
func file(t *testing.T, p *Progress) FileProgress {
	t.Helper()
	if p.State != Done || len(p.Files) != 1 {
		t.Fatalf("import: %s", pretty(p))
	}
	return p.Files[0]
}

func TestColumnsAreGuessedAndRowsMayComeInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"UTF-8":         accountsCSV,
		"GB18030":       encode(t, simplifiedchinese.GB18030.NewEncoder(), accountsCSV),
		"titles":        strings.Replace(accountsCSV, "name,sector,year_established,parent", "客户名称,行业,Year established,PARENT", 1),
		"other columns": strings.ReplaceAll(accountsCSV, "\n", ",x\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newTestApp(t)
			f := file(t, o.run(o.admin, Job{Inputs: text("a.csv", content), Entity: "account"}))
			if f.Created != 4 || f.Failed != 0 {
				t.Fatalf("%s", pretty(f))
			}
			if o.one("account", `["name","=","Sub"]`)["parent"] != o.one("account", `["name","=","Later"]`)["id"] {
				t.Error("a parent on a later row was not found")
			}
			again := file(t, o.run(o.admin, Job{Inputs: text("a.csv", content), Entity: "account"}))
			if again.Unchanged != 4 {
				t.Errorf("second run: %s", pretty(again))
			}
		})
	}
}

func TestRowsWithProblemsStayOutAndTheOthersComeIn(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	content := "name,year_established,employees,parent\n" +
		"good,1999,5,\n" + // 2
		"bad year,soon,many,\n" + // 3: both reasons at once
		",2000,1,\n" + // 4: no key
		"good,2001,7,\n" + // 5: the key of row 2
		"orphan,2001,7,nobody\n" + // 6
		"long,2001,7,,surplus\n" + // 7
		"bad year too,soon,1,\n" // 8: the same reason as row 3
	for _, dry := range []bool{true, false} {
		p := o.run(o.admin, Job{Inputs: text("a.csv", content), Entity: "account", DryRun: dry})
		f := file(t, p)
		if f.Created != 1 || f.Failed != 6 || f.Read != 7 || f.Rows != 7 {
			t.Errorf("dry %v: %s", dry, pretty(f))
		}
		got := map[string]int{}
		for _, g := range p.Problems {
			got[g.Column+"|"+g.Value+"|"+g.Code] = g.Count
			if g.Message == "" || g.Texts.ZhCN == "" || g.Texts.ZhCN == g.Texts.En {
				t.Errorf("%s has no texts", g.Code)
			}
		}
		for want, n := range map[string]int{
			"year_established|soon|import_not_a_number": 2, "employees|many|import_not_a_number": 1, "name||required": 1,
			"name|good|import_key_twice": 1, "parent|nobody|import_no_match": 1, "||import_more_cells": 1,
		} {
			if got[want] != n {
				t.Errorf("dry %v: %s: %d, want %d of %v", dry, want, got[want], n, got)
			}
		}
		if n := o.count("account", ""); (n == 0) != dry {
			t.Errorf("dry %v: %d accounts", dry, n)
		}
		var csv bytes.Buffer
		if err := o.transfer.Problems(t.Context(), o.admin, p.ID, "zh-CN", &csv); err != nil || strings.Count(csv.String(), "\n") != 8 {
			t.Errorf("problem file: %v\n%s", err, csv.String())
		}
	}
}

func TestRowsThatDifferInTheKeyOnlyAreTwoRecords(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	f := file(t, o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount\nA1,Deal,5\nA2,Deal,5\n"), Entity: "opportunity"}))
	if f.Created != 2 {
		t.Fatalf("%s", pretty(f))
	}
	f = file(t, o.run(o.admin, Job{Inputs: text("o.csv", "name,amount\nDeal,5\nDeal,5\n"), Entity: "opportunity"}))
	if f.Created != 2 || o.count("opportunity", "") != 4 {
		t.Fatalf("without a key every row is new: %s", pretty(f))
	}
}

func TestOnlyWhatTheFileSaysIsChanged(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount\nA1,Deal,5\nA2,Other,6\n"), Entity: "opportunity"})
	f := file(t, o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,amount\nA1,Deal,\nA2,Other,7.5\n"), Entity: "opportunity"}))
	if f.Unchanged != 1 || f.Updated != 1 {
		t.Fatalf("%s", pretty(f))
	}
	if o.one("opportunity", `["external_id","=","A1"]`)["amount"] != "5" || o.one("opportunity", `["external_id","=","A2"]`)["amount"] != "7.5" {
		t.Error("an empty cell cleared a value, or a new value was not taken")
	}
}

// person makes a user with a role.
func (o *testApp) person(login, role string) *access.Actor {
	o.t.Helper()
	call := record.Call{Actor: o.admin, Source: "api"}
	u, err := o.records.Create(o.t.Context(), call, "user", map[string]any{"login": login, "name": strings.ToUpper(login)})
	if err == nil {
		_, err = o.records.Create(o.t.Context(), call, "role_assignment", map[string]any{"user": u.ID, "role": role})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return o.actor(login)
}

// C: guards hold for an import too; only a historical one, with a right of its
// own, sets past stages.
func TestPastStagesNeedAHistoricalImportAndItsRight(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	deal := "external_id,name,stage\nA1,Deal,won\n"
	p := o.run(o.admin, Job{Inputs: text("o.csv", deal), Entity: "opportunity"})
	if f := file(t, p); f.Failed != 1 || len(p.Problems) < 2 {
		t.Fatalf("without proofs: %s", pretty(p))
	}
	manager := o.person("mia", "sales_manager")
	_, err := o.transfer.Import(t.Context(), manager, Job{Inputs: text("o.csv", deal), Entity: "opportunity", Historical: true})
	if p := asProblem(err); p == nil || p.Code != problem.Forbidden {
		t.Fatalf("without the right: %v", err)
	}
	p = o.run(o.admin, Job{Inputs: text("o.csv", deal), Entity: "opportunity", Historical: true})
	if f := file(t, p); f.Created != 1 || !p.Historical {
		t.Fatalf("historical: %s", pretty(p))
	}
	h, err := o.reads.History(t.Context(), o.admin, "opportunity", o.one("opportunity", `["external_id","=","A1"]`)["id"].(string), "", 10)
	if err != nil || len(h.Items) != 1 || !strings.Contains(pretty(h.Items[0]), p.ID) && !strings.Contains(pretty(h.Items[0]), `"import"`) {
		t.Fatalf("history: %v %s", err, pretty(h))
	}
}

// S-01, S-05: an import has the rights of its person and no more.
func TestAnImportHasTheRightsOfItsPerson(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	seller, manager := o.person("sam", "sales"), o.person("mia", "sales_manager")
	deal := "external_id,name,finance_status,owner\nA1,Deal,,mia\nA2,Deal,paid,mia\nA3,Deal,,sam\n"
	if _, err := o.transfer.Import(t.Context(), seller, Job{Inputs: text("o.csv", deal), Entity: "opportunity"}); asProblem(err) == nil {
		t.Fatalf("a role without import: %v", err)
	}
	p := o.run(manager, Job{Inputs: text("o.csv", deal), Entity: "opportunity"})
	if f := file(t, p); f.Created != 1 || f.Failed != 2 || o.count("opportunity", "") != 1 {
		t.Fatalf("import: %s", pretty(p))
	}
	if _, err := o.transfer.Progress(t.Context(), seller, p.ID); asProblem(err) == nil || asProblem(err).Code != problem.NotFound {
		t.Fatalf("somebody else's import: %v", err)
	}
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,owner\nB1,Hidden,sam\n"), Entity: "opportunity"})
	p = o.run(manager, Job{Inputs: text("o.csv", "external_id,name,owner\nB1,Taken over,mia\n"), Entity: "opportunity"})
	if f := file(t, p); f.Failed != 1 || o.one("opportunity", `["external_id","=","B1"]`)["name"] != "Hidden" {
		t.Fatalf("a record out of sight was changed: %s", pretty(p))
	}
}

func TestAnImportThatCannotStartSaysEverythingAtOnce(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	_, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", "a\n1\n"), Document: &Mapping{Files: []FileMapping{
		{Entity: "none"},
		{Entity: "account", Key: "id", Columns: map[string]Columns{"x": {{Field: "nope"}}, "y": {{Field: "name", Reference: "id"}}, "z": {{Field: "rev"}}}},
	}}})
	if p := asProblem(err); p == nil || p.Code != problem.Invalid || len(p.Fields) != 5 {
		t.Fatalf("got %+v", p)
	}
	m := &Mapping{Files: []FileMapping{{Entity: "account", Key: "name", Columns: map[string]Columns{"a": {{Field: "name"}}, "b": {{Field: "sector"}}, "c": {{Field: "parent"}}}}}}
	p := o.run(o.admin, Job{Inputs: text("a.csv", "a,A\n1,2\n"), Document: m})
	if p.State != Failed || p.Failure == nil || len(p.Failure.Errors) != 3 {
		t.Fatalf("missing columns: %s", pretty(p))
	}
	if _, err := o.transfer.Import(t.Context(), o.admin, Job{Entity: "account"}); asProblem(err) == nil {
		t.Fatalf("no file: %v", err)
	}
}

func TestMappingsAreKeptUnderTheirNames(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	manager, other, seller := o.person("mia", "sales_manager"), o.person("max", "sales_manager"), o.person("sam", "sales")
	doc := []byte(`{"name":"crm","files":[{"entity":"account","key":"name","columns":{"Firma":{"field":"name"}}}]}`)
	if _, err := o.transfer.PutMapping(t.Context(), manager, "crm", doc); err != nil {
		t.Fatal(err)
	}
	if p := o.run(manager, Job{Inputs: text("x.csv", "Firma\nAcme\n"), Entity: "account", Mapping: "crm"}); p.Files[0].Created != 1 || p.Mapping != "crm" {
		t.Fatalf("import: %s", pretty(p))
	}
	for name, c := range map[string]struct {
		as   *access.Actor
		name string
		doc  string
		code problem.Code
	}{
		"without import":   {seller, "other", string(doc), problem.Forbidden}, // R19: rights are checked first
		"somebody else's":  {other, "crm", string(doc), problem.Forbidden},
		"no right at all":  {seller, "crm", string(doc), problem.Forbidden},
		"a bad name":       {manager, "../x", `{"name":"","files":[{"entity":"account","columns":{"a":{"field":"name"}}}]}`, problem.Invalid},
		"an unknown field": {manager, "crm", `{"name":"crm","files":[{"entity":"account","columns":{"a":{"field":"nope"}}}]}`, problem.Invalid},
	} {
		if _, err := o.transfer.PutMapping(t.Context(), c.as, c.name, []byte(c.doc)); asProblem(err) == nil || asProblem(err).Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.transfer.GetMapping(t.Context(), seller, "crm"); asProblem(err) == nil || asProblem(err).Code != problem.NotFound {
		t.Errorf("a mapping of no use is not there: %v", err)
	}
}
