package store

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"weft/runtime/query"
)

// rowOrder orders the rows of an aggregate.
type rowOrder struct {
	by    []RowSort
	kinds map[string]query.Kind // of groups and decimal metrics
	keys  map[string]string     // sort keys of the texts
}

// FinishRows rounds, sorts and cuts the rows of an aggregate, for adapters.
func FinishRows(rows []Row, a Aggregate) []Row {
	roundSums(rows, a.Metrics)
	sortRows(rows, a)
	if a.Limit > 0 && len(rows) > a.Limit {
		rows = rows[:a.Limit]
	}
	return rows
}

// roundSums rounds sums and averages of doubles (query.RoundSum).
func roundSums(rows []Row, metrics []query.Metric) {
	for _, m := range metrics {
		if m.Func != "sum" && m.Func != "avg" {
			continue
		}
		for _, row := range rows {
			if f, ok := row[m.Name].(float64); ok {
				row[m.Name] = query.RoundSum(f)
			}
		}
	}
}

// sortRows sorts the rows of an aggregate: by a.Sort, then by group
// values, unset values last. Texts are compared by their sort keys, then by their
// bytes.
func sortRows(rows []Row, a Aggregate) {
	o := &rowOrder{by: slices.Clone(a.Sort), kinds: map[string]query.Kind{}, keys: map[string]string{}}
	for _, m := range a.Metrics {
		o.kinds[m.Name] = m.Path.Kind
	}
	for _, t := range a.Groups {
		o.by = append(o.by, RowSort{Name: t.Name})
		o.kinds[t.Name] = t.Path.Kind
		if t.Path.Kind == query.Text {
			o.addKeys(rows, t.Name)
		}
	}
	slices.SortStableFunc(rows, func(x, y Row) int {
		for _, s := range o.by {
			if n := o.compare(s, x[s.Name], y[s.Name]); n != 0 {
				return n
			}
		}
		return 0
	})
}

func (o *rowOrder) addKeys(rows []Row, name string) {
	for _, row := range rows {
		text, set := row[name].(string)
		if _, have := o.keys[text]; set && !have {
			o.keys[text] = query.SortKey(text)
		}
	}
}

func (o *rowOrder) compare(s RowSort, x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil || y == nil:
		return signed(1, y == nil)
	}
	return signed(o.compareSet(o.kinds[s.Name], x, y), s.Desc)
}

func (o *rowOrder) compareSet(kind query.Kind, x, y any) int {
	a, ok := x.(string)
	b, also := y.(string)
	switch {
	case !ok || !also:
		return cmp.Compare(Float(x), Float(y))
	case kind == query.Decimal:
		return compareDecimals(a, b)
	case kind == query.Text:
		if n := strings.Compare(o.keys[a], o.keys[b]); n != 0 {
			return n
		}
	}
	return strings.Compare(a, b)
}

func signed(n int, desc bool) int {
	if desc {
		return -n
	}
	return n
}

// compareDecimals compares stored decimals; those of different length (large sums) by value.
func compareDecimals(x, y string) int {
	if len(x) == len(y) && !strings.HasPrefix(x, "-") && !strings.HasPrefix(y, "-") {
		return strings.Compare(x, y)
	}
	a, ok := new(big.Int).SetString(x, 10)
	b, also := new(big.Int).SetString(y, 10)
	if ok && also {
		return a.Cmp(b)
	}
	return strings.Compare(x, y)
}

// Float returns a number, or a Bool as 0 or 1, for comparisons in adapters; any
// other value is 0.
func Float(v any) float64 {
	switch n := v.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	case bool:
		if n {
			return 1
		}
	}
	return 0
}
