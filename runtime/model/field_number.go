package model

import (
	"encoding/json"
	"math"
	"strconv"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// safeInteger is the greatest whole number that a double, and so any JSON
// reader, keeps exactly.
const safeInteger = 1<<53 - 1

func init() {
	registerType(numberType{plain: plain{schemas.TypeNumber, query.Number}})
	registerType(numberType{plain: plain{schemas.TypeInteger, query.Number}, whole: true})
	registerType(numberType{plain: plain{schemas.TypePercent, query.Number}, suffix: "%"})
}

// numberType is number, integer and percent. A percent of 12.5 means 12.5 %.
type numberType struct {
	plain
	whole  bool
	suffix string
}

func (t numberType) Schema(f *schemas.Field) map[string]any {
	s := map[string]any{"type": "number"}
	if t.whole {
		s = map[string]any{"type": "integer", "minimum": -safeInteger, "maximum": safeInteger}
	}
	addBounds(s, f)
	return s
}

// addBounds writes the field's minimum and maximum into a JSON Schema.
func addBounds(s map[string]any, f *schemas.Field) {
	if f.Minimum != nil {
		s["minimum"] = *f.Minimum
	}
	if f.Maximum != nil {
		s["maximum"] = *f.Maximum
	}
}

func (t numberType) Check(f *schemas.Field) []problem.Field {
	return append(checkStored(f, "minimum", "maximum", "x-sortable"), checkBounds(f)...)
}

func (t numberType) Normalise(f *Field, wire any) (any, []problem.Field) {
	x, ok := toFloat(wire)
	if !ok {
		return nil, wrongType("number")
	}
	if t.whole && x != math.Trunc(x) {
		return nil, wrongType("integer")
	}
	if t.whole && math.Abs(x) > safeInteger {
		return nil, refuse("integer_too_great", "max", safeInteger)
	}
	if ps := checkRange(f.Def, x); ps != nil {
		return nil, ps
	}
	return x, nil
}

// toFloat reads a JSON number; what is not finite is refused.
func toFloat(wire any) (float64, bool) {
	var x float64
	switch v := wire.(type) {
	case float64:
		x = v
	case json.Number:
		parsed, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return 0, false
		}
		x = parsed
	case int:
		x = float64(v)
	case int64:
		x = float64(v)
	default:
		return 0, false
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, false
	}
	return x + 0, true // -0 becomes 0
}

// checkRange holds x against the field's minimum and maximum.
func checkRange(f *schemas.Field, x float64) []problem.Field {
	if f.Minimum != nil && x < *f.Minimum {
		return refuse("too_small", "min", *f.Minimum)
	}
	if f.Maximum != nil && x > *f.Maximum {
		return refuse("too_great", "max", *f.Maximum)
	}
	return nil
}

func (t numberType) Format(_ *Field, stored any, _ string) string {
	x, ok := toFloat(stored)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64) + t.suffix
}
