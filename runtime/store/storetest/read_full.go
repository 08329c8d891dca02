package storetest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/runtime/store"
)

// testReadFull: documents are read as they were written, with sort keys and tokens,
// in pages by id, from the Store and from a View; Describe returns the collections.
func testReadFull(_ *testing.T, b *suite) {
	b.ensure()
	want := map[string]store.Doc{}
	var ops []store.Op
	for i := range 25 {
		f := fields{"name": fmt.Sprintf("合同 %d 号", i), "code": fmt.Sprintf("C-%03d", i), "score": i}
		if i%5 == 0 {
			delete(f, "name")
		}
		op := insert("deal", fmt.Sprintf("d%02d", i), f)
		ops = append(ops, op)
		want[op.Doc.ID] = op.Doc
	}
	b.write(ops...)
	reader, ok := b.s.(store.FullReader)
	if !ok {
		b.t.Fatal("the store is no store.WholeReader")
	}
	b.sameDocs("now", b.readAll(reader), want)
	b.must(b.s.View(b.ctx, func(r store.Reader) error {
		snapshot, ok := r.(store.FullReader)
		if !ok {
			b.t.Fatal("the Reader of a View is no store.WholeReader")
		}
		before := b.readAll(snapshot)
		b.write(insert("deal", "later", fields{"name": "later"}), remove("deal", "d00", 1))
		b.sameDocs("before the write", before, want)
		b.sameDocs("in the View", b.readAll(snapshot), want)
		return nil
	}))
	b.testDefinitions()
}

func (b *suite) testDefinitions() {
	b.t.Helper()
	describer, ok := b.s.(store.Describer)
	if !ok {
		b.t.Fatal("the store is no store.Describer")
	}
	list, err := describer.Describe(b.ctx)
	b.must(err)
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
		for _, given := range collections() {
			if given.Name == c.Name && (len(given.Indexes) != len(c.Indexes) || given.Searchable != c.Searchable || given.Unwatched != c.Unwatched) {
				b.t.Errorf("%s is described as %+v", c.Name, c)
			}
		}
	}
	b.same("collections", names, []string{"account", "deal", "log"})
}

// readAll reads all deals in small pages.
func (b *suite) readAll(r store.FullReader) []store.Doc {
	b.t.Helper()
	var all []store.Doc
	for after := ""; ; after = all[len(all)-1].ID {
		page, err := r.ReadFull(context.WithoutCancel(b.ctx), "deal", after, 10)
		b.must(err)
		all = append(all, page...)
		if len(page) < 10 {
			return all
		}
	}
}

func (b *suite) sameDocs(when string, got []store.Doc, want map[string]store.Doc) {
	b.t.Helper()
	b.same(when, ids(got), slices.Sorted(maps.Keys(want)))
	for _, d := range got {
		w := want[d.ID]
		byToken := func(x, y store.Token) int { return strings.Compare(x.Field+" "+x.Text, y.Field+" "+y.Text) }
		slices.SortFunc(d.Tokens, byToken)
		slices.SortFunc(w.Tokens, byToken)
		if d.Rev != w.Rev || !maps.Equal(d.Sort, w.Sort) || !slices.Equal(d.Tokens, w.Tokens) {
			b.t.Errorf("%s: %s is read as %+v, was %+v", when, d.ID, d, w)
		}
		if !reflect.DeepEqual(decode(b.t, d.Body), decode(b.t, w.Body)) {
			b.t.Errorf("%s: the body of %s is read as %s, was %s", when, d.ID, d.Body, w.Body)
		}
	}
}
