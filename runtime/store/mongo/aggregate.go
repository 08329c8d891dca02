package mongo

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// Aggregate groups what matches. A group by a list of keys counts a document
// once under each of its keys.
func (q *reader) Aggregate(ctx context.Context, collection string, a store.Aggregate) (rows []store.Row, err error) {
	k, err := q.catalog.get(collection)
	if err != nil {
		return nil, err
	}
	if len(a.Groups) == 0 && len(a.Metrics) == 0 {
		return []store.Row{{}}, ctx.Err()
	}
	if !q.pinned && severalReads(a) {
		err = q.snapshot(ctx, func(q *reader) error { rows, err = q.Aggregate(ctx, collection, a); return err })
		return rows, err
	}
	g, err := q.newGrouping(ctx, k, a)
	if err != nil {
		return nil, err
	}
	if err := q.groupMetrics(ctx, g); err != nil {
		return nil, err
	}
	for i, m := range a.Metrics {
		if m.Func == "count_distinct" {
			if err := q.countDistinct(ctx, g, i); err != nil {
				return nil, err
			}
		}
	}
	return store.FinishRows(g.rows, a), nil
}

// severalReads tells whether an aggregate takes more than one command or looks
// at more than one collection.
func severalReads(a store.Aggregate) bool {
	found := crosses(a.Where)
	for _, t := range a.Groups {
		t.Path.Collections(func(string) { found = true })
	}
	for _, m := range a.Metrics {
		m.Path.Collections(func(string) { found = true })
		found = found || m.Func == "count_distinct"
	}
	return found
}

// grouping is an aggregate while it is rendered and read.
type grouping struct {
	*renderer
	store.Aggregate
	// stages give one document per matching document and group key, with the
	// values of groups and metrics as members groupMember and metricMember.
	stages bson.A
	// id is the expression that $group groups by.
	id   any
	rows []store.Row
	// at is the index in rows of each group.
	at map[string]int
}

func groupMember(i int) string  { return "g" + strconv.Itoa(i) }
func metricMember(i int) string { return "m" + strconv.Itoa(i) }
func setMember(i int) string    { return "n" + strconv.Itoa(i) }

const countMember = "count"

// newGrouping resolves and renders what all commands of an aggregate start
// with.
func (q *reader) newGrouping(ctx context.Context, k *collection, a store.Aggregate) (*grouping, error) {
	g := &grouping{renderer: &renderer{k: k, catalog: q.catalog}, Aggregate: a, at: map[string]int{}}
	v := &resolver{q: q}
	where, err := v.expr(ctx, a.Where)
	if err != nil {
		return nil, err
	}
	g.Groups, g.Metrics = slices.Clone(a.Groups), slices.Clone(a.Metrics)
	for i := range g.Groups {
		if g.Groups[i].Path, err = v.path(ctx, g.Groups[i].Path); err != nil {
			return nil, err
		}
	}
	for i := range g.Metrics {
		if g.Metrics[i].Path, err = v.path(ctx, g.Metrics[i].Path); err != nil {
			return nil, err
		}
	}
	g.filter(where)
	values := one(memberID, 0)
	for i, t := range g.Groups {
		values = append(values, bson.E{Key: groupMember(i), Value: g.group(t)})
	}
	for i, m := range g.Metrics {
		if m.Func != "count" {
			values = append(values, bson.E{Key: metricMember(i), Value: g.value(m.Path)})
		}
	}
	g.stages = g.matching()
	if len(values) > 1 {
		g.stages = append(g.stages, one("$project", values))
	}
	g.unwind()
	return g, g.err
}

// group is the expression that a document is grouped by.
func (g *grouping) group(t query.GroupTerm) any {
	v := g.value(t.Path)
	if t.Bucket == "" {
		return v
	}
	return g.bucket(t, v)
}

// unwind makes one document per key of a list; an empty list keeps one.
func (g *grouping) unwind() {
	var id bson.D
	for i, t := range g.Groups {
		if t.Path.Kind == query.Keys && t.Bucket == "" {
			g.stages = append(g.stages, one("$unwind", bson.D{
				{Key: "path", Value: "$" + groupMember(i)}, {Key: "preserveNullAndEmptyArrays", Value: true}}))
		}
		id = append(id, bson.E{Key: groupMember(i), Value: one("$ifNull", bson.A{"$" + groupMember(i), nil})})
	}
	if id != nil {
		g.id = id
	}
}

// groupMetrics reads all metrics but count_distinct.
func (q *reader) groupMetrics(ctx context.Context, g *grouping) error {
	group := bson.D{{Key: memberID, Value: g.id}, {Key: countMember, Value: one("$sum", 1)}}
	for i, m := range g.Metrics {
		group = append(group, g.accumulators(i, m)...)
	}
	if g.err != nil {
		return g.err
	}
	err := q.aggregate(ctx, g.k, append(slices.Clone(g.stages), one("$group", group)), func(raw bson.Raw) error {
		row, key := g.row(raw)
		for i, m := range g.Metrics {
			if v := metricOf(raw, i, m); v != nil {
				row[m.Name] = v
			}
		}
		g.at[key] = len(g.rows)
		g.rows = append(g.rows, row)
		return nil
	})
	if err == nil && len(g.rows) == 0 && len(g.Groups) == 0 {
		g.rows = []store.Row{g.emptyRow()}
		g.at[""] = 0
	}
	return err
}

// row makes a row with its group values, and the key of its group.
func (g *grouping) row(raw bson.Raw) (row store.Row, key string) {
	row = make(store.Row, len(g.Groups)+len(g.Metrics))
	var b []byte
	for i, t := range g.Groups {
		v := stored(raw.Lookup(memberID, groupMember(i)))
		if v != nil {
			row[t.Name] = v
		}
		b = fmt.Appendf(b, "%T %q ", v, fmt.Sprint(v))
	}
	return row, string(b)
}

// emptyRow is the row of an aggregate without groups when nothing matched.
func (g *grouping) emptyRow() store.Row {
	row := store.Row{}
	for _, m := range g.Metrics {
		if m.Func == "count" || m.Func == "count_distinct" {
			row[m.Name] = int64(0)
		}
	}
	return row
}

// countDistinct counts the different values of metric i. It groups by them
// instead of collecting them, since a group may have more than fit into a
// document.
func (q *reader) countDistinct(ctx context.Context, g *grouping, i int) error {
	value := "$" + metricMember(i)
	var back any
	if len(g.Groups) > 0 {
		back = "$" + memberID + ".g"
	}
	stages := append(slices.Clone(g.stages),
		one("$match", one(metricMember(i), one("$ne", nil))),
		one("$group", one(memberID, bson.D{{Key: "g", Value: g.id}, {Key: "v", Value: value}})),
		one("$group", bson.D{{Key: memberID, Value: back}, {Key: countMember, Value: one("$sum", 1)}}))
	for r := range g.rows {
		g.rows[r][g.Metrics[i].Name] = int64(0)
	}
	return q.aggregate(ctx, g.k, stages, func(raw bson.Raw) error {
		_, key := g.row(raw)
		n, _ := raw.Lookup(countMember).AsInt64OK()
		if at, ok := g.at[key]; ok {
			g.rows[at][g.Metrics[i].Name] = n
		}
		return nil
	})
}
