package storetest

import "weft/runtime/query"

// storedValue is the value of some document at a path, nil if it has none.
func (w *fixture) storedValue(p query.Path) any {
	collection := "deal"
	if p.Through != "" {
		collection = p.Through
	}
	all := w.ids(collection)
	if len(all) == 0 {
		return nil
	}
	v := w.docs[collection][all[w.r.IntN(len(all))]].body[p.Field]
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[w.r.IntN(len(list))]
	}
	return v
}

// comparable tells whether the language compares values of a kind with v.
func comparable(kind query.Kind, v any) bool {
	switch v.(type) {
	case float64:
		return kind == query.Number
	case bool:
		return kind == query.Bool
	case string:
		return kind != query.Number && kind != query.Bool
	}
	return false
}

// operand is a value to compare with, half the time one that some document has.
func (w *fixture) operand(p query.Path) any {
	if v := w.storedValue(p); w.r.IntN(2) == 0 && comparable(p.Kind, v) {
		return v
	}
	switch {
	case p.Field == "id":
		return []any{"d001", "d020", "d040", "d059", "a1", "a5", "x"}[w.r.IntN(7)]
	case p.Field == "rev":
		return float64(w.r.IntN(4))
	case p.Field == differFields.odd.Field && w.r.IntN(2) == 0:
		return oddNumbers[w.r.IntN(len(oddNumbers))]
	}
	return w.one(p.Kind)
}

// part returns a part of a text.
func (w *fixture) part(s string) string {
	runes := []rune(s)
	return string(runes[w.r.IntN(len(runes)+1):])
}

func prefixOf(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}
