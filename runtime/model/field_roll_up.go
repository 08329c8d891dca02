package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// A roll-up is an aggregate over the records that refer to this one. A count is
// an integer; the others look like a value of the type x-result.
func init() { registerType(computedType{schemas.TypeRollUp, rollUpResult, checkRollUp}) }

func checkRollUp(f *schemas.Field) []problem.Field {
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
