package access

import (
	"maps"
	"slices"

	"weft/runtime/query"
)

// union joins row filters with or, as simply as possible: nil (all rows) takes
// everything, duplicates are dropped, and lists of ids of the same field become
// one list, so that common rights stay one condition which an index serves.
func union(parts []query.Expr) query.Expr {
	ids := map[string]map[string]bool{}
	var fields []string
	rest := map[string]query.Expr{}
	var order []string
	for _, p := range flatten(parts) {
		if p == nil {
			return nil
		}
		if field, list, ok := idList(p); ok {
			if ids[field] == nil {
				ids[field] = map[string]bool{}
				fields = append(fields, field)
			}
			for _, id := range list {
				ids[field][id] = true
			}
			continue
		}
		key := canonical(p)
		if _, twice := rest[key]; !twice {
			rest[key] = p
			order = append(order, key)
		}
	}
	var out query.Any
	slices.Sort(fields)
	for _, f := range fields {
		out = append(out, oneOf(f, sorted(ids[f])))
	}
	slices.Sort(order)
	for _, key := range order {
		out = append(out, rest[key])
	}
	if len(out) == 1 {
		return out[0]
	}
	return append(query.Any{}, out...)
}

// flatten opens nested Any parts and Alls of one part.
func flatten(parts []query.Expr) []query.Expr {
	var out []query.Expr
	for _, p := range parts {
		switch x := p.(type) {
		case query.Any:
			out = append(out, flatten(x)...)
		case query.All:
			switch len(x) {
			case 0:
				out = append(out, nil)
			case 1:
				out = append(out, flatten(x)...)
			default:
				out = append(out, x)
			}
		default:
			out = append(out, p)
		}
	}
	return out
}

// idList recognises a plain "field is one of these ids".
func idList(x query.Expr) (field string, ids []string, ok bool) {
	c, isCmp := x.(query.Cmp)
	if !isCmp || c.Path.Kind != query.Key || c.Path.Through != "" || c.Path.Visible != nil {
		return "", nil, false
	}
	switch v := c.Value.(type) {
	case string:
		return c.Path.Field, []string{v}, c.Op == query.Eq
	case []any:
		for _, one := range v {
			s, isString := one.(string)
			if !isString {
				return "", nil, false
			}
			ids = append(ids, s)
		}
		return c.Path.Field, ids, c.Op == query.In
	}
	return "", nil, false
}

// overlap gives the rows in both filters: nothing is exported that is not read.
func overlap(a, b query.Expr) query.Expr {
	if isNone(a) || isNone(b) {
		return query.Any{}
	}
	if canonical(a) == canonical(b) {
		return a
	}
	return both(a, b)
}

func isNone(x query.Expr) bool {
	any, ok := x.(query.Any)
	return ok && len(any) == 0
}

// sorted are the keys of a map; never nil.
func sorted[V any](set map[string]V) []string {
	keys := slices.AppendSeq(make([]string, 0, len(set)), maps.Keys(set))
	slices.Sort(keys)
	return keys
}

// canonical is a text of a filter: equal filters have equal texts.
func canonical(x query.Expr) string { return string(query.AppendCanonical(nil, x)) }
