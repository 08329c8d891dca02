package storetest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// testConcurrentReads changes 400 documents in pairs, so that total counts and sums
// stay the same, while others read aggregates, pages and searches: every answer
// must be from one snapshot.
func testConcurrentReads(t *testing.T, b *suite) {
	const docs, writers, each = 400, 4, 40
	b.ensure()
	var ops []store.Op
	for i := range docs {
		ops = append(ops, insert("deal", fmt.Sprintf("d%03d", i), pairedFields(i%2, i)))
	}
	b.write(ops...)
	var working atomic.Int32
	working.Store(writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			defer working.Add(-1)
			for i := range each {
				x, y := w*100+(i*2)%100, w*100+(i*2+1)%100
				err := b.commit(
					store.Op{Kind: store.Replace, Collection: "deal", Doc: makeDoc(fmt.Sprintf("d%03d", x), int64(i+2), pairedFields((i+1)%2, i))},
					store.Op{Kind: store.Replace, Collection: "deal", Doc: makeDoc(fmt.Sprintf("d%03d", y), int64(i+2), pairedFields(i%2, -i))},
				)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, read := range []func(store.Reader) error{b.consistentAggregates, b.consistentPages, b.consistentSearches} {
		wg.Go(func() {
			for working.Load() > 0 {
				if err := read(b.s); err != nil {
					t.Error(err)
					return
				}
				if err := b.s.View(b.ctx, read); err != nil {
					t.Errorf("in a view: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// pairedFields are those of one document of a pair: each pair has one document in
// each of the two stages.
func pairedFields(side, n int) fields {
	return fields{
		"stage": []string{"new", "won"}[side], "account": fmt.Sprint("acc", (n+200)%3), "amount": []string{money("1"), money("3")}[side], "name": "common word",
		"at": fmt.Sprintf("2026-01-%02dT%02d:00:00.000Z", 1+(n*7+200)%28, (n*5+200)%24),
	}
}

func (b *suite) consistentAggregates(r store.Reader) error {
	rows, err := r.Aggregate(b.ctx, "deal", store.Aggregate{Groups: []query.GroupTerm{group(account)}, Metrics: figures[:2]})
	if err != nil {
		return err
	}
	n, sum := int64(0), money("0")
	for _, row := range rows {
		n += row["n"].(int64)
		sum = query.AddDecimal(sum, row["sum"].(string))
	}
	if n != 400 || sum != money("800") {
		return fmt.Errorf("aggregates %v", rows)
	}
	if _, whole := r.(store.Store); whole {
		return nil
	}
	again, err := r.Aggregate(b.ctx, "deal", store.Aggregate{Groups: []query.GroupTerm{group(account)}, Metrics: figures[:2],
		Where: cmp(idPath, query.Present, nil)})
	if err == nil && fmt.Sprint(rows) != fmt.Sprint(again) {
		return fmt.Errorf("aggregates of one snapshot: %v and %v", rows, again)
	}
	return err
}

func (b *suite) consistentPages(r store.Reader) error {
	n := 0
	for _, key := range []string{"new", "won"} {
		docs, err := r.Find(b.ctx, "deal", store.Find{Where: cmp(stage, query.Eq, key), Sort: []query.SortTerm{{Path: at, Desc: true}}, Limit: 500})
		if err != nil {
			return err
		}
		if err := inOrder(b.t, docs); err != nil {
			return err
		}
		n += len(docs)
	}
	if _, whole := r.(store.Store); !whole && n != 400 {
		return fmt.Errorf("%d documents in all pages of one view", n)
	}
	return nil
}

func (b *suite) consistentSearches(r store.Reader) error {
	docs, err := r.Find(b.ctx, "deal", store.Find{Where: searchWhere("common"), Sort: []query.SortTerm{{Path: at, Desc: true}}, Limit: 60})
	if err != nil {
		return err
	}
	if len(docs) != 60 {
		return fmt.Errorf("%d documents found", len(docs))
	}
	if _, whole := r.(store.Store); whole {
		return inOrder(b.t, docs)
	}
	again, err := r.Find(b.ctx, "deal", store.Find{Where: cmp(name, query.Present, nil), Sort: []query.SortTerm{{Path: at, Desc: true}}, Limit: 60})
	if err == nil && !slices.Equal(ids(docs), ids(again)) {
		return fmt.Errorf("found %v, newest of the same snapshot %v", ids(docs), ids(again))
	}
	return err
}

// inOrder checks that documents come newest first, then by id, each once.
func inOrder(t *testing.T, docs []store.Doc) error {
	last, id := "z", ""
	for _, d := range docs {
		now := decode(t, d.Body)["at"].(string)
		if now > last || now == last && d.ID <= id {
			return fmt.Errorf("%s of %s follows %s of %s", d.ID, now, id, last)
		}
		last, id = now, d.ID
	}
	return nil
}
