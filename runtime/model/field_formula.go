package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// resultTypes are what a formula or roll-up may give.
var resultTypes = []schemas.FieldType{
	schemas.TypeText, schemas.TypeNumber, schemas.TypeInteger, schemas.TypeCurrency,
	schemas.TypePercent, schemas.TypeDate, schemas.TypeDatetime, schemas.TypeBoolean,
}

func init() { registerType(formulaType{}) }

// formulaType is a value computed from the record's other fields; it looks
// like one of the type x-result.
type formulaType struct{}

func (formulaType) Name() schemas.FieldType { return schemas.TypeFormula }

func (formulaType) Kind(f *schemas.Field) query.Kind { return resultOf(f).Kind(f) }

func (formulaType) Schema(f *schemas.Field) map[string]any {
	s := resultOf(f).Schema(f)
	s["readOnly"] = true
	return s
}

func (formulaType) Check(f *schemas.Field) []problem.Field {
	known := []string{"x-formula", "x-result", "x-indexed", "x-searchable", "x-sortable", "x-currency", "x-reveals"}
	ps := append(checkOnly(f, known...), checkResult(f)...)
	if f.Result == schemas.TypeInteger { // nothing makes sure that it comes out whole
		ps = append(ps, problem.At("/x-result", "result_type"))
	}
	if f.Formula == "" {
		ps = append(ps, problem.At("/x-formula", "required"))
	}
	if f.Searchable && f.Result != schemas.TypeText {
		ps = append(ps, problem.At("/x-searchable", "annotation_unused", "type", string(f.Result)))
	}
	return ps
}

func checkResult(f *schemas.Field) []problem.Field {
	if f.Result == "" {
		return []problem.Field{problem.At("/x-result", "required")}
	}
	if !slices.Contains(resultTypes, f.Result) {
		return []problem.Field{problem.At("/x-result", "result_type")}
	}
	return nil
}

// resultOf is the type of the computed value. A definition without a valid
// x-result never passes Check; text is used until then.
func resultOf(f *schemas.Field) Type {
	if slices.Contains(resultTypes, f.Result) {
		return types[f.Result]
	}
	return types[schemas.TypeText]
}

func (formulaType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return resultOf(f.Def).Normalise(f, wire)
}

func (formulaType) Warn(*Field, any) []problem.Field { return nil }

func (formulaType) Wire(f *Field, stored any) any { return resultOf(f.Def).Wire(f, stored) }

func (formulaType) Format(f *Field, stored any, lang string) string {
	return resultOf(f.Def).Format(f, stored, lang)
}
