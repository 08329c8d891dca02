package sqlite

import (
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

// arenaRows is the capacity allocated for rows before their number is known.
const arenaRows = 64

// ordered is a document with the values it is sorted by. A page read from a
// covering index knows only its ID and its seq.
type ordered struct {
	doc    store.Doc
	seq    int64
	values []orderValue
}

// orderValue is a value to sort by.
type orderValue struct {
	text          string
	number        float64
	isText, unset bool
}

// any is the value as a parameter.
func (v orderValue) any() any {
	switch {
	case v.unset:
		return nil
	case v.isText:
		return v.text
	}
	return v.number
}

func (a *arena) orderValue(row *sqlite3.Stmt, i int) orderValue {
	switch row.ColumnType(i) {
	case sqlite3.TypeText:
		return orderValue{text: a.text(row, i), isText: true}
	case sqlite3.TypeNull:
		return orderValue{unset: true}
	}
	return orderValue{number: row.ColumnFloat(i)}
}

// order compares like SQLite, numbers before texts, but unset values come last in
// both directions.
func (v orderValue) order(o orderValue, desc bool) int {
	n := 0
	switch {
	case v == o:
		return 0
	case v.unset || o.unset:
		return signed(1, o.unset)
	case v.isText && o.isText:
		n = strings.Compare(v.text, o.text)
	case v.isText:
		n = 1
	case o.isText || v.number < o.number:
		n = -1
	default:
		n = 1
	}
	return signed(n, desc)
}

func signed(n int, desc bool) int {
	if desc {
		return -n
	}
	return n
}

// served tells whether an index starts with fields that the condition or the
// current range fix to one value, and then sorts by the path.
func (k *collection) served(where query.Expr, same []fixedValue, p query.Path) bool {
	if p.Through != "" || p.Visible != nil || p.Kind == query.Keys || p.Kind == query.Object || p.Field == "id" {
		return false
	}
	fixed := fixedFields(where)
	for _, s := range same {
		fixed[s.path.Field] = true
	}
	for _, i := range k.indexes {
		if i.Unique {
			continue // it does not end in the id
		}
		n := 0
		for n < len(i.Keys) && fixed[i.Keys[n].Path.Field] && !i.Keys[n].Folded && i.Keys[n].Path.Field != p.Field {
			n++
		}
		if n < len(i.Keys) && i.Keys[n].Path.Field == p.Field && i.Keys[n].Path.SortKey == (p.Kind == query.Text) && !i.Keys[n].Folded {
			return true
		}
	}
	return false
}

// fixedFields are the own fields that a condition sets to one value.
func fixedFields(x query.Expr) map[string]bool {
	fixed := map[string]bool{}
	for _, c := range query.FixedFields(x) {
		fixed[c.Path.Field] = true
	}
	return fixed
}
