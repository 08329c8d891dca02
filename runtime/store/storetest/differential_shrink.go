package storetest

import (
	"fmt"
	"slices"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
)

// shrink reduces a question on which the stores differ: first the question, then
// the documents. It stops when nothing more can be left out.
func (w *fixture) shrink(q *question) {
	for again := true; again; {
		again = false
		for _, smaller := range simpler(*q) {
			if w.check(smaller) != "" {
				*q, again = smaller, true
				break
			}
		}
	}
	for _, collection := range []string{"deal", "account"} {
		for _, id := range w.ids(collection) {
			w.leaveOut(*q, collection, id)
		}
	}
}

// leaveOut deletes a document if the stores still differ without it.
func (w *fixture) leaveOut(q question, collection, id string) {
	old := w.docs[collection][id].doc
	w.commit(store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}, OldRev: old.Rev})
	if w.check(q) == "" {
		w.commit(store.Op{Kind: store.Insert, Collection: collection, Doc: old})
	}
}

// simpler returns slightly smaller questions.
func simpler(q question) []question {
	var out []question
	if q.aggregate != nil {
		for _, a := range simplerAggregates(*q.aggregate) {
			out = append(out, question{aggregate: &a})
		}
		return out
	}
	for _, where := range simplerExprs(q.find.Where) {
		smaller := q
		smaller.find.Where = where
		out = append(out, smaller)
	}
	for i := range q.find.Sort {
		smaller := q
		smaller.find.Sort = slices.Delete(slices.Clone(q.find.Sort), i, i+1)
		out = append(out, smaller)
		if t := q.find.Sort[i]; t.Path.Visible != nil {
			smaller.find.Sort = slices.Clone(q.find.Sort)
			smaller.find.Sort[i].Path.Visible = nil
			out = append(out, smaller)
		}
	}
	if len(q.limits) > 1 {
		smaller := q
		smaller.limits = q.limits[:1]
		out = append(out, smaller)
	}
	return out
}

func simplerAggregates(a store.Aggregate) []store.Aggregate {
	var out []store.Aggregate
	for _, where := range simplerExprs(a.Where) {
		smaller := a
		smaller.Where = where
		out = append(out, smaller)
	}
	for i := range a.Groups {
		smaller := a
		smaller.Groups, smaller.Sort = slices.Delete(slices.Clone(a.Groups), i, i+1), nil
		out = append(out, smaller)
	}
	for i := range a.Metrics {
		smaller := a
		smaller.Metrics, smaller.Sort = slices.Delete(slices.Clone(a.Metrics), i, i+1), nil
		out = append(out, smaller)
	}
	if a.Limit > 0 || a.Sort != nil {
		smaller := a
		smaller.Limit, smaller.Sort = 0, nil
		out = append(out, smaller)
	}
	return out
}

// simplerExprs returns the parts of a filter, and the filter without each of them.
func simplerExprs(x query.Expr) []query.Expr {
	switch x := x.(type) {
	case query.All:
		return simplerParts(x, func(parts []query.Expr) query.Expr { return query.All(parts) })
	case query.Any:
		return simplerParts(x, func(parts []query.Expr) query.Expr { return query.Any(parts) })
	case query.Not:
		out := []query.Expr{nil, x.X}
		for _, inner := range simplerExprs(x.X) {
			out = append(out, query.Not{X: inner})
		}
		return out
	case query.Cmp:
		return append([]query.Expr{nil}, simplerComparisons(x)...)
	}
	return nil
}

func simplerParts(parts []query.Expr, join func([]query.Expr) query.Expr) []query.Expr {
	out := []query.Expr{nil}
	for i, part := range parts {
		out = append(out, part, join(slices.Delete(slices.Clone(parts), i, i+1)))
		for _, inner := range simplerExprs(part) {
			if inner != nil {
				changed := slices.Clone(parts)
				changed[i] = inner
				out = append(out, join(changed))
			}
		}
	}
	return out
}

func simplerComparisons(c query.Cmp) []query.Expr {
	var out []query.Expr
	if c.Path.Visible != nil {
		smaller := c
		smaller.Path.Visible = nil
		out = append(out, smaller)
	}
	if c.Path.Scope != nil {
		smaller := c
		smaller.Path.Scope = nil
		out = append(out, smaller)
	}
	if list, ok := c.Value.([]any); ok && c.Op == query.In {
		for i := range list {
			smaller := c
			smaller.Value = slices.Delete(slices.Clone(list), i, i+1)
			out = append(out, smaller)
		}
	}
	return out
}

func describeQuestion(q question) string {
	var b strings.Builder
	if a := q.aggregate; a != nil {
		fmt.Fprintf(&b, "aggregate where %s", query.AppendCanonical(nil, a.Where))
		for _, g := range a.Groups {
			fmt.Fprintf(&b, "\n group %s: %s%s %s", g.Name, query.AppendPath(nil, g.Path), g.Bucket, g.Zone)
		}
		for _, m := range a.Metrics {
			fmt.Fprintf(&b, "\n %s: %s %s", m.Name, m.Func, query.AppendPath(nil, m.Path))
		}
		fmt.Fprintf(&b, "\n sort %+v limit %d", a.Sort, a.Limit)
		return b.String()
	}
	fmt.Fprintf(&b, "find where %s", query.AppendCanonical(nil, q.find.Where))
	for _, t := range q.find.Sort {
		fmt.Fprintf(&b, "\n sort by %sdesc %v", query.AppendPath(nil, t.Path), t.Desc)
	}
	fmt.Fprintf(&b, "\n id desc %v, bare %v, limits %v, count up to %d", q.find.IDDesc, q.find.IDsOnly, q.limits, q.cap)
	return b.String()
}
