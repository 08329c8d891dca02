package query_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/query"
)

// FuzzParse: whatever a client sends is either refused with problems that have
// a text, or can be bound and matched; a filter and its negation part the records.
func FuzzParse(f *testing.F) {
	v := readVectors(f)
	for _, c := range v.Filters {
		f.Add([]byte(c.Where))
	}
	for _, seed := range []string{`{"all":[]}`, `["stage","$ne",1]`, `["a.b.c","=",{}]`, `{"not":null}`, `[[[[`, `["amount","between",[1e400,-1]]`} {
		f.Add([]byte(seed))
	}
	deal, env := v.entity("deal"), v.env(f)
	f.Fuzz(func(t *testing.T, where []byte) {
		filter, problems := query.Parse(json.RawMessage(where), deal, "/where")
		for _, p := range found(problems) {
			if len(p) > 7 && p[:7] == "no text" {
				t.Fatal(p)
			}
		}
		if problems != nil {
			return
		}
		x, problems := filter.Bind(env, deal, nil)
		if problems != nil {
			t.Fatalf("parsed, but not bound: %v", problems)
		}
		if yes, no := v.matching(x), v.matching(query.Not{X: x}); len(yes)+len(no) != len(v.Records["deal"]) {
			t.Fatalf("%s: %v and %v", where, yes, no)
		}
	})
}

// FuzzCursor: garbage is refused, what is read is a position of scalars.
func FuzzCursor(f *testing.F) {
	f.Add(query.EncodeCursor(query.Position{Values: []any{"a", nil, 1.5, true}, ID: "r01"}, "name"))
	f.Add("bnVsbA")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := query.DecodeCursor(text, "name")
		if err != nil {
			return
		}
		terms := []query.SortTerm{{Path: query.Path{Field: "name", Kind: query.Text}}}
		if p.Fits(terms) {
			again, err := query.DecodeCursor(query.EncodeCursor(*p, "name"), "name")
			if err != nil || again.ID != p.ID || again.Values[0] != p.Values[0] {
				t.Fatalf("%+v became %+v, %v", p, again, err)
			}
		}
	})
}

// FuzzWords: every word of a text is found in it.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"上海某某科技有限公司", "ＡＢＣ HT-2024", "éİςß", "\xff", "ٱلْعَرَبِيَّة", "葛󠄀城"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := map[string]any{"name": s}
		for _, w := range query.Words(s) {
			if !query.Matches(query.Cmp{Path: query.Path{Field: "name", Kind: query.Text}, Op: query.Match, Value: w}, doc, nil) {
				t.Fatalf("%q is not found in %q", w.Text, s)
			}
		}
		if query.Fold(query.Fold(s)) != query.Fold(s) {
			t.Fatalf("folding %q twice differs", s)
		}
	})
}
