package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"weft/runtime/store"
)

// WriteSkewCollections are the collections that WriteSkew needs.
func WriteSkewCollections() []store.Collection {
	return []store.Collection{{Name: "left", ExpectAbsent: true}, {Name: "right", ExpectAbsent: true}, {Name: "deal"}}
}

// WriteSkew commits pairs of batches concurrently, each of which changes what the
// other expects: the absence of a document, or its revision. One of each pair must
// be refused. a and b may be two openings of one database.
func WriteSkew(t *testing.T, a, b store.Store) {
	const rounds = 12
	for r := range rounds {
		id := fmt.Sprint("d", r)
		clash(t, a, b, "absence",
			&store.Batch{Expect: []store.Expect{{Collection: "left", ID: id}}, Ops: []store.Op{insert("right", id, nil)}},
			&store.Batch{Expect: []store.Expect{{Collection: "right", ID: id}}, Ops: []store.Op{insert("left", id, nil)}})
		if err := a.Commit(t.Context(), &store.Batch{Ops: []store.Op{insert("deal", id, nil), insert("deal", id+"b", nil)}}); err != nil {
			t.Fatal(err)
		}
		clash(t, a, b, "a revision",
			&store.Batch{Expect: []store.Expect{{Collection: "deal", ID: id, Rev: 1}}, Ops: []store.Op{replace("deal", id+"b", 1, nil)}},
			&store.Batch{Expect: []store.Expect{{Collection: "deal", ID: id + "b", Rev: 1}}, Ops: []store.Op{replace("deal", id, 1, nil)}})
	}
}

func clash(t *testing.T, a, b store.Store, what string, first, second *store.Batch) {
	t.Helper()
	var errs [2]error
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = a.Commit(t.Context(), first) })
	wg.Go(func() { errs[1] = b.Commit(t.Context(), second) })
	wg.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, store.ErrConflict) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%s: %v and %v; one of the two must be refused", what, errs[0], errs[1])
	}
}

func testWriteSkew(t *testing.T, b *suite) {
	b.must(b.s.Ensure(b.ctx, WriteSkewCollections()))
	WriteSkew(t, b.s, b.s)
}
