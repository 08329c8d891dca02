package model

import (
	"unicode/utf8"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Bounds of tags.
const (
	tagLimit  = 100 // tags on one record
	tagLength = 64  // characters of one tag
)

func init() { registerType(tagsType{plain{schemas.TypeTags, query.Keys}}) }

// tagsType is a set of free words. Space around a tag does not count.
type tagsType struct{ plain }

func (tagsType) Schema(f *schemas.Field) map[string]any {
	return keysSchema(f, tagLimit, map[string]any{"type": "string", "minLength": 1, "maxLength": tagLength})
}

func (tagsType) Check(f *schemas.Field) []problem.Field {
	return append(checkOnly(f, "default", "x-indexed", "minItems", "maxItems"), checkItems(f, itemLimit)...)
}

func (tagsType) Normalise(f *Field, wire any) (any, []problem.Field) {
	return normaliseKeys(f.Def, wire, tagLimit, normaliseTag)
}

func normaliseTag(item any) (any, []problem.Field) {
	s, ok := item.(string)
	if !ok {
		return nil, wrongType("string")
	}
	clean, _, ps := cleanText(s)
	if ps != nil {
		return nil, ps
	}
	if clean == "" {
		return nil, refuse("too_short", "min", 1)
	}
	if utf8.RuneCountInString(clean) > tagLength {
		return nil, refuse("too_long", "max", tagLength)
	}
	return clean, nil
}

func (tagsType) filterValue(_ *Field, wire any) (any, bool) {
	tag, ps := normaliseTag(wire)
	return tag, ps == nil
}

func (tagsType) Format(_ *Field, stored any, _ string) string {
	return formatKeys(stored, func(tag string) string { return tag })
}
