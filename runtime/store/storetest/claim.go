package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func testIncrement(t *testing.T, b *suite) {
	const callers, each = 16, 10
	b.ensure()
	seen := make([][]int64, callers)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for range each {
				n, err := b.s.Increment(b.ctx, "log", "number", 2)
				if err != nil {
					t.Error(err)
					return
				}
				seen[c] = append(seen[c], n)
			}
		})
	}
	wg.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(seen...)))
	for i, n := range all {
		if n != int64(2*(i+1)) {
			t.Fatalf("values %v: each must be given once", all)
		}
	}
	n, err := b.s.Increment(b.ctx, "log", "number", -320)
	b.must(err)
	b.same("back to", n, 0)
	n, err = b.s.Increment(b.ctx, "log", "other", 7)
	b.must(err)
	b.same("another counter", n, 7)
}

func testClaim(t *testing.T, b *suite) {
	b.ensure()
	for i := range 5 {
		b.write(insert("deal", fmt.Sprint("j", i), fields{"stage": "due", "score": 5 - i, "note": "x", "name": fmt.Sprint("job", i)}))
	}
	claim := store.Claim{
		Where: query.Cmp{Path: stage, Op: query.Eq, Value: "due"}, Sort: []query.SortTerm{{Path: score}}, Limit: 2,
		Set: map[string]any{"stage": "taken", "by": "node \"1\"", "note": nil},
	}
	docs, err := b.s.Claim(b.ctx, "deal", claim)
	b.must(err)
	b.same("by order", ids(docs), []string{"j4", "j3"})
	got := decode(t, docs[0].Body)
	b.same("as changed", got, fields{"id": "j4", "rev": 2, "stage": "taken", "score": 1, "by": `node "1"`, "name": "job4"})
	if docs[0].Rev != 2 {
		t.Errorf("revision %d", docs[0].Rev)
	}
	b.same("kept", b.get("deal", "j4"), got)
	b.same("still found by word", b.search("job4"), "[j4]")
	if docs, err := b.s.Claim(b.ctx, "deal", store.Claim{Where: query.Any{}, Limit: 5}); err != nil || len(docs) != 0 {
		t.Errorf("nothing to claim: %v %v", docs, err)
	}
}

// testClaimConcurrent: no document is claimed by two callers.
func testClaimConcurrent(t *testing.T, b *suite) {
	const callers, jobs, batch = 16, 120, 7
	b.ensure()
	ops := make([]store.Op, jobs)
	for i := range ops {
		ops[i] = insert("log", fmt.Sprintf("j%03d", i), fields{"stage": "due"})
	}
	b.write(ops...)
	claimed := make([][]string, callers)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for {
				docs, err := b.s.Claim(b.ctx, "log", store.Claim{
					Where: query.Cmp{Path: stage, Op: query.Eq, Value: "due"}, Limit: batch,
					Set: map[string]any{"stage": "taken", "by": fmt.Sprint(c)},
				})
				if err != nil {
					t.Error(err)
				}
				if len(docs) == 0 {
					return
				}
				claimed[c] = append(claimed[c], ids(docs)...)
			}
		})
	}
	wg.Wait()
	all := slices.Concat(claimed...)
	b.same("claims", len(all), jobs)
	b.same("documents claimed", len(slices.Compact(sorted(all))), jobs)
	for c, mine := range claimed {
		for _, id := range mine {
			b.same("owner of "+id, b.get("log", id)["by"], fmt.Sprint(c))
		}
	}
}
