package model

import (
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(multiChoiceType{plain{schemas.TypeMultiChoice, query.Keys}}) }

// multiChoiceType is a set of keys of a fixed list.
type multiChoiceType struct{ plain }

func (multiChoiceType) Schema(f *schemas.Field) map[string]any {
	return keysSchema(f, itemLimit, map[string]any{"type": "string", "enum": choiceKeys(f)})
}

func (multiChoiceType) Check(f *schemas.Field) []problem.Field {
	ps := checkOnly(f, "default", "x-indexed", "x-choices", "minItems", "maxItems")
	return append(append(ps, checkChoices(f)...), checkItems(f, itemLimit)...)
}

func (multiChoiceType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return normaliseKeys(f.Def, wire, itemLimit, func(item any) (any, []problem.Field) {
		return choiceType{}.Normalise(f, item)
	})
}

func (multiChoiceType) filterValue(f *Field, wire any) (any, bool) {
	key, ps := choiceType{}.Normalise(f, wire)
	return key, ps == nil
}

func (multiChoiceType) Format(f *Field, stored any, lang string) string {
	return formatKeys(stored, func(key string) string { return choiceTitle(f.Def, key, lang) })
}
