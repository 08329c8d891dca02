package query

import "strings"

// Compare orders two positions that PositionOf made of the terms: unset values
// last both ways, then by id.
func (p Position) Compare(o Position, terms []SortTerm, idDesc bool) int {
	for i, t := range terms {
		if n := t.order(p.Values[i], o.Values[i]); n != 0 {
			return n
		}
	}
	return compareIDs(p.ID, o.ID, idDesc)
}

func compareIDs(x, y string, desc bool) int {
	if desc {
		x, y = y, x
	}
	return strings.Compare(x, y)
}

func (t SortTerm) order(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	n := compareSet(t.Path.Kind, a, b)
	if t.Desc {
		return -n
	}
	return n
}

// compareSet orders two set values of a position: text by its sort keys, false
// before true.
func compareSet(k Kind, a, b any) int {
	if k == Bool {
		x, _ := a.(bool)
		y, _ := b.(bool)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	}
	n, _ := compare(k, a, b)
	return n
}

// orderValue is the value by which v is ordered: the sort key of a text.
func orderValue(p Path, v any) any {
	if s, ok := v.(string); ok && p.Kind == Text {
		return SortKey(s)
	}
	return v
}

// PositionOf is the place of a record in the order of terms (without a term on
// id), as its reader sees it: sort keys of texts, other values as they are
// stored, nil where unset. get is as in Matches.
func PositionOf(terms []SortTerm, doc map[string]any, get func(collection, id string) map[string]any) Position {
	id, _ := doc["id"].(string)
	p := Position{ID: id}
	for _, t := range terms {
		p.Values = append(p.Values, orderValue(t.Path, Value(t.Path, doc, get)))
	}
	return p
}
