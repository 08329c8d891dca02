package storetest

import (
	compare "cmp"
	"fmt"

	"weft/runtime/query"
	"weft/runtime/store"
)

// The expected order is implemented here again, independently of the stores.

// order compares two documents by the terms of a find, then by id.
func (w *fixture) order(f store.Find, a, b string) int {
	for _, t := range f.Sort {
		x, y := query.Value(t.Path, w.docs["deal"][a].body, w.get), query.Value(t.Path, w.docs["deal"][b].body, w.get)
		if n := orderValues(t.Path.Kind, x, y, t.Desc); n != 0 {
			return n
		}
	}
	if f.IDDesc {
		return compare.Compare(b, a)
	}
	return compare.Compare(a, b)
}

// orderRows compares two rows of an aggregate: by the names wanted, then by the
// groups, texts of equal sort keys by their bytes.
func orderRows(a store.Aggregate, x, y store.Row) int {
	kinds := map[string]query.Kind{}
	for _, m := range a.Metrics {
		kinds[m.Name] = m.Path.Kind
	}
	for _, g := range a.Groups {
		kinds[g.Name] = g.Path.Kind
	}
	for _, s := range a.Sort {
		if n := orderRow(kinds[s.Name], x[s.Name], y[s.Name], s.Desc); n != 0 {
			return n
		}
	}
	for _, g := range a.Groups {
		if n := orderRow(kinds[g.Name], x[g.Name], y[g.Name], false); n != 0 {
			return n
		}
	}
	return 0
}

func orderRow(k query.Kind, x, y any, desc bool) int {
	n := orderValues(k, x, y, desc)
	a, isText := x.(string)
	b, also := y.(string)
	if n == 0 && isText && also {
		n = compare.Compare(a, b)
		if desc {
			n = -n
		}
	}
	return n
}

// orderValues puts unset values last in both directions.
func orderValues(k query.Kind, x, y any, desc bool) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	case desc:
		return orderSet(k, y, x)
	}
	return orderSet(k, x, y)
}

func orderSet(k query.Kind, x, y any) int {
	switch a := x.(type) {
	case float64:
		return compare.Compare(a, y.(float64))
	case int64: // a count
		return compare.Compare(a, y.(int64))
	case bool:
		switch {
		case a == y.(bool):
			return 0
		case a:
			return 1
		}
		return -1
	case string:
		return orderTexts(k, a, y.(string))
	}
	panic(fmt.Sprintf("storetest: %T has no order", x))
}

func orderTexts(k query.Kind, a, b string) int {
	if k == query.Decimal {
		m, ok := query.DecimalToScaled(a)
		n, also := query.DecimalToScaled(b)
		if ok && also {
			return m.Cmp(n)
		}
	}
	if k == query.Text {
		return compare.Compare(query.SortKey(a), query.SortKey(b))
	}
	return compare.Compare(a, b)
}
