package record

import (
	"encoding/json"
)

// sameValue tells whether two stored values are equal.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)
		return ok && x == y
	case float64:
		y, ok := b.(float64)
		return ok && x == y
	case bool:
		y, ok := b.(bool)
		return ok && x == y
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameValue(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	// Objects are rare and small: compare what would be stored.
	return string(appendValue(nil, a)) == string(appendValue(nil, b))
}

// storedForm brings what a field type returns into the types of decodeDoc, so
// that values compare whatever way they came. What is empty is unset: nil.
func storedForm(v any) any {
	switch x := v.(type) {
	case []string:
		if len(x) == 0 {
			return nil
		}
		list := make([]any, len(x))
		for i, s := range x {
			list[i] = s
		}
		return list
	case []any:
		if len(x) == 0 {
			return nil
		}
	case map[string]any:
		if len(x) == 0 {
			return nil
		}
	case int:
		return float64(x)
	case int64:
		return float64(x)
	case json.RawMessage:
		var y any
		if json.Unmarshal(x, &y) == nil {
			return storedForm(y)
		}
	}
	return v
}

// keysOf reads a stored array of keys.
func keysOf(v any) []string {
	list, _ := v.([]any)
	keys := make([]string, 0, len(list))
	for _, k := range list {
		if s, ok := k.(string); ok {
			keys = append(keys, s)
		}
	}
	return keys
}

// text reads a stored string, "" when it is unset.
func text(doc map[string]any, key string) string {
	s, _ := doc[key].(string)
	return s
}
