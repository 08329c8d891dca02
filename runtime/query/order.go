package query

import "strings"

// Order compares two records in stored form: by the terms, unset values last
// both ways, then by id, ascending unless the last term is on id. Paths must
// be own ones. The comparison computes sort keys anew at every call.
func Order(terms []SortTerm) func(a, b map[string]any) int {
	rest, idDesc := SplitID(terms)
	return func(a, b map[string]any) int {
		for _, t := range rest {
			if n := t.order(Value(t.Path, a, nil), Value(t.Path, b, nil)); n != 0 {
				return n
			}
		}
		x, _ := a["id"].(string)
		y, _ := b["id"].(string)
		if idDesc {
			x, y = y, x
		}
		return strings.Compare(x, y)
	}
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
	n := CompareSorted(t.Path, a, b)
	if t.Desc {
		return -n
	}
	return n
}

// CompareSorted orders two set stored values as a sort on p does: text with a
// sort key by that key, false before true.
func CompareSorted(p Path, a, b any) int {
	if p.Kind == Bool {
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
	if p.SortKey && p.Kind == Text {
		x, _ := a.(string)
		y, _ := b.(string)
		return strings.Compare(SortKey(x), SortKey(y))
	}
	n, _ := compare(p.Kind, a, b)
	return n
}

// PositionOf is the place of a record in the order of terms (without a term on
// id), as its reader sees it; get is as in Matches.
func PositionOf(terms []SortTerm, doc map[string]any, get func(collection, id string) map[string]any) Position {
	id, _ := doc["id"].(string)
	p := Position{ID: id}
	for _, t := range terms {
		v := Value(t.Path, doc, get)
		if s, ok := v.(string); ok && t.Path.SortKey && t.Path.Kind == Text {
			v = SortKey(s)
		}
		p.Values = append(p.Values, v)
	}
	return p
}
