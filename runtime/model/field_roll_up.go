package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(rollUpType{}) }

// rollUpType is an aggregate over the records that refer to this one. A count is
// an integer; the others look like a value of the type x-result.
type rollUpType struct{}

func (rollUpType) Name() schemas.FieldType { return schemas.TypeRollUp }

func (rollUpType) Kind(f *schemas.Field) query.Kind { return rollUpResult(f).Kind(f) }

func (rollUpType) Schema(f *schemas.Field) map[string]any {
	s := rollUpResult(f).Schema(f)
	s["readOnly"] = true
	return s
}

func (rollUpType) Check(f *schemas.Field) []problem.Field {
	ps := checkOnly(f, "x-roll-up", "x-result", "x-indexed", "x-sortable", "x-currency", "x-reveals")
	r := f.RollUp
	if r == nil {
		return append(ps, problem.At("/x-roll-up", "required"))
	}
	for name, v := range map[string]string{"entity": r.Entity, "field": r.Field} {
		if v == "" {
			ps = append(ps, problem.At("/x-roll-up/"+name, "required"))
		}
	}
	switch {
	case !slices.Contains([]string{"count", "sum", "avg", "min", "max"}, r.Func):
		ps = append(ps, problem.At("/x-roll-up/func", "roll_up_func"))
	case r.Func == "count" && r.Of != "":
		ps = append(ps, problem.At("/x-roll-up/of", "annotation_unused", "type", "count"))
	case r.Func != "count" && r.Of == "":
		ps = append(ps, problem.At("/x-roll-up/of", "required"))
	}
	if r.Func == "count" && f.Result != "" && f.Result != schemas.TypeInteger {
		ps = append(ps, problem.At("/x-result", "result_type"))
	}
	if r.Func != "count" {
		ps = append(ps, checkResult(f)...)
	}
	if r.Func == "avg" && f.Result == schemas.TypeInteger {
		ps = append(ps, problem.At("/x-result", "result_type"))
	}
	return ps
}

// rollUpResult is the type of the aggregate's value.
func rollUpResult(f *schemas.Field) Type {
	if f.RollUp == nil || f.RollUp.Func == "count" {
		return types[schemas.TypeInteger]
	}
	return resultOf(f)
}

func (rollUpType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return rollUpResult(f.Def).Normalise(f, wire)
}

func (rollUpType) Warn(*Field, any) []problem.Field { return nil }

func (rollUpType) Wire(f *Field, stored any) any { return rollUpResult(f.Def).Wire(f, stored) }

func (rollUpType) Format(f *Field, stored any, lang string) string {
	return rollUpResult(f.Def).Format(f, stored, lang)
}
