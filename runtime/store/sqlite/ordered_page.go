package sqlite

import (
	"slices"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// A page that an index serves is read in ranges that the index returns in the
// wanted order, so that the cost does not grow with the collection: the remaining
// documents with the value of the position, those with values after it, those
// without a value.

// orderedPage reads a find whose first sort term an index serves.
type orderedPage struct {
	*reader
	k *collection
	f store.Find
	// covering reads only the index and returns the seqs of the documents.
	covering bool
	// fixed are the terms that the current range fixes to one value, nil for unset.
	fixed []fixedValue
}

type fixedValue struct {
	path  query.Path
	value any
}

// readPage answers such a find; the caller holds a snapshot.
func (q *reader) readPage(k *collection, f store.Find) ([]store.Doc, error) {
	w := &orderedPage{reader: q, k: k, f: f, covering: !f.IDsOnly && f.Limit <= coveringLimit && k.covered(f.Where, f.Sort)}
	list, err := w.readOrdered(f.Sort, f.After, f.Limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if w.covering {
		seqs := make([]int64, len(list))
		for i := range list {
			seqs[i] = list[i].seq
		}
		return q.load(k, seqs)
	}
	docs := make([]store.Doc, len(list))
	for i := range list {
		docs[i] = list[i].doc
	}
	return docs, nil
}

// readOrdered reads at most limit documents in the order of terms, after a position.
func (w *orderedPage) readOrdered(terms []query.SortTerm, after *store.Position, limit int) ([]ordered, error) {
	if len(terms) == 0 || !w.k.served(w.f.Where, w.fixed, terms[0].Path) {
		return w.readUnserved(terms, after, limit)
	}
	t := terms[0]
	from := any(nil)
	var list []ordered
	if after != nil {
		from = after.Values[0]
		rest := &store.Position{Values: after.Values[1:], ID: after.ID}
		var err error
		if list, err = w.readEqual(t, from, terms[1:], rest, limit); err != nil || from == nil || len(list) >= limit {
			return list, err
		}
	}
	more, err := w.readAfter(terms, from, limit-len(list))
	if list = join(list, more); err != nil || len(list) >= limit {
		return list, err
	}
	more, err = w.readEqual(t, nil, terms[1:], nil, limit-len(list))
	return join(list, more), err
}

// join is append that does not copy to an empty list.
func join(list, more []ordered) []ordered {
	if len(list) == 0 {
		return more
	}
	return append(list, more...)
}

// readEqual reads the documents with one value, sorted by the other terms.
func (w *orderedPage) readEqual(t query.SortTerm, v any, rest []query.SortTerm, after *store.Position, limit int) ([]ordered, error) {
	w.fixed = append(w.fixed, fixedValue{t.Path, v})
	list, err := w.readOrdered(rest, after, limit)
	w.fixed = w.fixed[:len(w.fixed)-1]
	return list, err
}

// readAfter reads the documents with values after from, nil for all values. The
// index sorts only by the first term: runs of equal values are sorted here, except
// for the last, which may continue after the page and is read separately.
func (w *orderedPage) readAfter(terms []query.SortTerm, from any, limit int) ([]ordered, error) {
	list, err := w.readRange(terms, from, limit+1)
	if err != nil {
		return nil, err
	}
	start := 0 // of the last run
	for i := 1; i <= len(list); i++ {
		if i == len(list) || list[i].values[0] != list[start].values[0] {
			if i < len(list) || len(list) <= limit {
				w.sortRun(list[start:i], terms)
			}
			if i < len(list) {
				start = i
			}
		}
	}
	if len(list) <= limit || start == limit {
		return list[:min(len(list), limit)], nil
	}
	tail, err := w.readEqual(terms[0], list[start].values[0].any(), terms[1:], nil, limit-start)
	return append(list[:start], tail...), err
}

// sortRun sorts one run of equal first values.
func (w *orderedPage) sortRun(run []ordered, terms []query.SortTerm) {
	slices.SortFunc(run, func(x, y ordered) int {
		for i := 1; i < len(terms); i++ {
			if n := x.values[i].order(y.values[i], terms[i].Desc); n != 0 {
				return n
			}
		}
		return signed(strings.Compare(x.doc.ID, y.doc.ID), w.f.IDDesc)
	})
}

// readRange reads set values of the first term in its direction.
func (w *orderedPage) readRange(terms []query.SortTerm, from any, limit int) ([]ordered, error) {
	t := terms[0]
	b := w.newBuilder(w.k)
	w.columns(b)
	for _, t := range terms {
		b.write(", ")
		b.orderValue(t.Path)
	}
	w.from(b)
	b.write(" AND ")
	b.orderValue(t.Path)
	switch { // every number and every text is at least minus infinity; NULL is not
	case from == nil:
		b.write(">=-9e999")
	case t.Desc:
		b.write("<")
		b.arg(from)
	default:
		b.write(">")
		b.arg(from)
	}
	b.write(" ORDER BY ")
	b.orderValue(t.Path)
	b.write(direction(t.Desc), " LIMIT ")
	b.arg(limit)
	return w.readRows(b, len(terms), limit)
}

// columns writes the columns that are read of each document.
func (w *orderedPage) columns(b *builder) {
	switch {
	case w.covering:
		b.write("SELECT t.id, t.seq")
	case w.f.IDsOnly:
		b.write("SELECT t.id, t.rev")
	default:
		b.write("SELECT t.id, t.rev, t.body")
	}
}

// from writes the table and the conditions of all ranges.
func (w *orderedPage) from(b *builder) {
	b.write(" FROM ", w.k.table, " t WHERE ")
	b.expr(w.f.Where)
	for _, s := range w.fixed {
		b.write(" AND ")
		b.orderValue(s.path)
		if s.value == nil {
			b.write(" IS NULL")
			continue
		}
		b.write("=")
		b.arg(s.value)
	}
}

// readUnserved reads a range that no index sorts any further.
func (w *orderedPage) readUnserved(terms []query.SortTerm, after *store.Position, limit int) ([]ordered, error) {
	f := w.f
	f.Sort, f.After, f.Limit = terms, after, limit
	b := w.newBuilder(w.k)
	w.columns(b)
	w.from(b)
	b.rest(f)
	return w.readRows(b, 0, limit)
}

// readRows runs a statement that selects these columns, then n values.
func (w *orderedPage) readRows(b *builder, n, limit int) ([]ordered, error) {
	if b.err != nil {
		return nil, b.err
	}
	first := 3
	if w.covering || w.f.IDsOnly {
		first = 2
	}
	room := min(limit, arenaRows)
	list := make([]ordered, 0, room)
	values := make([]orderValue, 0, n*room)
	var mem arena
	err := w.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		start := len(values)
		for i := range n {
			values = append(values, mem.orderValue(row, first+i))
		}
		o := ordered{values: values[start:len(values):len(values)]}
		if w.covering {
			o.doc.ID, o.seq = mem.text(row, 0), row.ColumnInt64(1)
		} else {
			o.doc = mem.doc(row, w.f.IDsOnly)
		}
		list = append(list, o)
		return nil
	})
	return list, err
}
