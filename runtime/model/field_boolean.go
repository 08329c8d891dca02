package model

import (
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(booleanType{plain{schemas.TypeBoolean, query.Bool}}) }

// booleanType is true or false.
type booleanType struct{ plain }

func (booleanType) Check(f *schemas.Field) []problem.Field {
	return checkOnly(f, "default", "x-indexed", "x-sortable")
}

func (booleanType) Schema(*schemas.Field) map[string]any {
	return map[string]any{"type": "boolean"}
}

func (booleanType) Normalise(_ *Field, wire any) (any, []problem.Field) {
	if _, ok := wire.(bool); !ok {
		return nil, wrongType("boolean")
	}
	return wire, nil
}

var yes, no = schemas.Title{ZhCN: "是", En: "Yes"}, schemas.Title{ZhCN: "否", En: "No"}

func (booleanType) Format(_ *Field, stored any, lang string) string {
	if stored == true {
		return yes.In(lang)
	}
	return no.In(lang)
}
