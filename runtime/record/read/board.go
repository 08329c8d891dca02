package read

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// maxSums bounds the sums of a board.
const maxSums = 16

// BoardQuery asks for records in columns, one for each choice of the field By.
type BoardQuery struct {
	By     string          `json:"by"`
	Where  json.RawMessage `json:"where,omitempty"`
	Search string          `json:"search,omitempty"`
	Sort   []string        `json:"sort,omitempty"`
	Limit  Limit           `json:"limit,omitempty"` // per column; 0: 50
	Sums   []string        `json:"sums,omitempty"`
	// Fields and Expand say what each record is answered with, as in a query.
	Fields []string `json:"fields,omitempty"`
	Expand []string `json:"expand,omitempty"`
}

// Board is a board: a column for each choice in its order, then one with the
// key "" when there are records without a choice.
type Board struct {
	Columns []Column `json:"columns"`
}

// Column is one column. Cursor continues it in a query with the same sort and
// the filter [by,"=",key] added, [by,"empty"] for the key "".
type Column struct {
	Key    string            `json:"key"`
	Count  int64             `json:"count"`
	Sums   json.RawMessage   `json:"sums,omitempty"`
	Items  []json.RawMessage `json:"items"`
	Cursor string            `json:"cursor,omitempty"`
}

// Board reads the first records of every column with its count and sums, all
// on one snapshot.
func (s *Service) Board(ctx context.Context, actor *access.Actor, entity string, q BoardQuery) (*Board, error) {
	r, err := s.reading(ctx, actor, entity, schemas.OpRead)
	if err != nil {
		return nil, err
	}
	b := &board{reading: r, query: q, by: r.boardField(q.By), where: r.filter(q.Where, q.Search, schemas.OpRead)}
	b.terms = r.sort(q.Sort)
	b.find = r.find(nil, b.terms, Query{Limit: q.Limit})
	b.sums = r.sums(q.Sums)
	b.ask = r.projection(q.Fields, q.Expand, false)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	path, _ := r.entity.Lookup(q.By)
	b.path, _ = r.rights.RestrictPath(r.entity, query.Path{Field: path.Key, Kind: path.Kind})
	release, err := r.heavySlot(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	err = s.store.View(ctx, func(snapshot store.Reader) error {
		r.from = snapshot
		return b.read(ctx)
	})
	r.from = s.store // rendering may read other records; the snapshot's connection is given back
	if err != nil {
		return nil, readError("board", err)
	}
	return b.render(ctx)
}

type board struct {
	*reading
	query BoardQuery
	by    *model.Field
	path  query.Path
	where query.Expr
	terms []query.SortTerm
	find  store.Find
	sums  []query.Metric
	ask   projection

	columns []Column
	docs    [][]store.Doc // by column
}

// boardField is the choice field of the columns.
func (r *entityRequest) boardField(key string) *model.Field {
	f := r.entity.ByKey[key]
	switch {
	case f == nil || !r.readable(key):
		r.fail("/by", "unknown_field", "field", key)
	case f.Def.FieldType != schemas.TypeChoice:
		r.fail("/by", "not_a_choice_field", "field", key)
	}
	return f
}

// sums are metrics named after their fields.
func (r *entityRequest) sums(fields []string) []query.Metric {
	if len(fields) > maxSums {
		r.fail("/sums", "too_many_terms", "max", maxSums)
		return nil
	}
	metrics := make([]query.Metric, 0, len(fields))
	for i, key := range fields {
		at := "/sums" + problem.Pointer(i)
		f, ok := RestrictEntity(r.rights, r.entity).Lookup(key)
		if !ok {
			r.fail(at, "unknown_field", "field", key)
			continue
		}
		if f.ComputedOnRead {
			r.fail(at, "not_stored", "field", key)
			continue
		}
		if f.Kind != query.Number && f.Kind != query.Decimal {
			r.fail(at, "wrong_metric", "func", "sum", "field", key)
			continue
		}
		path, ok := r.rights.RestrictPath(r.entity, query.Path{Field: key, Kind: f.Kind})
		if !ok {
			r.fail(at, "unknown_field", "field", key)
		}
		metrics = append(metrics, query.Metric{Name: key, Func: "sum", Path: path})
	}
	return metrics
}

// read makes the columns: the metrics of all at once, then the records of each.
func (b *board) read(ctx context.Context) error {
	const group, count = "\x00by", "\x00n" // no field has such a key
	rows, err := b.from.Aggregate(ctx, b.entity.Key, store.Aggregate{
		Where: b.where, Groups: []query.GroupTerm{{Name: group, Path: b.path}},
		Metrics: append([]query.Metric{{Name: count, Func: "count"}}, b.sums...),
	})
	if err != nil {
		return err
	}
	metrics := map[string]store.Row{}
	for _, row := range rows {
		key, _ := row[group].(string)
		metrics[key] = row
	}
	for _, key := range b.keys(metrics) {
		col, row := Column{Key: key}, metrics[key]
		col.Count, _ = row[count].(int64)
		if len(b.sums) > 0 {
			sums, _ := renderRows([]store.Row{row}, store.Aggregate{Metrics: b.sums})
			col.Sums = sums[0]
		}
		var docs []store.Doc
		if col.Count > 0 {
			b.filterAsked = b.columnFilter(key)
			if docs, col.Cursor, err = b.reading.docs(ctx, b.column(key), b.terms); err != nil {
				return err
			}
		}
		b.columns, b.docs = append(b.columns, col), append(b.docs, docs)
	}
	return nil
}

// columnFilter is the filter that continues a column, as its cursor names it.
func (b *board) columnFilter(key string) query.Filter {
	in := []any{b.by.Key, "=", key}
	if key == "" {
		in = []any{b.by.Key, "empty"}
	}
	all := []any{in}
	if w := bytes.TrimSpace(b.query.Where); len(w) > 0 && string(w) != "null" {
		all = append(all, json.RawMessage(w))
	}
	raw, err := json.Marshal(map[string]any{"all": all})
	if err != nil {
		return query.Filter{} // the filter was parsed before
	}
	f, _ := query.Parse(raw, RestrictEntity(b.rights, b.entity), "")
	return f
}

// column finds the first records of a column.
func (b *board) column(key string) store.Find {
	in := query.Cmp{Path: b.path, Op: query.Eq, Value: key}
	if key == "" {
		in.Op, in.Value = query.Empty, nil
	}
	find := b.find
	find.Where = query.And(b.where, in)
	return find
}

// render writes the records of every column.
func (b *board) render(ctx context.Context) (*Board, error) {
	for i, docs := range b.docs {
		items, err := b.items(ctx, docs, b.ask)
		if err != nil {
			return nil, err
		}
		b.columns[i].Items = items
	}
	return &Board{Columns: b.columns}, nil
}

// keys are the columns: every choice that is offered or still in use, in its
// order, keys that are no choice any more, and "" for records without one.
func (b *board) keys(metrics map[string]store.Row) []string {
	var keys []string
	known := map[string]bool{"": true}
	for _, c := range b.by.Def.Choices {
		known[c.Key] = true
		if !c.Hidden || metrics[c.Key] != nil {
			keys = append(keys, c.Key)
		}
	}
	var unknown []string
	for key := range metrics {
		if !known[key] {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	keys = append(keys, unknown...)
	if metrics[""] != nil {
		keys = append(keys, "")
	}
	return keys
}
