package sqlite

import (
	"slices"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// A page that an index serves is read in stretches, each of which the index
// gives in its own order, so that its cost does not grow with the collection:
// the rest of the documents with the position's value, those with values
// behind it, those without a value.

// walk is a find whose first sort term an index serves.
type walk struct {
	*session
	k *collection
	f store.Find
	// same are terms that a stretch fixes to one value, nil for unset.
	same []sameValue
}

type sameValue struct {
	path  query.Path
	value any
}

// page reads a served find; the caller holds a snapshot.
func (q *session) page(k *collection, f store.Find) ([]store.Doc, error) {
	return (&walk{session: q, k: k, f: f}).page(f.Sort, f.After, f.Limit)
}

// page reads at most limit documents in the order of terms, behind a position.
func (w *walk) page(terms []query.SortTerm, after *store.Position, limit int) ([]store.Doc, error) {
	if len(terms) == 0 || !w.k.served(w.f.Where, w.same, terms[0].Path) {
		return w.plain(terms, after, limit)
	}
	t := terms[0]
	from := any(nil)
	var docs []store.Doc
	if after != nil {
		from = after.Values[0]
		rest := &store.Position{Values: after.Values[1:], ID: after.ID}
		var err error
		if docs, err = w.equal(t, from, terms[1:], rest, limit); err != nil || from == nil || len(docs) >= limit {
			return docs, err
		}
	}
	more, err := w.behind(terms, from, limit-len(docs))
	if docs = append(docs, more...); err != nil || len(docs) >= limit {
		return docs, err
	}
	more, err = w.equal(t, nil, terms[1:], nil, limit-len(docs))
	return append(docs, more...), err
}

// equal reads the documents with one value in the order of the other terms.
func (w *walk) equal(t query.SortTerm, v any, rest []query.SortTerm, after *store.Position, limit int) ([]store.Doc, error) {
	w.same = append(w.same, sameValue{t.Path, v})
	docs, err := w.page(rest, after, limit)
	w.same = w.same[:len(w.same)-1]
	return docs, err
}

// behind reads the documents with values behind from, nil for all values. The
// index knows only the first term: runs of equal values are put in order here,
// but for the last, which may go on behind the page and is read by itself.
func (w *walk) behind(terms []query.SortTerm, from any, limit int) ([]store.Doc, error) {
	list, err := w.ranged(terms, from, limit+1)
	if err != nil {
		return nil, err
	}
	start := 0 // of the last run
	for i := 1; i <= len(list); i++ {
		if i == len(list) || list[i].values[0] != list[start].values[0] {
			if i < len(list) || len(list) <= limit {
				w.order(list[start:i], terms)
			}
			if i < len(list) {
				start = i
			}
		}
	}
	docs := make([]store.Doc, 0, limit)
	complete := len(list) <= limit || start == limit
	for _, o := range list[:min(len(list), limit)] {
		docs = append(docs, o.doc)
	}
	if complete {
		return docs, nil
	}
	tail, err := w.equal(terms[0], list[start].values[0].any(), terms[1:], nil, limit-start)
	return append(docs[:start], tail...), err
}

// order sorts one run of equal first values.
func (w *walk) order(run []ordered, terms []query.SortTerm) {
	slices.SortFunc(run, func(x, y ordered) int {
		for i := 1; i < len(terms); i++ {
			if n := x.values[i].order(y.values[i], terms[i].Desc); n != 0 {
				return n
			}
		}
		return signed(strings.Compare(x.doc.ID, y.doc.ID), w.f.IDDesc)
	})
}

// ranged reads set values of the first term in its direction.
func (w *walk) ranged(terms []query.SortTerm, from any, limit int) ([]ordered, error) {
	t := terms[0]
	b := w.newBuilder(w.k)
	b.write("SELECT t.id, t.rev, ", map[bool]string{true: "NULL", false: "t.body"}[w.f.Bare])
	for _, t := range terms {
		b.write(", ")
		b.orderValue(t.Path)
	}
	w.from(b)
	b.write(" AND ")
	b.orderValue(t.Path)
	switch { // any number and any text is at least minus infinity; NULL is not
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
	return b.ordered(w.f.Bare, len(terms), limit)
}

// from writes the table and what all stretches have in common.
func (w *walk) from(b *builder) {
	b.write(" FROM ", w.k.table, " t WHERE ")
	b.expr(w.f.Where)
	for _, s := range w.same {
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

// plain reads what no index orders any further.
func (w *walk) plain(terms []query.SortTerm, after *store.Position, limit int) ([]store.Doc, error) {
	f := w.f
	f.Sort, f.After, f.Limit = terms, after, limit
	b := w.newBuilder(w.k)
	b.write("SELECT t.id, t.rev", bodyColumn(f.Bare))
	w.from(b)
	b.rest(f)
	return b.docs(f.Bare)
}

// ordered runs a statement that selects id, rev, body and n values.
func (b *builder) ordered(bare bool, n, limit int) ([]ordered, error) {
	if b.err != nil {
		return nil, b.err
	}
	room := min(limit, arenaRows)
	list := make([]ordered, 0, room)
	values := make([]orderValue, 0, n*room)
	var mem arena
	err := b.q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		start := len(values)
		for i := range n {
			values = append(values, mem.orderValue(row, 3+i))
		}
		list = append(list, ordered{doc: mem.doc(row, bare), values: values[start:len(values):len(values)]})
		return nil
	})
	return list, err
}
