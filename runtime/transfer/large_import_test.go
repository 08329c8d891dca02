package transfer

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/record"
)

// largeRows is smaller on MongoDB, whose test server is slow.
var largeRows = map[bool]int{false: 100_000, true: 1_000}[os.Getenv("WEFT_TEST_STORE") == "mongodb"]

// largeEntity has a field for each kind of fault.
const largeEntity = `{"kind":"entity","key":"lead","type":"object","x-title":{"zh-CN":"线索","en":"Lead"},"x-title-field":"name","required":["name"],"properties":{
	"code":{"x-type":"text","x-title":{"zh-CN":"编号","en":"Code"},"x-unique":true},
	"name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"}},
	"amount":{"x-type":"currency","x-currency":"CNY","x-title":{"zh-CN":"金额","en":"Amount"}},
	"due":{"x-type":"date","x-title":{"zh-CN":"到期","en":"Due"}},
	"met":{"x-type":"datetime","x-title":{"zh-CN":"会面","en":"Met"}},
	"region":{"x-type":"region","x-title":{"zh-CN":"地区","en":"Region"}},
	"number":{"x-type":"number","x-title":{"zh-CN":"数","en":"Number"}},
	"owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"}},
	"parent":{"x-type":"reference","x-entity":"lead","x-title":{"zh-CN":"上级","en":"Parent"}}}}`

const largeHeader = "code,name,amount,due,met,region,number,owner,parent,colour\n"

// largeFaults are the lines of a CSV file with a fault each, %d being the row's
// number, and the column and code that must be reported.
var largeFaults = []struct{ line, column, code string }{
	{`F%d,"5 inch,1,,,,,,,` + "\n", "", "import_quote_open"},                   // I1
	{`F%d,"5" inch,1,,,,,,,` + "\n", "", "import_quote_text"},                  // I1
	{`F%d,x,1,31/12/2026 x,,,,,,` + "\n", "due", "import_date_format"},         // I2
	{`F%d,x,1,12/31/2026,,,,,,` + "\n", "due", "import_date_format"},           // I2
	{`F%d,x,1,,1/2/2026 3:05,,,,,` + "\n", "met", "import_date_order"},         // I2
	{`F%d,x,1,,13/2/2026 3:05,,,,,` + "\n", "met", "import_date_needs_format"}, // I2
	{`,x,1,,,,,,,` + "\n", "code", "import_key_empty"},                         // I7
	{`F%d,x,1,,,,,li,,` + "\n", "owner", "import_many_match"},                  // I8
	{`F%d,x,1,,,,,nobody,,` + "\n", "owner", "import_no_match"},                // I8
	{`F%d,x,1,,,,,,nothing,` + "\n", "parent", "import_no_match"},              // I8
	{`F%d,x,1,,,鼓楼区,,,,` + "\n", "region", "import_many_regions"},              // I12
	{`F%d,x,1,,,亚特兰蒂斯,,,,` + "\n", "region", "not_a_region"},                   // I12
	{`F%d,,1,,,,,,,` + "\n", "name", "required"},                               // I13
	{`F%d,x,USD 5,,,,,,,` + "\n", "amount", "import_other_currency"},           // V1
	{`F%d,x,much,,,,,,,` + "\n", "amount", "import_not_a_number"},
	{`F%d,x,1,,,,many,,,` + "\n", "number", "import_not_a_number"},
	{`F%d,x,1,,,,,,,,,more` + "\n", "", "import_more_cells"},
	{`C1,again,1,,,,,,,` + "\n", "code", "import_key_twice"},
}

// largeFile writes the file; a fault stands on every hundredth row. want counts the
// faults by column and code, lines holds where each stands.
func largeFile() (content string, created int, want map[string]int, lines map[string]bool) {
	var b strings.Builder
	b.WriteString("Leads of 2026\n" + largeHeader)
	want, lines = map[string]int{}, map[string]bool{}
	for i := 1; i <= largeRows; i++ {
		row := i + 2
		if i%100 == 0 {
			f := largeFaults[i/100%len(largeFaults)]
			line := f.line
			if strings.Contains(line, "%d") {
				line = fmt.Sprintf(line, i)
			}
			b.WriteString(line)
			want[f.column+"|"+f.code]++
			lines[fmt.Sprintf("%d|%s|%s", row, f.column, f.code)] = true
			continue
		}
		created++
		fmt.Fprintf(&b, "C%d,Lead %d,\"¥1,%03d.50\",%d/%d/2026,2026-01-31 下午3:%02d,浙江省杭州市,%d,li.two,%s,red\n",
			i, i, i%1000, i%28+1, i%12+1, i%60, i, map[bool]string{true: fmt.Sprintf("C%d", i+1)}[i%1000 == 1])
	}
	return b.String(), created, want, lines
}

