package sqlite

import (
	"context"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// rowsFromCounts answers an aggregate from keptCounts, if they are built.
func (q *reader) rowsFromCounts(k *collection, a store.Aggregate) (rows []store.Row, ok bool) {
	f, ok := keptCountsFor(a)
	if !ok {
		return nil, false
	}
	ok = q.use(q.s.kept.find(k.Name, f.name()), q.inView, func(d keptData) { rows = d.(*keptCounts).rows(a) })
	return rows, ok
}

// buildAndUseCounts builds the keptCounts that can answer an aggregate, if any,
// and answers it.
func (q *reader) buildAndUseCounts(ctx context.Context, k *collection, a store.Aggregate) (rows []store.Row, ok bool, err error) {
	f, ok := keptCountsFor(a)
	if !ok {
		return nil, false, nil
	}
	if err := q.keep(ctx, k, f.name(), func() (keptData, error) { return q.buildCounts(k, f) }); err != nil {
		return nil, false, err
	}
	rows, ok = q.rowsFromCounts(k, a)
	return rows, ok, nil
}

// buildCounts computes keptCounts from the snapshot; nil when there are too many
// groups or values that are not texts.
func (q *reader) buildCounts(k *collection, f *keptCounts) (keptData, error) {
	b := q.newBuilder(k)
	b.write("SELECT ")
	if f.by == "" {
		b.write("NULL")
	} else {
		b.column(f.by)
	}
	b.write(", count(*)")
	for _, field := range f.sums {
		for _, around := range [3][2]string{{"count(", ")"}, {"sum(CAST(substr(", ",1,10) AS INTEGER))"}, {"sum(CAST(substr(", ",11,10) AS INTEGER))"}} {
			b.write(",", around[0])
			b.column(field)
			b.write(around[1])
		}
	}
	b.write(" FROM ", k.table, " t GROUP BY 1")
	if b.err != nil {
		return nil, b.err
	}
	fits := true
	err := q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		kind := row.ColumnType(0)
		g := f.group(row.ColumnText(0), kind == sqlite3.TypeNull)
		if fits = fits && g != nil && (kind == sqlite3.TypeNull || kind == sqlite3.TypeText); !fits {
			return nil
		}
		g.count = row.ColumnInt64(1)
		for i := range f.sums {
			g.sums[i] = decimalSum{row.ColumnInt64(3*i + 2), row.ColumnInt64(3*i + 3), row.ColumnInt64(3*i + 4)}
		}
		return nil
	})
	if err != nil || !fits {
		return nil, err
	}
	return f, nil
}

// countFromCounts answers a count of all documents, or of those with one of some
// values in one field, if keptCounts for it are built.
func (q *reader) countFromCounts(k *collection, where query.Expr, limit int) (n int64, ok bool) {
	f := &keptCounts{}
	values, ok := countOf(where, f)
	if !ok {
		return 0, false
	}
	ok = q.use(q.s.kept.find(k.Name, f.name()), q.inView, func(d keptData) { n = d.(*keptCounts).total(values) })
	if limit > 0 {
		n = min(n, int64(limit))
	}
	return n, ok
}

// keepCounts builds the keptCounts that can answer this count next time, if it
// was large.
func (q *reader) keepCounts(ctx context.Context, k *collection, where query.Expr, n int64) error {
	f := &keptCounts{groups: map[string]*group{}}
	if _, ok := countOf(where, f); !ok || n < q.s.options.limits.count || f.by == "id" {
		return nil
	}
	return q.keep(ctx, k, f.name(), func() (keptData, error) { return q.buildCounts(k, f) })
}

// countOf sets f.by to the field that a condition compares and returns the values;
// nil values mean all documents.
func countOf(where query.Expr, f *keptCounts) (values []any, ok bool) {
	if matchesAll(where) {
		return nil, true
	}
	if all, ok := where.(query.All); ok && len(all) == 1 {
		return countOf(all[0], f)
	}
	c, ok := where.(query.Cmp)
	if !ok || !isOwnField(c.Path) || c.Path.Kind != query.Key && c.Path.Kind != query.Text {
		return nil, false
	}
	f.by = c.Path.Field
	switch c.Op {
	case query.Eq:
		return []any{c.Value}, true
	case query.In:
		values, ok = c.Value.([]any)
		return values, ok && values != nil
	}
	return nil, false
}

// total is the number of documents with one of the values; nil: of all.
func (f *keptCounts) total(values []any) (n int64) {
	if values == nil {
		for _, g := range f.groups {
			n += g.count
		}
		return n
	}
	for i, v := range values {
		text, ok := v.(string)
		if g := f.groups[groupKey(text, false)]; ok && g != nil && !slices.Contains(values[:i], v) {
			n += g.count
		}
	}
	return n
}
