package storetest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"
)

// ids returns the ids of a collection of the fixture, sorted.
func (w *fixture) ids(collection string) []string {
	return slices.Sorted(maps.Keys(w.docs[collection]))
}

// answer is the expected answer of a find without limit, by query.Matches and an
// independent order.
func (w *fixture) answer(f store.Find) []string {
	out := []string{}
	for _, id := range w.ids("deal") {
		if query.Matches(f.Where, w.docs["deal"][id].body, w.get) {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return w.order(f, a, b) })
	return out
}

// rows is the expected answer of an aggregate.
func (w *fixture) rows(a store.Aggregate) []store.Row {
	groups := map[string]*groupSum{}
	for _, id := range w.ids("deal") {
		body := w.docs["deal"][id].body
		if !query.Matches(a.Where, body, w.get) {
			continue
		}
		for _, values := range w.groupsOf(a.Groups, body) {
			key := fmt.Sprintf("%#v", values)
			if groups[key] == nil {
				groups[key] = newSum(a, values)
			}
			groups[key].add(w, body)
		}
	}
	switch {
	case len(a.Groups)+len(a.Metrics) == 0:
		return []store.Row{{}}
	case len(a.Groups) == 0 && len(groups) == 0:
		groups[""] = newSum(a, nil)
	}
	rows := make([]store.Row, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		rows = append(rows, groups[key].row())
	}
	slices.SortStableFunc(rows, func(x, y store.Row) int { return orderRows(a, x, y) })
	if a.Limit > 0 && len(rows) > a.Limit {
		rows = rows[:a.Limit]
	}
	return rows
}

// groupsOf returns the group values under which a document counts: one row of
// values, or one per key of its lists.
func (w *fixture) groupsOf(terms []query.GroupTerm, body map[string]any) [][]any {
	out := [][]any{{}}
	for _, t := range terms {
		v := query.Value(t.Path, body, w.get)
		each := []any{v}
		if list, ok := v.([]any); ok && len(list) > 0 {
			each = list
		} else if ok {
			each = []any{nil}
		}
		if text, ok := v.(string); ok && t.Bucket != "" {
			zone, err := query.Zone(t.Zone)
			if err != nil {
				w.t.Fatal(err)
			}
			each = []any{query.Bucket(t.Path.Kind, text, t.Bucket, zone)}
		}
		var longer [][]any
		for _, before := range out {
			for _, v := range each {
				longer = append(longer, append(slices.Clone(before), v))
			}
		}
		out = longer
	}
	return out
}

// groupSum accumulates one group.
type groupSum struct {
	store.Aggregate
	values []any
	count  int64
	// set holds the set values of each metric.
	set [][]any
}

func newSum(a store.Aggregate, values []any) *groupSum {
	return &groupSum{Aggregate: a, values: values, set: make([][]any, len(a.Metrics))}
}

func (s *groupSum) add(w *fixture, body map[string]any) {
	s.count++
	for i, m := range s.Metrics {
		if m.Func == "count" {
			continue
		}
		if v := query.Value(m.Path, body, w.get); v != nil {
			s.set[i] = append(s.set[i], v)
		}
	}
}

func (s *groupSum) row() store.Row {
	row := store.Row{}
	for i, g := range s.Groups {
		if s.values[i] != nil {
			row[g.Name] = s.values[i]
		}
	}
	for i, m := range s.Metrics {
		if v := s.metric(m, s.set[i]); v != nil {
			row[m.Name] = v
		}
	}
	return row
}

func (s *groupSum) metric(m query.Metric, set []any) any {
	switch m.Func {
	case "count":
		return s.count
	case "count_distinct":
		seen := map[any]bool{}
		for _, v := range set {
			seen[v] = true
		}
		return int64(len(seen))
	}
	if len(set) == 0 {
		return nil
	}
	switch {
	case m.Func == "min":
		return slices.MinFunc(set, func(a, b any) int { return orderSet(m.Path.Kind, a, b) })
	case m.Func == "max":
		return slices.MaxFunc(set, func(a, b any) int { return orderSet(m.Path.Kind, a, b) })
	case m.Path.Kind == query.Decimal:
		total := new(big.Int)
		for _, v := range set {
			scaled, _ := query.DecimalToScaled(v.(string))
			total.Add(total, scaled)
		}
		if m.Func == "avg" {
			return query.AverageDecimal(query.ScaledToDecimal(total), int64(len(set)))
		}
		return query.ScaledToDecimal(total)
	}
	total := 0.0
	for _, v := range set {
		total += v.(float64)
	}
	if m.Func == "avg" {
		total /= float64(len(set))
	}
	return query.RoundSum(total)
}

// checkAggregate compares rows; numbers are chosen so that sums of doubles are
// exact before they are rounded: difference "last digits of sums".
func (w *fixture) checkAggregate(s store.Store, a store.Aggregate) error {
	rows, err := s.Aggregate(w.ctx, "deal", a)
	if err != nil {
		return fmt.Errorf("aggregate: %w", err)
	}
	want := w.rows(a)
	if len(rows) != len(want) {
		return fmt.Errorf("%d rows %v, want %d: %v", len(rows), rows, len(want), want)
	}
	for i := range rows {
		if got, want := fmt.Sprintf("%#v", rows[i]), fmt.Sprintf("%#v", want[i]); got != want {
			return fmt.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
	return nil
}
