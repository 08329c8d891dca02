package query

import (
	"strings"
	"unicode"
)

// Search makes the filter of a search text: every word must be found in one of
// the searchable fields that the reader may see. A blank text matches
// everything: nil. A text without a word (punctuation, emoji) and words without
// any visible field find nothing.
func Search(text string, e Entity, r Rights, searchable []Field) Expr {
	words := Words(text)
	if len(words) == 0 {
		if strings.TrimFunc(text, isBlank) == "" {
			return nil
		}
		return Any{}
	}
	paths := make([]Path, 0, len(searchable))
	for _, f := range searchable {
		if p, ok := cutPath(r, e, pathOf(f)); ok {
			paths = append(paths, p)
		}
	}
	all := make(All, len(words))
	for i, w := range words {
		anyField := make(Any, len(paths))
		for j, p := range paths {
			anyField[j] = Cmp{Path: p, Op: Match, Value: w}
		}
		all[i] = anyField
		if len(paths) == 1 {
			all[i] = anyField[0]
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// And joins filters, leaving out those that match everything.
func And(parts ...Expr) Expr {
	out := make(All, 0, len(parts))
	for _, p := range parts {
		switch x := p.(type) {
		case nil:
		case All:
			out = append(out, x...)
		default:
			out = append(out, p)
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

// isBlank tells white space and the invisible characters that come with copied text.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}
