package sqlite

import (
	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// coveringLimit is the longest page that is read in two steps: first the seqs from
// an index that covers the condition and the order, then the documents, from the
// cache where possible. Longer pages would evict documents that are read often.
const coveringLimit = 256

// covered tells whether one index contains all values that a condition and an order
// need.
func (k *collection) covered(where query.Expr, terms []query.SortTerm) bool {
	for i := range k.indexes {
		if k.indexes[i].covers(where, terms) {
			return true
		}
	}
	return len(terms) == 0 && matchesAll(where) // the index on id
}

func (i *index) covers(where query.Expr, terms []query.SortTerm) bool {
	for _, t := range terms {
		if !i.holds(t.Path, t.Path.Kind == query.Text) {
			return false
		}
	}
	return i.decides(where)
}

// decides tells whether the index contains all values that a condition compares.
// Conditions on a text need the text itself.
func (i *index) decides(x query.Expr) bool {
	all := true
	query.Walk(x, func(part query.Expr) {
		c, ok := part.(query.Cmp)
		all = all && ok && c.Path.Kind != query.Text && i.holds(c.Path, false)
	})
	return all
}

// holds tells whether the index contains a field's value, or its sort key.
func (i *index) holds(p query.Path, sortKey bool) bool {
	if !isOwnField(p) || p.Kind == query.Keys || p.Kind == query.Object {
		return false
	}
	if p.Field == "id" {
		return true
	}
	for _, key := range i.Keys {
		if key.Path.Field == p.Field && key.Path.SortKey == sortKey && !key.Folded {
			return true
		}
	}
	return false
}

// pageByID answers a find in the order of id alone; the caller holds a snapshot.
func (q *reader) pageByID(k *collection, f store.Find) ([]store.Doc, error) {
	b := q.newBuilder(k)
	b.write("SELECT t.seq FROM ", k.table, " t WHERE ")
	b.expr(f.Where)
	b.rest(f)
	if b.err != nil {
		return nil, b.err
	}
	seqs := make([]int64, 0, f.Limit)
	err := q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		seqs = append(seqs, row.ColumnInt64(0))
		return nil
	})
	if err != nil || len(seqs) == 0 {
		return nil, err
	}
	return q.load(k, seqs)
}

// load returns documents of the snapshot, in the order of seqs; they must exist.
func (q *reader) load(k *collection, seqs []int64) ([]store.Doc, error) {
	if err := q.learnCommit(); err != nil {
		return nil, err
	}
	docs := make([]store.Doc, len(seqs))
	missing := q.s.docs.fill(k.docs, seqs, docs, q.commit)
	if len(missing) == 0 {
		return docs, nil
	}
	places := make([]int64, len(missing))
	for i, at := range missing {
		places[i] = seqs[at]
	}
	found := make([]store.Doc, len(missing))
	err := q.c.each(k.sqlLoad, []any{listOf(places)}, func(row *sqlite3.Stmt) error {
		found[row.ColumnInt64(0)] = store.Doc{ID: string(columnBytes(row, 1)), Rev: row.ColumnInt64(2), Body: columnBytes(row, 3)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, at := range missing {
		docs[at] = found[i]
	}
	q.s.docs.put(k.docs, places, found, q.commit)
	return docs, nil
}
