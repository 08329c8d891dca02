package mongo

import (
	"reflect"

	"weft/runtime/query"
	"weft/runtime/store"
)

// withoutConstantTerms removes the terms that have the same value in all
// matches: they sort nothing, but an index with another direction would not be
// used.
func withoutConstantTerms(f store.Find) store.Find {
	var left []query.SortTerm
	var values []any
	for i, t := range f.Sort {
		if isConstant(f, i) {
			continue
		}
		left = append(left, t)
		if f.After != nil {
			values = append(values, f.After.Values[i])
		}
	}
	f.Sort = left
	if f.After != nil {
		f.After = &store.Position{Values: values, ID: f.After.ID}
	}
	return f
}

// isConstant tells whether the filter fixes the value of term i, to that of the
// position.
func isConstant(f store.Find, i int) bool {
	t := f.Sort[i]
	if t.Path.Through != "" || t.Path.Visible != nil {
		return false
	}
	for _, x := range query.FixedFields(f.Where) {
		if x.Path.Field == t.Path.Field {
			at := query.PositionOf(f.Sort[i:i+1], map[string]any{t.Path.Field: x.Value}, nil)
			return f.After == nil || reflect.DeepEqual(f.After.Values[i], at.Values[0])
		}
	}
	return false
}
