package transfer

import (
	"strings"
	"testing"

	"weft/runtime/record"
	"weft/runtime/record/read"
)

const promise = `{"kind":"entity","key":"promise","type":"object","x-title":{"zh-CN":"承诺","en":"Promise"},"properties":{
	"name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"}},
	"made_at":{"x-type":"datetime","x-title":{"zh-CN":"承诺时间","en":"Made at"}},
	"kept_at":{"x-type":"datetime","x-title":{"zh-CN":"完成时间","en":"Kept at"}},
	"within":{"x-type":"clock","x-title":{"zh-CN":"时限","en":"Within"},"x-clock":{"start":{"field":"made_at"},"limit":"2d","stop":{"field":"kept_at"}}}}}`

// A clock is exported as its due time, its state and the hours that are left; importing
// the file leaves it to be computed.
func TestExportOfClocks(t *testing.T) {
	t.Parallel()
	o := newTestApp(t, promise)
	for _, values := range []map[string]any{
		{"name": "kept", "made_at": "2017-03-01T00:00:00Z", "kept_at": "2017-03-03T01:30:00Z"},
		{"name": "late", "made_at": "2017-03-01T00:00:00Z"},
		{"name": "none"},
	} {
		if _, err := o.records.Create(t.Context(), record.Call{Actor: o.admin, Source: "api"}, "promise", values); err != nil {
			t.Fatal(err)
		}
	}
	q := read.Query{Sort: []string{"name"}, Fields: []string{"name", "within"}}
	got, err := o.export(o.admin, "promise", q, ExportOptions{Format: CSV, Lang: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(got, "\uFEFF")), "\n")
	if len(lines) != 4 || lines[0] != "名称,时限,时限 · 状态,时限 · 剩余小时" || lines[1] != "kept,,已结束,-1.5" ||
		!strings.HasPrefix(lines[2], "late,2017-03-03 08:00:00,已超时,-") || lines[3] != "none,,," {
		t.Errorf("%s", got)
	}
	got, err = o.export(o.admin, "promise", q, ExportOptions{Format: CSV, Keys: true})
	if err != nil || !strings.HasPrefix(got, "\uFEFFname,within,within.state,within.left\nkept,,stopped,-5400\nlate,2017-03-03T00:00:00.000Z,overdue,-") {
		t.Errorf("%s %v", got, err)
	}
}
