package access

import (
	"fmt"
	"slices"
	"strings"

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

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// canonical writes a filter so that equal filters read equal.
func canonical(x query.Expr) string {
	var b strings.Builder
	writeCanonical(&b, x)
	return b.String()
}

func writeCanonical(b *strings.Builder, x query.Expr) {
	switch x := x.(type) {
	case nil:
		b.WriteString("true")
	case query.All:
		writeParts(b, "all", x)
	case query.Any:
		writeParts(b, "any", x)
	case query.Not:
		writeParts(b, "not", []query.Expr{x.X})
	case query.Cmp:
		p := x.Path
		fmt.Fprintf(b, "[%s %q %q %q %d %#v ", x.Op, p.Through, p.Via, p.Field, p.Kind, x.Value)
		writeCanonical(b, p.Scope)
		b.WriteByte(' ')
		writeCanonical(b, p.Visible)
		b.WriteByte(']')
	}
}

func writeParts(b *strings.Builder, name string, parts []query.Expr) {
	b.WriteString(name + "(")
	for _, p := range parts {
		writeCanonical(b, p)
		b.WriteByte(',')
	}
	b.WriteByte(')')
}
