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

// A formula is a value computed from the record's other fields.
func init() { registerType(computedType{schemas.TypeFormula, resultOf, checkFormula}) }

// computedType is a value that the server computes; it looks like one of the
// type that result gives.
type computedType struct {
	name   schemas.FieldType
	result func(*schemas.Field) Type
	check  func(*schemas.Field) []problem.Field
}

func (t computedType) Name() schemas.FieldType                { return t.name }
func (t computedType) Kind(f *schemas.Field) query.Kind       { return t.result(f).Kind(f) }
func (t computedType) Check(f *schemas.Field) []problem.Field { return t.check(f) }
func (computedType) Warn(*Field, any) []problem.Field         { return nil }
func (t computedType) Wire(f *Field, stored any) any          { return t.result(f.Def).Wire(f, stored) }

func (t computedType) Schema(f *schemas.Field) map[string]any {
	s := t.result(f).Schema(f)
	s["readOnly"] = true
	return s
}

func (t computedType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return t.result(f.Def).Normalise(f, wire)
}

func (t computedType) Format(f *Field, stored any, lang string) string {
	return t.result(f.Def).Format(f, stored, lang)
}

func checkFormula(f *schemas.Field) []problem.Field {
	known := []string{"x-formula", "x-result", "x-indexed", "x-searchable", "x-sortable", "x-currency", "x-reveals"}
	if f.Result == schemas.TypeText { // the titles of the texts that it gives
		known = append(known, "x-choices")
	}
	ps := append(checkOnly(f, known...), checkResult(f)...)
	if f.Result == schemas.TypeText && f.Choices != nil {
		ps = append(ps, checkChoices(f)...)
	}
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
