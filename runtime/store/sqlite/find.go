package sqlite

import (
	"context"
	"fmt"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Find answers at most f.Limit documents; a limit of 0 or less means none.
func (q *reader) Find(ctx context.Context, collection string, f store.Find) ([]store.Doc, error) {
	k, err := q.s.catalog.get(collection)
	if err != nil || f.Limit <= 0 {
		return nil, err
	}
	if f.After != nil && len(f.After.Values) != len(f.Sort) {
		return nil, fmt.Errorf("sqlite: a position has %d values for %d sort terms", len(f.After.Values), len(f.Sort))
	}
	var docs []store.Doc
	switch {
	case hasMatch(f.Where):
		err = q.asHeavy(ctx, func() error { docs, err = q.search(ctx, k, f); return err })
	case q.weighed || k.weigh(f) > heavy:
		docs, err = q.findByIndex(ctx, k, f)
	default:
		err = q.asHeavy(ctx, func() error { docs, err = q.findByIndex(ctx, k, f); return err })
	}
	return docs, err
}

// findByIndex reads documents in the order of an index, where there is one.
func (q *reader) findByIndex(ctx context.Context, k *collection, f store.Find) (docs []store.Doc, err error) {
	switch {
	case len(f.Sort) > 0 && k.served(f.Where, nil, f.Sort[0].Path):
		read := func() error { docs, err = q.readPage(k, f); return err }
		if k.covered(f.Where, f.Sort) { // is short, and too frequent for the cost of an interrupt
			err = q.snapshot(read)
			break
		}
		err = q.snapshot(func() error { return q.interruptible(ctx, read) })
	case len(f.Sort) == 0 && matchesAll(f.Where) && f.Limit <= coveringLimit && !f.IDsOnly:
		err = q.snapshot(func() error { docs, err = q.pageByID(k, f); return err })
	default:
		err = q.interruptible(ctx, func() error { docs, err = q.find(k, f); return err })
	}
	return docs, err
}

func (q *reader) find(k *collection, f store.Find) ([]store.Doc, error) {
	b := q.newBuilder(k)
	b.write("SELECT t.id, t.rev", bodyColumn(f.IDsOnly), " FROM ", k.table, " t WHERE ")
	b.expr(f.Where)
	b.rest(f)
	return b.docs(f.IDsOnly)
}

// rest writes the parts after the condition: position, order, limit.
func (b *builder) rest(f store.Find) {
	if f.After != nil {
		b.write(" AND ")
		b.after(f.Sort, f.After.Values, f.After.ID, f.IDDesc)
	}
	b.write(" ORDER BY ")
	for _, t := range f.Sort {
		b.order(t)
	}
	b.write("t.id", direction(f.IDDesc), " LIMIT ")
	b.arg(f.Limit)
}

func bodyColumn(idsOnly bool) string {
	if idsOnly {
		return ""
	}
	return ", t.body"
}

func direction(desc bool) string {
	if desc {
		return " DESC"
	}
	return ""
}

// order writes one key of an order: unset values last both ways.
func (b *builder) order(t query.SortTerm) {
	b.value(t.Path) // is unset when its sort key is, and cheaper
	b.write(" IS NULL,")
	b.orderValue(t.Path)
	b.write(direction(t.Desc), ",")
}

// orderValue writes the value by which a path is sorted: of a text the sort key,
// stored or computed.
func (b *builder) orderValue(p query.Path) {
	switch {
	case p.Kind != query.Text:
		b.value(p)
		return
	case p.Through != "":
		b.write(fnSort, "(")
		b.value(p)
		b.write(")")
		return
	}
	if p.Visible != nil {
		b.write("CASE WHEN ")
		b.expr(p.Visible)
		b.write(" THEN ")
	}
	sql, err := sortColumn(b.alias, p.Field)
	if err != nil {
		b.fail(err)
	}
	b.write(sql)
	if p.Visible != nil {
		b.write(" END")
	}
}

// after writes the condition that a row follows a position: it is greater in the
// first term, or equal there and follows in the others.
func (b *builder) after(terms []query.SortTerm, values []any, id string, idDesc bool) {
	if len(terms) == 0 {
		b.write("t.id", map[bool]string{false: ">", true: "<"}[idDesc])
		b.arg(id)
		return
	}
	t, v := terms[0], values[0]
	b.write("(")
	if v != nil {
		b.orderValue(t.Path)
		b.write(map[bool]string{false: ">", true: "<"}[t.Desc])
		b.arg(v)
		b.write(" OR ")
		b.value(t.Path)
		b.write(" IS NULL OR ")
	}
	if v == nil {
		b.value(t.Path)
		b.write(" IS NULL AND ")
	} else {
		b.orderValue(t.Path)
		b.write("=")
		b.arg(v)
		b.write(" AND ")
	}
	b.after(terms[1:], values[1:], id, idDesc)
	b.write(")")
}

// docs runs a statement that selects id, rev and, unless idsOnly, body.
func (b *builder) docs(idsOnly bool) ([]store.Doc, error) {
	if b.err != nil {
		return nil, b.err
	}
	var docs []store.Doc
	var mem arena
	err := b.q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		docs = append(docs, mem.doc(row, idsOnly))
		return nil
	})
	return docs, err
}

func (a *arena) doc(row *sqlite3.Stmt, idsOnly bool) store.Doc {
	d := store.Doc{ID: a.text(row, 0), Rev: row.ColumnInt64(1)}
	if !idsOnly {
		d.Body = a.column(row, 2)
	}
	return d
}

// Count counts the documents that match, up to limit when it is above 0.
func (q *reader) Count(ctx context.Context, collection string, where query.Expr, limit int) (n int64, err error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if n, ok := q.countFromCounts(k, where, limit); ok {
		return n, ctx.Err()
	}
	err = q.asHeavy(ctx, func() error {
		err := q.snapshot(func() error {
			return q.interruptible(ctx, func() error { n, err = q.count(k, where, limit); return err })
		})
		if err == nil && limit <= 0 {
			err = q.keepCounts(ctx, k, where, n)
		}
		return err
	})
	return n, err
}

func (q *reader) count(k *collection, where query.Expr, limit int) (int64, error) {
	b := q.newBuilder(k)
	if limit > 0 {
		b.write("SELECT count(*) FROM (SELECT 1 FROM ", k.table, " t WHERE ")
	} else {
		b.write("SELECT count(*) FROM ", k.table, " t WHERE ")
	}
	b.expr(where)
	if limit > 0 {
		b.write(" LIMIT ")
		b.arg(limit)
		b.write(")")
	}
	if b.err != nil {
		return 0, b.err
	}
	return q.c.number(b.text(), b.args...)
}
