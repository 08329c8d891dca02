package model

import (
	"math"
	"strconv"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// The number of stars: where the field says nothing, and at most.
const (
	ratingDefault = 5
	ratingLimit   = 10
)

func init() { registerType(ratingType{plain{schemas.TypeRating, query.Number}}) }

// ratingType is a whole number of stars from 1 to the field's x-max.
type ratingType struct{ plain }

func (ratingType) Schema(f *schemas.Field) map[string]any {
	return map[string]any{"type": "integer", "minimum": 1, "maximum": ratingMax(f)}
}

func ratingMax(f *schemas.Field) int {
	if f.Max == 0 {
		return ratingDefault
	}
	return f.Max
}

func (ratingType) Check(f *schemas.Field) []problem.Field {
	ps := checkStored(f, "x-max", "x-sortable")
	if f.Max < 0 || f.Max > ratingLimit {
		ps = append(ps, problem.At("/x-max", "bound_out_of_range", "min", 1, "max", ratingLimit))
	}
	return ps
}

func (ratingType) Normalise(f *Field, wire any) (any, []problem.Field) {
	x, ok := toFloat(wire)
	if !ok || x != math.Trunc(x) {
		return nil, wrongType("integer")
	}
	if x < 1 {
		return nil, refuse("too_small", "min", 1)
	}
	if top := ratingMax(f.Def); x > float64(top) {
		return nil, refuse("too_great", "max", top)
	}
	return x, nil
}

func (ratingType) Format(_ *Field, stored any, _ string) string {
	x, _ := toFloat(stored)
	return strconv.FormatFloat(x, 'f', -1, 64)
}
