package access

import (
	"weft/runtime/query"
)

// rowTest tells whether a record in stored form is within a scope.
type rowTest func(doc map[string]any, lookup Lookup) bool

// compileRow makes the test of a scope; nil for all rows. Lists of owners, the
// usual scope, become one map lookup.
func compileRow(x query.Expr) rowTest {
	if x == nil {
		return nil
	}
	if field, ids, ok := idList(x); ok {
		set := make(map[string]bool, len(ids))
		for _, id := range ids {
			set[id] = true
		}
		return func(doc map[string]any, _ Lookup) bool {
			id, isString := doc[field].(string)
			return isString && set[id]
		}
	}
	if parts, ok := x.(query.Any); ok {
		tests := make([]rowTest, len(parts))
		for i, p := range parts {
			if tests[i] = compileRow(p); tests[i] == nil {
				return nil
			}
		}
		return func(doc map[string]any, lookup Lookup) bool {
			for _, t := range tests {
				if t(doc, lookup) {
					return true
				}
			}
			return false
		}
	}
	return func(doc map[string]any, lookup Lookup) bool { return matches(x, doc, lookup) }
}

// matches is query.Matches, but no row matches when a record that the filter
// looks at cannot be read: an unset value would make "not" and "!=" true.
func matches(x query.Expr, doc map[string]any, lookup Lookup) bool {
	failed := false
	ok := query.Matches(x, doc, func(collection, id string) map[string]any {
		if lookup == nil {
			return nil
		}
		other, err := lookup(collection, id)
		if err != nil {
			failed = true
		}
		return other
	})
	return ok && !failed
}
