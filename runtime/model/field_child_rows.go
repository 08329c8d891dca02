package model

import (
	"strconv"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(childRowsType{plain{schemas.TypeChildRows, query.Object}}) }

// childRowsType is the whole set of a record's child rows. The rows are
// records of the child entity, so package record normalises each of them there;
// here only the shape is checked.
type childRowsType struct{ plain }

func (childRowsType) Schema(f *schemas.Field) map[string]any {
	s := keysSchema(f, itemLimit, map[string]any{"type": "object"})
	delete(s, "uniqueItems")
	return s
}

func (childRowsType) Check(f *schemas.Field) []problem.Field {
	ps := append(checkOnly(f, "x-child", "minItems", "maxItems"), checkItems(f, itemLimit)...)
	if f.Child == "" {
		ps = append(ps, problem.At("/x-child", "required"))
	}
	return ps
}

func (childRowsType) Normalise(f *Field, wire any) (any, []problem.Field) {
	rows, ok := wire.([]any)
	if !ok {
		return nil, wrongType("array")
	}
	ps := checkCount(f.Def, len(rows), itemLimit)
	for i, row := range rows {
		if _, ok := row.(map[string]any); !ok {
			ps = append(ps, prefixed(problem.Pointer(i), wrongType("object"))...)
		}
	}
	if ps != nil {
		return nil, ps
	}
	return wire, nil
}

func (childRowsType) Format(_ *Field, stored any, _ string) string {
	rows, _ := stored.([]any)
	return strconv.Itoa(len(rows))
}
