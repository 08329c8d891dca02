package transfer

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/templates"
)

var b2bFiles = []string{"accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv"}

// b2bFolder finds the real sales history next to the repository.
func b2bFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "b2b-sales")
	if _, err := os.Stat(filepath.Join(dir, b2bFiles[0])); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the sales history is missing: %s has to stand beside the repository", dir)
		}
		t.Skipf("no sales history in %s", dir)
	}
	return dir
}

func b2bInputs(t *testing.T) []Input {
	t.Helper()
	dir := b2bFolder(t)
	var inputs []Input
	for _, name := range b2bFiles {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		inputs = append(inputs, Input{Name: name, Reader: f})
	}
	return inputs
}

func shippedMapping(t *testing.T) *Mapping {
	t.Helper()
	data, err := fs.ReadFile(templates.FS, "opportunity-pipeline/mappings/b2b-sales.json")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := DecodeMapping(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return m
}

func TestRealSalesHistory(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	mapping := shippedMapping(t)

	t.Run("a dry run without value mappings reports the odd product name", func(t *testing.T) {
		bare := shippedMapping(t)
		bare.Files[5].Columns["product"][0].Values = nil
		p := o.run(o.admin, Job{Inputs: b2bInputs(t), Document: bare, DryRun: true})
		if p.State != Done || len(p.Problems) != 1 || p.Problems[0].Value != "GTXPro" || p.Problems[0].Count != 1480 {
			t.Fatalf("problems: %s", pretty(p))
		}
		if n := o.count("opportunity", "") + o.count("account", "") + o.count("department", ""); n != 0 {
			t.Fatalf("a dry run wrote %d records", n)
		}
	})

	start := time.Now()
	first := o.run(o.admin, Job{Inputs: b2bInputs(t), Document: mapping})
	t.Logf("import of 8,800 deals: %v", time.Since(start).Round(time.Millisecond))
	if first.State != Done || len(first.Problems) > 0 {
		t.Fatalf("import: %s", pretty(first))
	}
	o.checkB2B(t)

	t.Run("a second run changes nothing", func(t *testing.T) {
		before := o.changeNumbers(t)
		p := o.run(o.admin, Job{Inputs: b2bInputs(t), Document: mapping})
		for _, f := range p.Files {
			if f.Created+f.Updated+f.Failed != 0 || f.Unchanged+f.Merged != f.Rows {
				t.Errorf("%s: %s", f.File, pretty(f))
			}
		}
		if after := o.changeNumbers(t); after != before {
			t.Errorf("collections were written: %v, then %v", before, after)
		}
	})

	t.Run("the undo takes all of it away", func(t *testing.T) {
		start := time.Now()
		p := o.undo(o.admin, first.ID)
		t.Logf("undo: %v", time.Since(start).Round(time.Millisecond))
		if p.State != Undone || len(p.Undo.Kept) > 0 {
			t.Fatalf("undo: %s", pretty(p))
		}
		for entity, want := range map[string]int64{"opportunity": 0, "account": 0, "product": 0, "department": 0, "stage_visit": 0, "user": 1} {
			if n := o.count(entity, ""); n != want {
				t.Errorf("%d records of %s are left", n, entity)
			}
		}
	})
}

func (o *testApp) changeNumbers(t *testing.T) [5]uint64 {
	t.Helper()
	var numbers [5]uint64
	for i, c := range []string{"account", "product", "user", "opportunity", "stage_visit"} {
		n, err := o.store.ChangeNumber(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		numbers[i] = n
	}
	return numbers
}

// checkB2B holds the imported figures against those counted from the files.
func (o *testApp) checkB2B(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		entity, where string
		want          int64
	}{
		{"account", "", 85}, {"product", "", 7}, {"department", "", 3}, {"user", "", 42}, {"opportunity", "", 8800},
		{"user", `["superior","present"]`, 35},
		{"role_assignment", `["role","=","sales"]`, 35}, {"role_assignment", `["role","=","sales_manager"]`, 6},
		{"opportunity", `["stage","=","won"]`, 4238}, {"opportunity", `["stage","=","lost"]`, 2473},
		{"opportunity", `["stage","=","engaging"]`, 1589}, {"opportunity", `["stage","=","prospecting"]`, 500},
		{"opportunity", `["account","empty"]`, 1425},
		{"opportunity", `{"all":[["account","empty"],["stage","=","engaging"]]}`, 1088},
		{"opportunity", `{"all":[["account","empty"],["stage","=","prospecting"]]}`, 337},
		{"account", `["parent","present"]`, 15}, {"account", `["sector","=","technolgy"]`, 12},
		{"account", `["office_location","=","Philipines"]`, 1},
		{"stage_visit", `["stage","=","engaging"]`, 8300}, {"stage_visit", `["stage","=","won"]`, 4238},
		{"stage_visit", `{"all":[["stage","=","prospecting"],["entered_at","empty"]]}`, 500},
	} {
		if n := o.count(c.entity, c.where); n != c.want {
			t.Errorf("%s %s: %d, want %d", c.entity, c.where, n, c.want)
		}
	}
	for where, want := range map[string]string{
		`["stage","=","won"]`: "10005534",
		`{"all":[["stage","=","won"],["close_date","between",["2017-04-01","2017-06-30"]]]}`: "3086111",
		`{"all":[["stage","=","won"],["owner.name","=","Darcel Schlecht"]]}`:                 "1153214",
		`{"all":[["stage","=","won"],["account.sector","=","retail"]]}`:                      "1867528",
	} {
		if got := o.aggregate(t, "opportunity", where, `["sum","amount"]`); got != want {
			t.Errorf("won amount where %s: %v, want %s", where, got, want)
		}
	}
	o.checkPeople(t)
	o.checkDeal(t)
	for next, want := range map[string]float64{"won": 51.78, "lost": 41.48} {
		got := o.aggregate(t, "stage_visit", `{"all":[["stage","=","engaging"],["next","=","`+next+`"]]}`, `["avg","days"]`)
		if f, ok := got.(float64); !ok || math.Abs(f-want) > 0.005 {
			t.Errorf("days engaging before %s: %v, want %v", next, got, want)
		}
	}
}

// checkDeal looks at one deal: its stages begin at midnight in Shanghai, and its
// history says that an import of history made it.
func (o *testApp) checkDeal(t *testing.T) {
	t.Helper()
	deal := o.one("opportunity", `["external_id","=","1C1I7A6R"]`)
	if deal["name"] != "1C1I7A6R" || deal["engage_date"] != "2016-10-20" || deal["close_date"] != "2017-03-01" || deal["amount"] != "1054" {
		t.Errorf("deal: %v", deal)
	}
	id := deal["id"].(string)
	visit := o.one("stage_visit", `{"all":[["record","=","`+id+`"],["stage","=","engaging"]]}`)
	if visit["entered_at"] != "2016-10-19T16:00:00.000Z" || visit["left_at"] != "2017-02-28T16:00:00.000Z" || visit["days"] != 132.0 || visit["next"] != "won" {
		t.Errorf("visit: %v", visit)
	}
	visit = o.one("stage_visit", `{"all":[["record","=","`+id+`"],["stage","=","won"]]}`)
	if _, left := visit["left_at"]; visit["entered_at"] != "2017-02-28T16:00:00.000Z" || left {
		t.Errorf("visit: %v", visit)
	}
	rows, err := o.store.Find(t.Context(), record.HistoryCollection, store.Find{Limit: 2, Where: query.Cmp{
		Path: query.Path{Field: "id", Kind: query.Key}, Op: query.Between, Value: []any{id + ":", id + ";"},
	}})
	if err != nil || len(rows) != 1 || !strings.Contains(string(rows[0].Body), `"source":"import"`) || !strings.Contains(string(rows[0].Body), `"historical":true`) {
		t.Errorf("history: %v %s", err, pretty(rows))
	}
}

// checkPeople looks at one agent, and at the sums of each office.
func (o *testApp) checkPeople(t *testing.T) {
	t.Helper()
	agent := o.one("user", `["login","=","mei-mei.johns"]`)
	manager := o.one("user", `["login","=","melvin.marxen"]`)
	if agent["name"] != "Mei-Mei Johns" || agent["superior"] != manager["id"] {
		t.Errorf("agent: %v", agent)
	}
	for office, want := range map[string]string{"West": "3568647", "Central": "3346293", "East": "3090594"} {
		d := o.one("department", `["name","=","`+office+`"]`)
		where := `{"all":[["stage","=","won"],["owner.department","=","` + d["id"].(string) + `"]]}`
		if got := o.aggregate(t, "opportunity", where, `["sum","amount"]`); got != want {
			t.Errorf("%s: %v, want %s", office, got, want)
		}
	}
}

func (o *testApp) aggregate(t *testing.T, entity, where, metric string) any {
	t.Helper()
	rows, err := o.reads.Aggregate(t.Context(), o.admin, entity, read.AggregateQuery{
		Where: json.RawMessage(where), Metrics: map[string]json.RawMessage{"m": json.RawMessage(metric)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var row struct{ M any }
	if err := json.Unmarshal(rows[0], &row); err != nil {
		t.Fatal(err)
	}
	return row.M
}
