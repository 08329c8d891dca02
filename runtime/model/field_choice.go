package model

import (
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(choiceType{plain{schemas.TypeChoice, query.Key}}) }

// choiceType is one key of a fixed list.
type choiceType struct{ plain }

func (choiceType) Schema(f *schemas.Field) map[string]any {
	return map[string]any{"type": "string", "enum": choiceKeys(f)}
}

func (choiceType) Check(f *schemas.Field) []problem.Field {
	return append(checkStored(f, "x-choices", "x-sortable"), checkChoices(f)...)
}

// choiceKeys lists the keys of the field's choices, hidden ones included:
// old records still hold them.
func choiceKeys(f *schemas.Field) []string {
	keys := make([]string, len(f.Choices))
	for i, c := range f.Choices {
		keys[i] = c.Key
	}
	return keys
}

// findChoice finds a choice by key; nil when there is none.
func findChoice(f *schemas.Field, key string) *schemas.Choice {
	for i := range f.Choices {
		if f.Choices[i].Key == key {
			return &f.Choices[i]
		}
	}
	return nil
}

// choiceTitle is the title of a key, the key itself when it is no choice.
func choiceTitle(f *schemas.Field, key, lang string) string {
	if c := findChoice(f, key); c != nil {
		if title := c.Title.In(lang); title != "" {
			return title
		}
	}
	return key
}

func checkChoices(f *schemas.Field) []problem.Field {
	if len(f.Choices) == 0 {
		return []problem.Field{problem.At("/x-choices", "required")}
	}
	var ps []problem.Field
	seen := map[string]bool{}
	for i, c := range f.Choices {
		at := problem.Pointer("x-choices", i, "key")
		if !isChoiceKey(c.Key) {
			ps = append(ps, problem.At(at, "choice_key"))
		}
		if seen[c.Key] {
			ps = append(ps, problem.At(at, "choice_twice", "key", c.Key))
		}
		seen[c.Key] = true
	}
	return ps
}

// isChoiceKey tells whether key is 1 to 64 letters, digits, "_", "-" or ".".
func isChoiceKey(key string) bool {
	if key == "" || len(key) > 64 {
		return false
	}
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

func (choiceType) Normalise(f *Field, wire any) (any, []problem.Field) {
	key, ok := wire.(string)
	if !ok {
		return nil, wrongType("string")
	}
	if findChoice(f.Def, key) == nil {
		return nil, refuse("not_a_choice")
	}
	return wire, nil
}

func (choiceType) Format(f *Field, stored any, lang string) string {
	key, _ := stored.(string)
	return choiceTitle(f.Def, key, lang)
}