// Acceptance: of a file with 100,000 rows and every kind of fault, each fault is
// reported with its line, column and reason, the other rows are imported, and the
// undo leaves the store as it was, but for records that were worked on since.
func TestImportOfALargeFileWithEveryFault(t *testing.T) {
	o := newTestApp(t, largeEntity)
	call := record.Call{Actor: o.admin, Source: record.SourceAPI}
	for _, login := range []string{"li.one", "li.two"} {
		o.person(login, "sales")
		id := o.one("user", `["login","=","`+login+`"]`)["id"].(string)
		if _, err := o.records.Update(t.Context(), call, "user", id, map[string]any{"name": "li"}); err != nil {
			t.Fatal(err)
		}
	}
	// C2 was there before and is updated.
	o.run(o.admin, Job{Inputs: text("a.csv", "code,name,amount\nC2,Before,7\nX,Other,8\n"), Entity: "lead"})
	m := &Mapping{Files: []FileMapping{{Entity: "lead", Key: "code", Columns: map[string]Columns{
		"code": {{Field: "code"}}, "name": {{Field: "name"}}, "amount": {{Field: "amount"}}, "due": {{Field: "due", Format: "DD/MM/YYYY"}}, "met": {{Field: "met"}},
		"region": {{Field: "region"}}, "number": {{Field: "number"}}, "owner": {{Field: "owner"}}, "parent": {{Field: "parent"}},
	}}}}
	content, created, want, lines := largeFile()
	began := time.Now()
	p := o.run(o.admin, Job{Inputs: text("leads.csv", content), Document: m})
	t.Logf("imported in %v", time.Since(began))
	f := file(t, p)
	faults := largeRows - created
	if p.State != Done || f.Rows != largeRows || f.Failed != faults || f.Created != created-1 || f.Updated != 1 || f.Header != 2 || !slices.Equal(f.Ignored, []string{"colour"}) {
		t.Fatalf("%s", pretty(p))
	}
	got := map[string]int{}
	for _, g := range p.Problems {
		got[g.Column+"|"+g.Code] += g.Count
		if g.Texts.En == "" || g.Texts.ZhCN == "" {
			t.Errorf("%v", g)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("problems %v, want %v", got, want)
	}
	var report strings.Builder
	if err := o.transfer.Problems(t.Context(), o.admin, p.ID, "en", &report); err != nil {
		t.Fatal(err)
	}
	o.checkReport(report.String(), lines)
	if n := o.count("lead", `["parent","present"]`); n != int64(largeRows)/1000 {
		t.Errorf("%d references", n)
	}
	if n := o.count("lead", `["region","=","330100"]`); n != int64(created) {
		t.Errorf("%d regions", n)
	}

	worked := o.one("lead", `["code","=","C5"]`)["id"].(string)
	if _, err := o.records.Update(t.Context(), call, "lead", worked, map[string]any{"name": "Called"}); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	p = o.undo(o.admin, p.ID)
	t.Logf("undone in %v", time.Since(began))
	if u := p.Undo; p.State != Undone || u.KeptCount != 1 || u.Kept[0].ID != worked || u.Deleted["lead"] != created-2 || u.Restored["lead"] != 1 {
		t.Fatalf("%s", pretty(p))
	}
	if o.count("lead", "") != 3 || o.one("lead", `["code","=","C5"]`)["name"] != "Called" {
		t.Errorf("%d leads", o.count("lead", ""))
	}
	if c2 := o.one("lead", `["code","=","C2"]`); c2["name"] != "Before" || c2["amount"] != "7" || c2["due"] != nil || c2["owner"] != nil {
		t.Errorf("%v", c2)
	}
}

// checkReport compares the file of problems with the faults of the import.
func (o *testApp) checkReport(report string, lines map[string]bool) {
	o.t.Helper()
	got := map[string]bool{}
	for i, cells := range o.csv(report) {
		if i > 0 {
			got[cells[2]+"|"+cells[3]+"|"+cells[5]] = true
			if cells[6] == "" {
				o.t.Errorf("%v", cells)
			}
		}
	}
	if !maps.Equal(got, lines) {
		for line := range lines {
			if !got[line] {
				o.t.Errorf("not reported: %s", line)
				break
			}
		}
		o.t.Errorf("%d faults reported, want %d", len(got), len(lines))
	}
}
