package model_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

// FuzzNormalise: no JSON value makes a type panic, and what is stored goes out
// and comes in again as the same.
func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{
		`"e\u0301"`, `"\ud800"`, `"\u0000"`, `""`, `1e400`, `-0`, `0.1`, `"12.50"`, `123456789012345.6789`, `true`, `[]`, `["red","green"]`, `[" a","b"]`,
		`"2026-01-31"`, `"2026-01-31T09:00:00.1239+08:00"`, `"0001-01-01T00:00:00+08:00"`, `"138 0000 5678"`, `"+86 571 88886666"`, `"１３８０００００００１"`, `"a@b.cn"`,
		`"https://例子.cn/?a=1"`, `"01890F3E-7B2C-7C3D-8E4F-0123456789AB"`, `["01890f3e-7b2c-7c3d-8e4f-0123456789ab"]`, `"330106"`, `"91330100799655058b"`,
		`{"lat":30.25,"lng":120.15,"system":"gcj02","address":"西湖"}`, `[{"name":"a"}]`, `null`,
	} {
		f.Add(seed)
	}
	var fields []*model.Field
	for _, name := range model.TypeNames() {
		fields = append(fields, field(schemas.Field{FieldType: name, Choices: colours, Result: schemas.TypeCurrency, AutoNumber: &schemas.AutoNumber{}}))
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var wire any
		if d.Decode(&wire) != nil || wire == nil {
			return
		}
		for _, f := range fields {
			model.FilterValue(f, wire)
			stored, ps := f.Type.Normalise(f, wire)
			if len(ps) > 0 || stored == nil {
				continue
			}
			f.Type.Format(f, stored, "zh-CN")
			f.Type.Warn(f, stored)
			again, ps := f.Type.Normalise(f, f.Type.Wire(f, stored))
			if len(ps) > 0 || !reflect.DeepEqual(again, stored) {
				t.Errorf("%s: %s is stored as %#v, then as %#v (%s)", f.Def.FieldType, text, stored, again, list(ps))
			}
		}
	})
}
