package sqlite

import (
	"context"
	"fmt"
	"strconv"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// Aggregate groups the documents that match. Grouped by a list of keys, a document
// counts once for each of its keys.
func (q *reader) Aggregate(ctx context.Context, collection string, a store.Aggregate) (rows []store.Row, err error) {
	k, err := q.s.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	if len(a.Groups) == 0 && len(a.Metrics) == 0 {
		return []store.Row{{}}, ctx.Err() // SQL would return a row for each document
	}
	rows, ok := q.rowsFromCounts(k, a)
	if !ok {
		err = q.asHeavy(ctx, func() error {
			if rows, ok, err = q.buildAndUseCounts(ctx, k, a); err != nil || ok {
				return err
			}
			return q.snapshot(func() error {
				return q.interruptible(ctx, func() error { rows, err = q.aggregate(k, a); return err })
			})
		})
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return store.FinishRows(rows, a), nil
}

func (q *reader) aggregate(k *collection, a store.Aggregate) ([]store.Row, error) {
	g := &grouping{builder: q.newBuilder(k)}
	g.write("SELECT ")
	for i, t := range a.Groups {
		g.group(i, t)
		g.write(",")
	}
	for _, m := range a.Metrics {
		g.metric(m)
		g.write(",")
	}
	g.write("1 FROM ", k.table, " t")
	for i, t := range a.Groups {
		g.unwind(i, t)
	}
	g.write(" WHERE ")
	g.expr(a.Where)
	for i := range a.Groups {
		g.write(map[bool]string{true: " GROUP BY ", false: ","}[i == 0], strconv.Itoa(i+1))
	}
	if g.err != nil {
		return nil, g.err
	}
	var rows []store.Row
	err := q.c.each(g.text(), g.args, func(row *sqlite3.Stmt) error {
		rows = append(rows, g.row(row, a))
		return nil
	})
	return rows, err
}

// grouping builds the statement of an aggregate and reads its rows.
type grouping struct {
	*builder
	readers []func(row *sqlite3.Stmt, column int) (value any, columns int)
}

// row reads one group.
func (g *grouping) row(row *sqlite3.Stmt, a store.Aggregate) store.Row {
	out := make(store.Row, len(a.Groups)+len(a.Metrics))
	column := 0
	for _, t := range a.Groups {
		if v := columnValue(row, column, t.Path.Kind); v != nil {
			out[t.Name] = v
		}
		column++
	}
	for i, m := range a.Metrics {
		v, n := g.readers[i](row, column)
		if v != nil {
			out[m.Name] = v
		}
		column += n
	}
	return out
}

// columnValue is a column in stored form.
func columnValue(row *sqlite3.Stmt, i int, kind query.Kind) any {
	switch row.ColumnType(i) {
	case sqlite3.TypeInteger:
		if kind == query.Bool {
			return row.ColumnInt64(i) != 0
		}
		return float64(row.ColumnInt64(i))
	case sqlite3.TypeFloat:
		return row.ColumnFloat(i)
	case sqlite3.TypeText:
		return row.ColumnText(i)
	}
	return nil
}

// group writes the expression of a group term.
func (g *grouping) group(i int, t query.GroupTerm) {
	switch {
	case t.Path.Kind == query.Keys && t.Path.Through == "":
		g.write("u", strconv.Itoa(i), ".value")
	case t.Bucket == "":
		g.value(t.Path)
	case t.Path.Kind == query.Date:
		g.dateBucket(t)
	default:
		g.write(fnBucket, "(")
		g.value(t.Path)
		g.write(",")
		g.arg(t.Bucket)
		g.write(",")
		g.arg(t.Zone)
		g.write(")")
	}
}

// unwind joins the keys of a list, one row each; a document without keys keeps one row.
func (g *grouping) unwind(i int, t query.GroupTerm) {
	if t.Path.Kind != query.Keys || t.Path.Through != "" {
		return
	}
	p := t.Path
	g.write(" LEFT JOIN json_each(")
	g.value(p)
	g.write(") u", strconv.Itoa(i))
}

// dateBuckets are the buckets of a date "2006-01-02", which need no time zone.
var dateBuckets = map[string][2]string{
	"day": {"", ""}, "month": {"substr(", ",1,7)"}, "year": {"substr(", ",1,4)"},
	"week": {"strftime('%G-W%V',", ")"},
}

func (g *grouping) dateBucket(t query.GroupTerm) {
	if t.Bucket == "quarter" {
		g.write("substr(")
		g.value(t.Path)
		g.write(",1,4)||'Q'||((substr(")
		g.value(t.Path)
		g.write(",6,2)+2)/3)")
		return
	}
	around, ok := dateBuckets[t.Bucket]
	if !ok {
		g.fail(fmt.Errorf("sqlite: bucket %q", t.Bucket))
	}
	g.write(around[0])
	g.value(t.Path)
	g.write(around[1])
}
