package sqlite

import (
	"slices"
	"strconv"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// sorted reads some documents and sorts them in memory: for a page this is less
// work than a sort in the database, which copies the bodies.
func (p *searchPlan) sorted(seqs []int64, f store.Find) ([]store.Doc, error) {
	list, err := p.valued(seqs, f)
	if err != nil {
		return nil, err
	}
	desc := f.Sort[0].Desc
	slices.SortFunc(list, func(x, y ordered) int {
		if n := x.values[0].order(y.values[0], desc); n != 0 {
			return n
		}
		return signed(strings.Compare(x.doc.ID, y.doc.ID), f.IDDesc)
	})
	docs := make([]store.Doc, min(len(list), f.Limit))
	for i := range docs {
		docs[i] = list[i].doc
	}
	return docs, nil
}

// valued returns the documents that the find matches with the value to sort by:
// from the document cache where the body alone decides.
func (p *searchPlan) valued(seqs []int64, f store.Find) ([]ordered, error) {
	if f.Sort[0].Path.Kind == query.Text || len(p.rest) > 0 || len(seqs) > coveringLimit {
		return p.selected(seqs, f)
	}
	docs, err := p.load(p.k, seqs)
	if err != nil {
		return nil, err
	}
	list := make([]ordered, 0, len(docs))
	values := make([]orderValue, len(docs))
	for i, doc := range docs {
		values[i] = valueIn(doc.Body, f.Sort[0].Path.Field)
		if f.After == nil || afterPosition(f, values[i], doc.ID) {
			list = append(list, ordered{doc: doc, values: values[i : i+1]})
		}
	}
	return list, nil
}

// selected is valued with a query.
func (p *searchPlan) selected(seqs []int64, f store.Find) ([]ordered, error) {
	t := f.Sort[0]
	byKey := t.Path.Kind == query.Text
	b := p.newBuilder(p.k)
	b.write("SELECT t.id, t.rev, t.body")
	if byKey {
		b.write(", ")
		b.orderValue(t.Path)
	}
	b.write(" FROM json_each(")
	b.arg(listOf(seqs))
	b.write(") j CROSS JOIN ", p.k.table, " t WHERE t.seq=j.value")
	if len(p.rest) > 0 {
		b.write(" AND ")
		b.expr(p.rest)
	}
	if f.After != nil {
		b.write(" AND ")
		b.after(f.Sort, f.After.Values, f.After.ID, f.IDDesc)
	}
	if b.err != nil {
		return nil, b.err
	}
	list := make([]ordered, 0, len(seqs))
	values := make([]orderValue, 0, len(seqs))
	var mem arena
	err := p.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		doc := mem.doc(row, false)
		var v orderValue
		if byKey {
			v = mem.orderValue(row, 3)
		} else {
			v = valueIn(doc.Body, t.Path.Field)
		}
		values = append(values, v)
		list = append(list, ordered{doc: doc, values: values[len(values)-1:]})
		return nil
	})
	return list, err
}

// valueIn reads the value of a field from a body.
func valueIn(body []byte, field string) orderValue {
	raw := member(body, field)
	switch {
	case raw == nil:
		return orderValue{unset: true}
	case raw[0] == '"':
		text, _, ok := textMember(raw)
		return orderValue{text: text, isText: true, unset: !ok}
	case raw[0] == 't':
		return orderValue{number: 1}
	case raw[0] == 'f':
		return orderValue{}
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	return orderValue{number: n, unset: err != nil}
}

// afterPosition tells whether a document follows the position of a find with one
// sort term.
func afterPosition(f store.Find, v orderValue, id string) bool {
	n := v.order(valueOf(f.After.Values[0]), f.Sort[0].Desc)
	if n == 0 {
		n = signed(strings.Compare(id, f.After.ID), f.IDDesc)
	}
	return n > 0
}

// valueOf converts a value of a position.
func valueOf(v any) orderValue {
	switch v := scalar(v).(type) {
	case nil:
		return orderValue{unset: true}
	case string:
		return orderValue{text: v, isText: true}
	default:
		return orderValue{number: store.Float(v)}
	}
}
