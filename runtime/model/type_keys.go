package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// itemLimit is the most items an array field may hold.
const itemLimit = 1000

// normaliseKeys turns an array into stored Keys, item by item, and refuses
// doubles. An empty array is unset: it gives nil.
func normaliseKeys(f *schemas.Field, wire any, most int, item func(any) (any, []problem.Field)) (any, []problem.Field) {
	in, ok := keyList(wire)
	if !ok {
		return nil, wrongType("array")
	}
	if len(in) == 0 && (f.MinItems == nil || *f.MinItems == 0) {
		return nil, nil
	}
	if ps := checkCount(f, len(in), most); ps != nil {
		return nil, ps
	}
	out := make([]any, 0, len(in))
	var ps []problem.Field
	for i, raw := range in {
		v, wrongs := item(raw)
		switch {
		case wrongs != nil:
			ps = append(ps, prefixed(problem.Pointer(i), wrongs)...)
		case slices.Contains(out, v):
			ps = append(ps, problem.At(problem.Pointer(i), "duplicate_item"))
		default:
			out = append(out, v)
		}
	}
	if ps != nil {
		return nil, ps
	}
	return out, nil
}

// keyList reads an array as it comes from JSON, or from Go code as []string.
func keyList(wire any) ([]any, bool) {
	switch v := wire.(type) {
	case []any:
		return v, true
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out, true
	}
	return nil, false
}

// checkCount holds the number of items against the field's bounds; most is
// what the type allows where the field says nothing.
func checkCount(f *schemas.Field, n, most int) []problem.Field {
	if top := orElse(f.MaxItems, most); n > top {
		return refuse("too_many_items", "max", top)
	}
	if low := orElse(f.MinItems, 0); n < low {
		return refuse("too_few_items", "min", low)
	}
	return nil
}

// keysSchema is the JSON Schema of an array of items without doubles.
func keysSchema(f *schemas.Field, most int, items map[string]any) map[string]any {
	s := map[string]any{"type": "array", "items": items, "uniqueItems": true, "maxItems": orElse(f.MaxItems, most)}
	if f.MinItems != nil {
		s["minItems"] = *f.MinItems
	}
	return s
}

// formatKeys joins what show makes of each key; readers of files split at ";".
func formatKeys(stored any, show func(string) string) string {
	keys, _ := keyList(stored)
	var b []byte
	for i, k := range keys {
		if i > 0 {
			b = append(b, "; "...)
		}
		s, _ := k.(string)
		b = append(b, show(s)...)
	}
	return string(b)
}
