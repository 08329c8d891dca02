package transfer

import (
	"testing"

	"weft/runtime/record"
	"weft/runtime/record/read"
)

const numbered = `{"kind":"entity","key":"contract","type":"object","x-title":{"en":"Contract"},"x-title-field":"name","required":["name"],"properties":{
	"no":{"x-type":"auto_number","x-title":{"en":"No"},"x-unique":true,"x-auto-number":{"prefix":"HT-","digits":3}},
	"name":{"x-type":"text","x-title":{"en":"Name"}}}}`

// V9: an import may bring its running numbers, and later ones come after them.
func TestAnImportBringsItsRunningNumbers(t *testing.T) {
	t.Parallel()
	o := newTestApp(t, numbered)
	number := func(name string) any { return o.one("contract", `["name","=","`+name+`"]`)["no"] }
	p := o.run(o.admin, Job{Inputs: text("c.csv", "no,name\nHT-007,old\n,new\n"), Entity: "contract", KeyField: "no"})
	wantProblems(t, p, "3|no|import_key_empty")
	if number("old") != "HT-007" {
		t.Errorf("old has %v: %s", number("old"), pretty(p))
	}
	call := record.Call{Actor: o.admin, Source: record.SourceAPI}
	if _, err := o.records.Create(t.Context(), call, "contract", map[string]any{"name": "next"}); err != nil {
		t.Fatal(err)
	}
	if number("next") != "HT-008" {
		t.Errorf("next has %v", number("next"))
	}
	// The own export comes back unchanged, and another number is refused.
	content, err := o.export(o.admin, "contract", read.Query{}, ExportOptions{Format: CSV, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	p = o.run(o.admin, Job{Inputs: text("c.csv", content), Entity: "contract"})
	if f := file(t, p); f.Unchanged != 2 {
		t.Errorf("%s\n%s", content, pretty(p))
	}
	id := o.one("contract", `["name","=","old"]`)["id"].(string)
	p = o.run(o.admin, Job{Inputs: text("c.csv", "id,no,name\n"+id+",HT-020,old\n"), Entity: "contract"})
	wantProblems(t, p, "2|no|read_only")
}
