package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
)

// everything is an entity with a field of each type that a table can hold.
const everything = `{"kind":"entity","key":"thing","type":"object","x-title":{"zh-CN":"物","en":"Thing"},"x-title-field":"name","required":["name"],"properties":{
	"name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"},"x-unique":true},
	"note":{"x-type":"long_text","x-title":{"zh-CN":"备注","en":"Note"}},
	"other":{"x-type":"text","x-title":{"zh-CN":"备注","en":"Note"}},
	"n":{"x-type":"number","x-title":{"zh-CN":"数","en":"Number"}},
	"i":{"x-type":"integer","x-title":{"zh-CN":"整数","en":"Whole"}},
	"share":{"x-type":"percent","x-title":{"zh-CN":"比例","en":"Share"}},
	"amount":{"x-type":"currency","x-title":{"zh-CN":"金额","en":"Amount"}},
	"day":{"x-type":"date","x-title":{"zh-CN":"日","en":"Day"}},
	"at":{"x-type":"datetime","x-title":{"zh-CN":"时刻","en":"Instant"}},
	"yes":{"x-type":"boolean","x-title":{"zh-CN":"是否","en":"Yes or no"}},
	"kind":{"x-type":"choice","x-title":{"zh-CN":"类别","en":"Kind"},"x-choices":[{"key":"a","title":{"zh-CN":"甲","en":"A"}},{"key":"b","title":{"zh-CN":"甲","en":"B, C"}}]},
	"kinds":{"x-type":"multi_choice","x-title":{"zh-CN":"多类","en":"Kinds"},"x-choices":[{"key":"a","title":{"zh-CN":"甲、一","en":"A"}},{"key":"b","title":{"zh-CN":"乙","en":"B, C"}}]},
	"tags":{"x-type":"tags","x-title":{"zh-CN":"标签","en":"Tags"}},
	"phone":{"x-type":"phone","x-title":{"zh-CN":"电话","en":"Phone"}},
	"owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"}},
	"account":{"x-type":"reference","x-entity":"account","x-title":{"zh-CN":"客户","en":"Account"}},
	"place":{"x-type":"location","x-title":{"zh-CN":"位置","en":"Place"}}}}`

var things = []string{
	`{"name":"=HYPERLINK(\"x\")","note":"-1+1","other":"'quoted","n":-1.5,"i":-7,"share":12.5,"amount":"-1234567.8901","day":"2017-03-01","at":"2017-03-01T16:00:00.125Z","yes":false,"kind":"b","kinds":["a","b"],"tags":["x, y","z"],"phone":"+8613800138000","place":{"lat":39.9,"lng":116.4,"system":"wgs84"}}`,
	`{"name":"＝1","note":"line one\nline \"two\"","other":"\t=1","n":1e300,"i":9007199254740991,"amount":"999999999999999.9999","day":"0001-01-01","kinds":["b"],"tags":["[odd]"]}`,
	`{"name":"空 的"}`,
}

// newThings makes records with every kind of value; two users and two accounts
// share their names.
func newThings(t *testing.T) *testApp {
	t.Helper()
	o := newTestApp(t, everything)
	call := record.Call{Actor: o.admin, Source: "api"}
	make := func(entity, doc string) string {
		var values map[string]any
		d := json.NewDecoder(strings.NewReader(doc))
		d.UseNumber()
		if err := d.Decode(&values); err != nil {
			t.Fatal(err)
		}
		r, err := o.records.Create(t.Context(), call, entity, values)
		if err != nil {
			t.Fatalf("%s: %v %+v", doc, err, asProblem(err))
		}
		return r.ID
	}
	make("user", `{"login":"anna","name":"Li"}`)
	second := make("user", `{"login":"bob","name":"Li"}`)
	acme := make("account", `{"name":"Acme; Co"}`)
	for _, doc := range things {
		make("thing", doc[:len(doc)-1]+`,"owner":"`+second+`","account":"`+acme+`"}`)
	}
	return o
}

func (o *testApp) export(as *access.Actor, entity string, q read.Query, x ExportOptions) (string, error) {
	var b bytes.Buffer
	err := o.transfer.Export(o.t.Context(), record.Call{Actor: as}, entity, q, x, &b)
	return b.String(), err
}

func (o *testApp) all(entity string) string {
	o.t.Helper()
	p, err := o.reads.Query(o.t.Context(), o.admin, entity, read.Query{})
	if err != nil {
		o.t.Fatal(err)
	}
	return pretty(p.Items)
}

