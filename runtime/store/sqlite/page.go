package sqlite

import (
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// A page that an index serves is read in stretches, each of which the index
// gives in its own order, so that its cost does not grow with the collection:
// the rest of the documents with the position's value, those with values
// behind it, those without a value.

// served tells whether an index fixes what the condition fixes and then orders
// by the term.
func (k *collection) served(where query.Expr, sort []query.SortTerm) bool {
	if len(sort) != 1 {
		return false
	}
	p := sort[0].Path
	if p.Through != "" || p.Visible != nil || p.Kind == query.Keys || p.Kind == query.Object || p.Field == "id" {
		return false
	}
	fixed := fixedFields(where, map[string]bool{})
	for _, i := range k.indexes {
		if i.Unique {
			continue // it does not end in the id
		}
		n := 0
		for n < len(i.Keys) && fixed[i.Keys[n].Path.Field] && !i.Keys[n].Folded && i.Keys[n].Path.Field != p.Field {
			n++
		}
		if n < len(i.Keys) && i.Keys[n].Path.Field == p.Field && i.Keys[n].Path.SortKey == p.SortKey && !i.Keys[n].Folded {
			return true
		}
	}
	return false
}

// fixedFields adds the own fields that a condition sets to one value.
func fixedFields(x query.Expr, fixed map[string]bool) map[string]bool {
	switch x := x.(type) {
	case query.All:
		for _, part := range x {
			fixedFields(part, fixed)
		}
	case query.Cmp:
		if x.Op == query.Eq && x.Path.Kind != query.Keys && x.Path.Through == "" && x.Path.Visible == nil {
			fixed[x.Path.Field] = true
		}
	}
	return fixed
}

// stretch is a part of an order, given by a condition on the term's value.
type stretch struct {
	// equal is set where all documents have one value; value is nil for unset.
	equal bool
	value any
	// behind excludes values up to this one; nil: from the beginning.
	behind any
	// afterID continues behind an id among equal values.
	afterID string
}

func stretches(f store.Find) []stretch {
	unset := stretch{equal: true}
	if f.After == nil {
		return []stretch{{}, unset}
	}
	if v := f.After.Values[0]; v != nil {
		return []stretch{{equal: true, value: v, afterID: f.After.ID}, {behind: v}, unset}
	}
	unset.afterID = f.After.ID
	return []stretch{unset}
}

// page reads a served find, all stretches in one snapshot.
func (q *session) page(k *collection, f store.Find) ([]store.Doc, error) {
	var docs []store.Doc
	for _, s := range stretches(f) {
		more, err := q.stretch(k, f, s, f.Limit-len(docs))
		if err != nil {
			return nil, err
		}
		if docs = append(docs, more...); len(docs) >= f.Limit {
			break
		}
	}
	return docs, nil
}

func (q *session) stretch(k *collection, f store.Find, s stretch, limit int) ([]store.Doc, error) {
	t := f.Sort[0]
	if s.equal {
		r := q.ranged(k, f, s, f.IDDesc, limit)
		return r.docs, r.err
	}
	if t.Desc == f.IDDesc {
		r := q.ranged(k, f, s, t.Desc, limit)
		return r.docs, r.err
	}
	// The index gives equal values by id in its own direction; the other one is
	// wanted, so each run of equal values is turned round.
	r := q.ranged(k, f, s, t.Desc, limit+1)
	if r.err != nil {
		return nil, r.err
	}
	cut := len(r.docs) > limit
	if cut {
		cut = r.values[limit] == r.values[limit-1]
		r.docs, r.values = r.docs[:limit], r.values[:limit]
	}
	last := r.turn()
	if !cut {
		return r.docs, nil
	}
	// The last run goes on behind the page: its other end comes first.
	tail := q.ranged(k, f, stretch{equal: true, value: r.values[last].any()}, f.IDDesc, limit-last)
	return append(r.docs[:last], tail.docs...), tail.err
}

// run is what a stretch gave, with the values it is ordered by.
type run struct {
	docs   []store.Doc
	values []orderValue
	err    error
}

// orderValue is a set value in an order.
type orderValue struct {
	text   string
	number float64
	isText bool
}

func (v orderValue) any() any {
	if v.isText {
		return v.text
	}
	return v.number
}

func (a *arena) orderValue(row *sqlite3.Stmt, i int) orderValue {
	if row.ColumnType(i) == sqlite3.TypeText {
		return orderValue{text: a.text(row, i), isText: true}
	}
	return orderValue{number: row.ColumnFloat(i)}
}

// turn reverses every run of equal values and gives the start of the last.
func (r *run) turn() (last int) {
	for i := 1; i <= len(r.docs); i++ {
		if i == len(r.docs) || r.values[i] != r.values[last] {
			slices.Reverse(r.docs[last:i])
			if i < len(r.docs) {
				last = i
			}
		}
	}
	return last
}

// ranged reads one stretch; desc is the direction in which the index is walked.
func (q *session) ranged(k *collection, f store.Find, s stretch, desc bool, limit int) run {
	t := f.Sort[0]
	b := q.newBuilder(k)
	b.write("SELECT t.id, t.rev")
	if !f.Bare {
		b.write(", t.body")
	}
	if !s.equal {
		b.write(", ")
		b.orderValue(t.Path)
	}
	b.write(" FROM ", k.table, " t WHERE ")
	b.expr(f.Where)
	b.write(" AND ")
	b.among(t, s, desc)
	b.write(" ORDER BY ")
	if !s.equal {
		b.orderValue(t.Path)
		b.write(direction(desc), ",")
	}
	b.write("t.id", direction(desc), " LIMIT ")
	b.arg(limit)
	return b.run(f.Bare, s.equal, limit)
}

// among writes the condition of a stretch. Any number and any text is at
// least -9e999, minus infinity; NULL is not.
func (b *builder) among(t query.SortTerm, s stretch, desc bool) {
	b.orderValue(t.Path)
	switch {
	case s.equal && s.value == nil:
		b.write(" IS NULL")
	case s.equal:
		b.write("=")
		b.arg(s.value)
	case s.behind == nil:
		b.write(">=-9e999")
	case t.Desc:
		b.write("<")
		b.arg(s.behind)
	default:
		b.write(">")
		b.arg(s.behind)
	}
	if s.afterID != "" {
		b.write(" AND t.id", map[bool]string{false: ">", true: "<"}[desc])
		b.arg(s.afterID)
	}
}

func (b *builder) run(bare, equal bool, limit int) (r run) {
	if r.err = b.err; r.err != nil {
		return r
	}
	var mem arena
	r.docs = make([]store.Doc, 0, min(limit, 64))
	if !equal {
		r.values = make([]orderValue, 0, min(limit, 64))
	}
	column := 3
	if bare {
		column = 2
	}
	r.err = b.q.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		r.docs = append(r.docs, mem.doc(row, bare))
		if !equal {
			r.values = append(r.values, mem.orderValue(row, column))
		}
		return nil
	})
	return r
}
