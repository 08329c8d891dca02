package builder

import (
	"encoding/json"
	"slices"
	"strings"

	"weft/schemas"
)

// mentions lists the definitions of set, other than the entity itself, that
// mention an entity and, if field is not "", that field of it. It compares words,
// so it may list a definition that means something else, but omits none.
func mentions(set *schemas.Set, entity, field string) []string {
	var out []string
	for _, d := range set.All() {
		if d.DefinitionKind() == schemas.KindEntity && d.DefinitionKey() == entity || d.DefinitionKind() == schemas.KindTemplate && field != "" {
			continue
		}
		words := wordsOf(d)
		if words[entity] && (field == "" || words[field]) {
			out = append(out, name(d))
		}
	}
	return out
}

// wordsOf gathers the strings of a definition and its member names, paths also
// by their parts, formulas by their identifiers.
func wordsOf(d schemas.Definition) map[string]bool {
	words := map[string]bool{}
	data, err := schemas.Encode(d)
	var v any
	if err != nil || json.Unmarshal(data, &v) != nil {
		return words
	}
	gather(v, words)
	return words
}

func gather(v any, words map[string]bool) {
	switch x := v.(type) {
	case string:
		for _, w := range strings.FieldsFunc(x, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9' && r < 'a' || r > 'z')
		}) {
			words[w] = true
		}
	case []any:
		for _, sub := range x {
			gather(sub, words)
		}
	case map[string]any:
		for key, sub := range x {
			words[key] = true
			gather(sub, words)
		}
	}
}

// formsWithout lists the forms of an entity that do not show a field: nobody
// could fill it in there.
func formsWithout(set *schemas.Set, entity, field string) []string {
	var out []string
	for _, f := range set.Forms {
		shown := slices.ContainsFunc(f.Sections, func(s schemas.Section) bool { return slices.Contains(s.Fields, field) })
		if f.Entity == entity && !shown {
			out = append(out, name(f))
		}
	}
	return out
}
