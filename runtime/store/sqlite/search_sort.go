package sqlite

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// ordered is a document with the value it is ordered by; unset comes last.
type ordered struct {
	doc   store.Doc
	value orderValue
	unset bool
}

// sorted reads some documents and puts them in order here: for a page this is
// less work than a sort in the database, which carries the bodies along.
func (p *searchPlan) sorted(seqs []int64, f store.Find) ([]store.Doc, error) {
	t := f.Sort[0]
	byKey := t.Path.SortKey && t.Path.Kind == query.Text
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
	var mem arena
	err := p.c.each(b.text(), b.args, func(row *sqlite3.Stmt) error {
		o := ordered{doc: mem.doc(row, false)}
		if byKey {
			o.unset = row.ColumnType(3) == sqlite3.TypeNull
			o.value = mem.orderValue(row, 3)
		} else {
			o.value, o.unset = valueIn(o.doc.Body, t.Path.Field)
		}
		list = append(list, o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(x, y ordered) int { return x.compare(y, t.Desc, f.IDDesc) })
	docs := make([]store.Doc, min(len(list), f.Limit))
	for i := range docs {
		docs[i] = list[i].doc
	}
	return docs, nil
}

func (x ordered) compare(y ordered, desc, idDesc bool) int {
	switch {
	case x.unset != y.unset:
		if x.unset {
			return 1
		}
		return -1
	case x.value != y.value:
		return signed(x.value.compare(y.value), desc)
	}
	return signed(strings.Compare(x.doc.ID, y.doc.ID), idDesc)
}

func signed(n int, turned bool) int {
	if turned {
		return -n
	}
	return n
}

// compare orders as SQLite does: numbers before texts.
func (v orderValue) compare(o orderValue) int {
	switch {
	case v.isText && o.isText:
		return strings.Compare(v.text, o.text)
	case v.isText:
		return 1
	case o.isText || v.number < o.number:
		return -1
	}
	return 1
}

// valueIn reads the value of a field from a body.
func valueIn(body []byte, field string) (v orderValue, unset bool) {
	raw := member(body, field)
	switch {
	case raw == nil:
		return v, true
	case raw[0] == '"':
		text, _, ok := textMember(raw)
		return orderValue{text: text, isText: true}, !ok
	case raw[0] == 't':
		return orderValue{number: 1}, false
	case raw[0] == 'f':
		return v, false
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil && !json.Valid(raw) {
		return v, true
	}
	return orderValue{number: n}, false
}
