package record

import (
	"encoding/json"
	"strings"
	"testing"
	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
)

func BenchmarkRender(b *testing.B) {
	e := &model.Entity{}
	for _, k := range []string{"name", "stage", "amount", "owner", "note", "tags"} {
		f := &model.Field{Key: k, Kind: query.Text}
		if k == "amount" {
			f.Kind = query.Decimal
		}
		e.Fields = append(e.Fields, f)
	}
	body := []byte(`{"id":"0190a0a0-0000-7000-8000-000000000000","rev":3,"created_at":"2026-01-01T00:00:00.000Z","created_by":"0190a0a0-0000-7000-8000-000000000000","updated_at":"2026-01-01T00:00:00.000Z","updated_by":"0190a0a0-0000-7000-8000-000000000000","name":"上海某某科技有限公司","stage":"won","amount":"10000000000010000000","owner":"0190a0a0-0000-7000-8000-000000000000","note":"` + strings.Repeat("文字", 30) + `","tags":["a","b","c"]}`)
	r := newRenderer(e, (*access.Rights).ReadMask(&access.Rights{Actor: &access.Actor{Admin: true}}, "x", nil), nil)
	out := make([]byte, 0, 1024)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = r.append(out[:0], body); err != nil {
			b.Fatal(err)
		}
	}
	if !json.Valid(out) { b.Fatal(string(out)) }
}
