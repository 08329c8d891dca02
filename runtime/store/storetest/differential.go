package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Opener opens an empty store; the caller closes it.
type Opener func(t *testing.T) store.Store

// Differential asks stores random questions about random documents and compares the
// answers with those of query.Matches and of plain Go (S-13, R-30): filters,
// orders, pages, searches, aggregates. Documents change between rounds. The first
// difference is reduced to a small case and printed with the seed.
func Differential(t *testing.T, open map[string]Opener, cases int, seed int64) {
	w := &fixture{t: t, ctx: t.Context(), r: rand.New(rand.NewPCG(uint64(seed), 1)), stores: map[string]store.Store{},
		docs: map[string]map[string]record{"deal": {}, "account": {}}}
	for name, fn := range open {
		s := fn(t)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		if err := s.Ensure(w.ctx, w.collections()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w.stores[name] = s
		w.names = append(w.names, name)
	}
	slices.Sort(w.names)
	for n := range cases {
		if n%casesPerRound == 0 {
			w.change(roundWrites(n))
		}
		c := w.question()
		w.count(c)
		if differences := w.check(c); differences != "" {
			w.shrink(&c)
			t.Fatalf("seed %d, case %d: %s\n%s", seed, n, w.check(c), w.describe(c))
		}
	}
	w.met.check(t)
}

const (
	// casesPerRound are the cases between two changes of the documents.
	casesPerRound = 50
	// firstWrites fill the stores at the start, laterWrites change them.
	firstWrites, laterWrites = 50, 20
)

func roundWrites(n int) int {
	if n == 0 {
		return firstWrites
	}
	return laterWrites
}

// fixture holds the stores and a copy of their documents.
type fixture struct {
	t      *testing.T
	ctx    context.Context
	r      *rand.Rand
	stores map[string]store.Store
	names  []string
	met    coverage
	docs   map[string]map[string]record
}

// record is a document with its body decoded.
type record struct {
	doc  store.Doc
	body map[string]any
}

// get is the function of that name that query.Matches needs.
func (w *fixture) get(collection, id string) map[string]any { return w.docs[collection][id].body }

// commit applies operations to every store and to the copy.
func (w *fixture) commit(ops ...store.Op) {
	w.t.Helper()
	for _, name := range w.names {
		if err := w.stores[name].Commit(w.ctx, &store.Batch{Ops: ops}); err != nil {
			w.t.Fatalf("%s: commit: %v", name, err)
		}
	}
	for _, op := range ops {
		if op.Kind == store.Delete {
			delete(w.docs[op.Collection], op.Doc.ID)
			continue
		}
		var body map[string]any
		if err := json.Unmarshal(op.Doc.Body, &body); err != nil {
			w.t.Fatal(err)
		}
		for key, v := range body {
			if v == nil { // null is unset
				delete(body, key)
			}
		}
		w.docs[op.Collection][op.Doc.ID] = record{op.Doc, body}
	}
}

// change makes n random changes in one batch.
func (w *fixture) change(n int) {
	var ops []store.Op
	touched := map[string]bool{}
	for range n {
		collection, id := "deal", fmt.Sprintf("d%03d", w.r.IntN(60))
		make := w.deal
		if w.r.IntN(8) == 0 {
			collection, id, make = "account", fmt.Sprintf("a%d", w.r.IntN(9)), w.account
		}
		if touched[id] {
			continue
		}
		touched[id] = true
		old, exists := w.docs[collection][id]
		switch {
		case !exists:
			ops = append(ops, store.Op{Kind: store.Insert, Collection: collection, Doc: w.document(id, 1, make())})
		case w.r.IntN(3) == 0:
			ops = append(ops, store.Op{Kind: store.Delete, Collection: collection, Doc: store.Doc{ID: id}, OldRev: old.doc.Rev})
		default:
			ops = append(ops, store.Op{Kind: store.Replace, Collection: collection, Doc: w.document(id, old.doc.Rev+1, make()), OldRev: old.doc.Rev})
		}
	}
	w.commit(ops...)
}

// question is one case: a find, its pages with random limits, and a count; or
// an aggregate.
type question struct {
	find      store.Find
	limits    []int
	cap       int
	aggregate *store.Aggregate
}

func (w *fixture) question() question {
	if w.r.IntN(4) == 0 {
		a := w.randomAggregate()
		return question{aggregate: &a}
	}
	q := question{find: store.Find{IDDesc: w.r.IntN(3) == 0, IDsOnly: w.r.IntN(6) == 0}, cap: max(0, w.r.IntN(40)-20)}
	if w.r.IntN(12) > 0 {
		q.find.Where = w.randomWhere(w.r.IntN(5))
	}
	if w.r.IntN(3) > 0 {
		q.find.Sort = w.randomSort()
	}
	for range 1 + w.r.IntN(3) {
		q.limits = append(q.limits, 1+w.r.IntN(12))
	}
	return q
}

// check asks all stores and describes how an answer differs from the expected one.
func (w *fixture) check(q question) string {
	var out strings.Builder
	for _, name := range w.names {
		var err error
		if q.aggregate != nil {
			err = w.checkAggregate(w.stores[name], *q.aggregate)
		} else {
			err = w.checkFind(w.stores[name], q)
		}
		if err != nil {
			fmt.Fprintf(&out, "\n%s: %v", name, err)
		}
	}
	return out.String()
}

// restLimit is more than the number of documents.
const restLimit = 100

// checkFind reads some pages, the rest as one page, and counts.
func (w *fixture) checkFind(s store.Store, q question) error {
	want := w.answer(q.find)
	f := q.find
	for at, page := 0, 0; ; page++ {
		f.Limit = restLimit
		if page < len(q.limits) {
			f.Limit = q.limits[page]
		}
		docs, err := s.Find(w.ctx, "deal", f)
		if err != nil {
			return fmt.Errorf("find: %w", err)
		}
		expected := want[at:min(at+f.Limit, len(want))]
		if !slices.Equal(ids(docs), expected) {
			return fmt.Errorf("from %d: found %v, want %v", at, ids(docs), expected)
		}
		for _, d := range docs {
			if err := w.sameDoc(d, f.IDsOnly); err != nil {
				return err
			}
		}
		if len(docs) < f.Limit {
			break
		}
		at += len(docs)
		p := query.PositionOf(f.Sort, w.docs["deal"][want[at-1]].body, w.get)
		f.After = &store.Position{Values: p.Values, ID: p.ID}
	}
	expected := len(want)
	if q.cap > 0 {
		expected = min(expected, q.cap)
	}
	n, err := s.Count(w.ctx, "deal", f.Where, q.cap)
	if err != nil || n != int64(expected) {
		return fmt.Errorf("count up to %d: %d, %v, want %d", q.cap, n, err, expected)
	}
	return nil
}

func (w *fixture) sameDoc(d store.Doc, idsOnly bool) error {
	own := w.docs["deal"][d.ID]
	if d.Rev != own.doc.Rev {
		return fmt.Errorf("%s has revision %d, want %d", d.ID, d.Rev, own.doc.Rev)
	}
	if idsOnly {
		if d.Body != nil {
			return fmt.Errorf("%s has a body", d.ID)
		}
		return nil
	}
	var body, want any
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return err
	}
	if err := json.Unmarshal(own.doc.Body, &want); err != nil {
		return err
	}
	if a, b := fmt.Sprint(body), fmt.Sprint(want); a != b {
		return fmt.Errorf("%s is %s, want %s", d.ID, a, b)
	}
	return nil
}
