package query

import (
	"encoding/json"
	"slices"
	"strings"
)

// Matches is the predicate in memory. doc is a record in stored form, as
// decoded from JSON; get finds a record across a reference, nil when there is
// none. Both may be asked for rows that the reader cannot see: Scope and
// Visible are applied here.
func Matches(x Expr, doc map[string]any, get func(collection, id string) map[string]any) bool {
	switch x := x.(type) {
	case nil:
		return true
	case All:
		for _, part := range x {
			if !Matches(part, doc, get) {
				return false
			}
		}
		return true
	case Any:
		for _, part := range x {
			if Matches(part, doc, get) {
				return true
			}
		}
		return false
	case Not:
		return !Matches(x.X, doc, get)
	case Cmp:
		return x.holds(Value(x.Path, doc, get))
	}
	return false
}

// Value is what lies at a path for its reader: nil when it is unset, the
// record across the reference is gone or outside Scope, or Visible does not hold.
func Value(p Path, doc map[string]any, get func(collection, id string) map[string]any) any {
	if p.Visible != nil && !Matches(p.Visible, doc, get) {
		return nil
	}
	if p.Through == "" {
		return doc[p.Field]
	}
	id, ok := doc[p.Via].(string)
	if !ok || get == nil {
		return nil
	}
	far := get(p.Through, id)
	if far == nil || p.Scope != nil && !Matches(p.Scope, far, get) {
		return nil
	}
	return far[p.Field]
}

func (c Cmp) holds(v any) bool {
	switch c.Op {
	case Empty:
		return v == nil
	case Present:
		return v != nil
	case Ne:
		return v == nil || !equal(c.Path.Kind, v, c.Value)
	}
	if v == nil {
		return false
	}
	switch c.Op {
	case Eq:
		return equal(c.Path.Kind, v, c.Value)
	case In:
		list, _ := c.Value.([]any)
		for _, want := range list {
			if equal(c.Path.Kind, v, want) {
				return true
			}
		}
		return false
	case Between:
		list, _ := c.Value.([]any)
		return len(list) == 2 && within(c.Path.Kind, v, list[0], list[1])
	case Contains, Starts, Match:
		return c.textHolds(v)
	}
	n, ok := compare(c.Path.Kind, v, c.Value)
	return ok && (c.Op == Lt && n < 0 || c.Op == Le && n <= 0 || c.Op == Gt && n > 0 || c.Op == Ge && n >= 0)
}

func (c Cmp) textHolds(v any) bool {
	s, ok := v.(string)
	if !ok {
		return false
	}
	if w, isWord := c.Value.(Word); isWord {
		return w.foundIn(s)
	}
	part, ok := c.Value.(string)
	if c.Op == Starts {
		return ok && strings.HasPrefix(Fold(s), part)
	}
	return ok && strings.Contains(Fold(s), part)
}

func within(kind Kind, v, low, high any) bool {
	a, ok := compare(kind, v, low)
	b, also := compare(kind, v, high)
	return ok && also && a >= 0 && b <= 0
}

func equal(kind Kind, v, want any) bool {
	switch kind {
	case Keys:
		return hasKey(v, want)
	case Bool:
		a, ok := v.(bool)
		b, also := want.(bool)
		return ok && also && a == b
	}
	n, ok := compare(kind, v, want)
	return ok && n == 0
}

func hasKey(v, want any) bool {
	key, _ := want.(string)
	switch list := v.(type) {
	case []any:
		for _, k := range list {
			if s, ok := k.(string); ok && s == key {
				return true
			}
		}
	case []string:
		if slices.Contains(list, key) {
			return true
		}
	}
	return false
}

// compare orders two set values of one kind; ok is false when one is of none.
func compare(kind Kind, a, b any) (n int, ok bool) {
	if kind == Number {
		x, ok := number(a)
		y, also := number(b)
		switch {
		case !ok || !also:
			return 0, false
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	x, ok := a.(string)
	y, also := b.(string)
	return strings.Compare(x, y), ok && also
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	case int64:
		return float64(x), true
	case int:
		return float64(x), true
	}
	return 0, false
}

// Walk calls fn with every part of a filter that is not made of others, its
// comparisons; filters within their paths are not visited.
func Walk(x Expr, fn func(Expr)) {
	switch x := x.(type) {
	case nil:
	case All:
		for _, part := range x {
			Walk(part, fn)
		}
	case Any:
		for _, part := range x {
			Walk(part, fn)
		}
	case Not:
		Walk(x.X, fn)
	default:
		fn(x)
	}
}