// What was exported is imported again as it was, in either form.
func TestExportsComeBackAsTheSameRecords(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]ExportOptions{
		"CSV, keys": {Format: CSV, Keys: true}, "CSV, Chinese": {Format: CSV, Lang: "zh-CN"}, "CSV, English": {Format: CSV, Lang: "en"},
		"XLSX, keys": {Format: XLSX, Keys: true}, "XLSX, Chinese": {Format: XLSX, Lang: "zh-CN"}, "XLSX, English": {Format: XLSX, Lang: "en"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newThings(t)
			content, err := o.export(o.admin, "thing", read.Query{}, x)
			if err != nil {
				t.Fatal(err)
			}
			p := o.run(o.admin, Job{Inputs: text("thing", content), Entity: "thing"})
			if f := file(t, p); f.Unchanged != 3 {
				t.Fatalf("into the same store: %s\n%s\n%s", pretty(p), content, o.all("thing"))
			}
			fields := []string{"name", "note", "other", "n", "i", "share", "amount", "day", "at", "yes", "kind", "kinds", "tags", "phone", "place"}
			if content, err = o.export(o.admin, "thing", read.Query{Fields: fields}, x); err != nil {
				t.Fatal(err)
			}
			other := newTestApp(t, everything)
			if f := file(t, other.run(other.admin, Job{Inputs: text("thing", content), Entity: "thing"})); f.Created != 3 {
				t.Fatalf("into another store: %s", pretty(f))
			}
			again, err := other.export(other.admin, "thing", read.Query{Fields: fields}, x)
			if err != nil || x.Format == CSV && again != content {
				t.Fatalf("%v\n%s\n%s", err, content, again)
			}
		})
	}
}

// S-15: an independent reader finds no formula.
func TestNoExportedCellIsAFormula(t *testing.T) {
	t.Parallel()
	o := newThings(t)
	content, err := o.export(o.admin, "thing", read.Query{Fields: []string{"name", "note", "other", "n"}}, ExportOptions{Format: CSV, Keys: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\"'=HYPERLINK(\"\"x\"\")\",'-1+1,''quoted,-1.5\n", "\n'=1,"} {
		if !strings.Contains(content, want) || !strings.HasPrefix(content, "\uFEFFname,note,other,n\n") {
			t.Errorf("CSV has no %q:\n%s", want, content)
		}
	}
	if content, err = o.export(o.admin, "thing", read.Query{}, ExportOptions{Format: XLSX, Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.xlsx")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if v, err := f.GetCellValue("Sheet1", "B2"); err != nil || v != `=HYPERLINK("x")` {
		t.Errorf("B2 is %q, %v", v, err)
	}
	if formula, err := f.GetCellFormula("Sheet1", "B2"); err != nil || formula != "" {
		t.Errorf("B2 has the formula %q, %v", formula, err)
	}
	if kind, err := f.GetCellType("Sheet1", "E2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a negative number is a cell of type %v, %v", kind, err)
	}
}

// S-01, S-03: an export holds what its person may export and read.
func TestAnExportHasTheRightsOfItsPerson(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	seller, manager := o.person("sam", "sales"), o.person("mia", "sales_manager")
	o.run(o.admin, Job{Inputs: text("o.csv", "external_id,name,owner\nA1,Hers,mia\nA2,His,sam\n"), Entity: "opportunity"})
	if out, err := o.export(seller, "opportunity", read.Query{}, ExportOptions{Format: CSV}); out != "" || asProblem(err) == nil || asProblem(err).Code != problem.Forbidden {
		t.Errorf("without the right to export: %q, %v", out, err)
	}
	out, err := o.export(manager, "opportunity", read.Query{}, ExportOptions{Format: CSV, Lang: "zh-CN"})
	if err != nil || !strings.Contains(out, "Hers") || strings.Contains(out, "His") || !strings.Contains(out, "商机名称") {
		t.Errorf("a manager's export: %v\n%s", err, out)
	}
	for name, q := range map[string]read.Query{
		"an unknown field": {Where: json.RawMessage(`["nope","=",1]`)}, "a bad order": {Sort: []string{"nope"}},
	} {
		if out, err := o.export(manager, "opportunity", q, ExportOptions{Format: CSV}); out != "" || asProblem(err) == nil || asProblem(err).Code != problem.Invalid {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	if out, err := o.export(manager, "opportunity", read.Query{Where: json.RawMessage(`["name","=","none"]`)}, ExportOptions{Format: CSV, Keys: true}); err != nil || strings.Count(out, "\n") != 1 {
		t.Errorf("nothing found is a header: %v %q", err, out)
	}
}

// I11: a workbook holds days and times as such.
func TestTimesOfAWorkbookAreTimes(t *testing.T) {
	t.Parallel()
	o := newThings(t)
	content, err := o.export(o.admin, "thing", read.Query{Fields: []string{"day", "at"}}, ExportOptions{Format: XLSX, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.xlsx")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	times := 0
	for _, column := range []string{"A", "B"} {
		for row := range 3 {
			cell := fmt.Sprint(column, row+2)
			raw, err := f.GetCellValue("Sheet1", cell, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			if raw == "" || strings.HasPrefix(raw, "0001") { // before the calendar of workbooks
				continue
			}
			if n, err := strconv.ParseFloat(raw, 64); err != nil || n < 20000 {
				t.Errorf("%s holds %q", cell, raw)
			}
			times++
		}
	}
	if times < 2 {
		t.Errorf("%d times", times)
	}
}
