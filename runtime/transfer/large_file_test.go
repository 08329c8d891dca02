package transfer

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const prospectEntity = `{"kind":"entity","key":"prospect","type":"object","x-title":{"zh-CN":"潜客","en":"Prospect"},"x-title-field":"name","required":["name"],"properties":{
	"no":{"x-type":"text","x-title":{"zh-CN":"编号","en":"No"},"x-unique":true},
	"name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"},"x-searchable":true},
	"mail":{"x-type":"email","x-title":{"zh-CN":"邮箱","en":"Mail"},"x-unique":true},
	"phone":{"x-type":"phone","x-title":{"zh-CN":"电话","en":"Phone"}},
	"amount":{"x-type":"currency","x-title":{"zh-CN":"金额","en":"Amount"},"x-currency":"CNY"},
	"score":{"x-type":"number","x-title":{"zh-CN":"评分","en":"Score"}},
	"day":{"x-type":"date","x-title":{"zh-CN":"日期","en":"Day"}},
	"at":{"x-type":"datetime","x-title":{"zh-CN":"时间","en":"At"}},
	"sector":{"x-type":"choice","x-title":{"zh-CN":"行业","en":"Sector"},"x-choices":[{"key":"it","title":{"zh-CN":"信息","en":"IT"}},{"key":"food","title":{"zh-CN":"食品","en":"Food"}}]},
	"region":{"x-type":"region","x-title":{"zh-CN":"地区","en":"Region"}},
	"account":{"x-type":"reference","x-title":{"zh-CN":"客户","en":"Account"},"x-entity":"account"}}}`

// prospectFaults are cells that a row is refused for: column, value and reason.
var prospectFaults = []struct{ column, value, code string }{
	{"Amount", "USD 5", "import_other_currency"},
	{"Day", "31/31/2026", "import_not_a_date"},
	{"Day", "1/2/2026", "import_date_order"},
	{"At", "tomorrow", "import_not_a_date"},
	{"Sector", "不存在", "not_a_choice"},
	{"Mail", "nobody", "not_an_email"},
	{"Mail", "u0@example.com", "unique"},
	{"Name", " ", "required"},
	{"Score", "1.2.3", "import_not_a_number"},
	{"Region", "火星", "not_a_region"},
	{"Phone", "12", "not_a_phone"},
	{"No", "L0", "import_key_twice"},
	{"Account", "nobody & sons", "import_no_match"},
}

// prospects are rows of which every faultEvery-th has a fault; the rows of a
// fault are given by its index.
func prospects(rows, faultEvery int) (csv string, faulty map[int][]int) {
	columns := []string{"No", "Name", "Mail", "Phone", "Amount", "Score", "Day", "At", "Sector", "Region", "Account"}
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + "\n")
	faulty = map[int][]int{}
	for i := range rows {
		cells := map[string]string{
			"No": fmt.Sprintf("L%d", i), "Name": fmt.Sprintf("客户 %d", i), "Mail": fmt.Sprintf("u%d@example.com", i), "Phone": fmt.Sprintf("138%08d", i),
			"Amount": fmt.Sprintf("¥%d.%02d", i, i%100), "Score": fmt.Sprint(i % 100), "Day": fmt.Sprintf("2026-%02d-%02d", 1+i%12, 1+i%28),
			"At": fmt.Sprintf("2026-%02d-%02d 08:30", 1+i%12, 1+i%28), "Sector": []string{"信息", "Food", "it"}[i%3], "Region": "330106",
		}
		if i%faultEvery == faultEvery-1 {
			k := i / faultEvery % len(prospectFaults)
			cells[prospectFaults[k].column] = prospectFaults[k].value
			faulty[k] = append(faulty[k], i+2)
		}
		for n, c := range columns {
			if n > 0 {
				b.WriteByte(',')
			}
			b.WriteString(cells[c])
		}
		b.WriteByte('\n')
	}
	return b.String(), faulty
}

// A large file with faults of all kinds: each is reported with row, column and
// reason, the other rows come in, and the undo leaves nothing. With WEFT_SOAK=1
// the file has 100,000 rows.
func TestALargeFileIsImportedExceptForItsFaults(t *testing.T) {
	t.Parallel()
	rows := 4000
	if os.Getenv("WEFT_SOAK") != "" {
		rows = 100_000
	}
	o := newTestApp(t, prospectEntity)
	csv, faulty := prospects(rows, rows/100)
	p := o.run(o.admin, Job{Inputs: text("p.csv", csv), Entity: "prospect"})
	if f := p.Files[0]; p.State != Done || f.Failed != 100 || f.Created != rows-100 || o.count("prospect", "") != int64(rows-100) {
		t.Fatalf("%s: %+v", p.State, f)
	}
	reported := map[string]ProblemGroup{}
	for _, g := range p.Problems {
		reported[g.Column+" "+g.Value+" "+g.Code] = g
	}
	for k, f := range prospectFaults {
		g, ok := reported[f.column+" "+f.value+" "+f.code]
		if !ok || g.Count != len(faulty[k]) || fmt.Sprint(g.Rows) != fmt.Sprint(faulty[k]) {
			t.Errorf("%s %q: want %s in rows %v", f.column, f.value, f.code, faulty[k])
		}
	}
	if t.Failed() || len(p.Problems) != len(prospectFaults) {
		t.Errorf("%d groups: %s", len(p.Problems), pretty(p.Problems))
	}
	u := o.undo(o.admin, p.ID)
	if u.State != Undone || u.Undo.Deleted["prospect"] != rows-100 || o.count("prospect", "") != 0 {
		t.Errorf("undo: %s", pretty(u))
	}
}
