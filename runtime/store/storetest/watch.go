package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"weft/runtime/store"
)

func testWatch(t *testing.T, b *suite) {
	const callers, each = 8, 25
	b.ensure()
	b.write(insert("deal", "before", nil))
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	events, err := b.s.Watch(ctx)
	b.must(err)
	b.write(insert("log", "quiet", nil), insert("deal", "a", fields{"stage": "new"}))
	b.write(replace("deal", "a", 1, fields{"stage": "won"}))
	if err := b.commit(insert("deal", "b", nil), replace("deal", "a", 1, nil)); !errors.Is(err, store.ErrConflict) {
		t.Fatal(err)
	}
	b.write(remove("deal", "a", 2))
	last := uint64(0)
	for _, want := range []store.Event{
		{Kind: store.Insert, Doc: store.Doc{ID: "a", Rev: 1}}, {Kind: store.Replace, Doc: store.Doc{ID: "a", Rev: 2}},
		{Kind: store.Delete, Doc: store.Doc{ID: "a"}},
	} {
		e := <-events
		if e.Kind != want.Kind || e.Collection != "deal" || e.Doc.ID != want.Doc.ID || e.Doc.Rev != want.Doc.Rev || e.Seq <= last || e.Resync {
			t.Fatalf("got %+v, want %+v", e, want)
		}
		if e.Kind != store.Delete {
			b.same("body", decode(t, e.Doc.Body)["rev"], want.Doc.Rev)
		}
		last = e.Seq
	}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				if err := b.commit(insert("deal", fmt.Sprintf("%d-%d", c, i), nil)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	next := make(map[int]int)
	for range callers * each {
		e := <-events
		var c, i int
		if _, err := fmt.Sscanf(e.Doc.ID, "%d-%d", &c, &i); err != nil || next[c] != i || e.Seq <= last {
			t.Fatalf("event %+v: want number %d of caller %d, behind %d", e, next[c], c, last)
		}
		next[c], last = i+1, e.Seq
	}
	wg.Wait()
	stop()
	for range events { // closed when ctx ends
		t.Error("an event of nothing")
	}
}

// testResync writes more events than fit the queue of a watcher that does not read.
func testResync(t *testing.T, b *suite) {
	const rounds, batch = 20, 250
	b.ensure()
	events, err := b.s.Watch(b.ctx)
	b.must(err)
	for r := range rounds {
		ops := make([]store.Op, batch)
		for i := range ops {
			ops[i] = insert("deal", fmt.Sprintf("%d-%d", r, i), nil)
		}
		b.write(ops...)
	}
	last := uint64(0)
	for n := 0; ; n++ {
		e := <-events
		if e.Seq <= last || n > rounds*batch {
			t.Fatalf("event %+v behind %d", e, last)
		}
		if last = e.Seq; e.Resync {
			break
		}
	}
	b.write(insert("deal", "fresh", nil))
	for { // what was on its way when the reader was told may still come
		e := <-events
		if e.Seq <= last || e.Resync {
			t.Fatalf("after the resync: %+v behind %d", e, last)
		}
		if last = e.Seq; e.Doc.ID == "fresh" {
			return
		}
	}
}

func testView(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", fields{"stage": "new", "name": "word"}))
	outside, err := b.s.ChangeNumber(b.ctx, "deal")
	b.must(err)
	err = b.s.View(b.ctx, func(r store.Reader) error {
		inside, err := r.ChangeNumber(b.ctx, "deal")
		b.must(err)
		b.same("the number of an unchanged collection", inside, outside)
		b.write(insert("deal", "b", fields{"stage": "new", "name": "word"}), replace("deal", "a", 1, fields{"stage": "won"}))
		d, err := r.Get(b.ctx, "deal", "a")
		b.must(err)
		b.same("stage in the view", decode(t, d.Body)["stage"], "new")
		n, err := r.Count(b.ctx, "deal", nil, 0)
		b.must(err)
		b.same("count in the view", n, 1)
		docs, err := r.Find(b.ctx, "deal", store.Find{Where: searchWhere("word"), Limit: 9})
		b.must(err)
		b.same("found in the view", ids(docs), []string{"a"})
		rows, err := r.Aggregate(b.ctx, "deal", store.Aggregate{Groups: nil, Metrics: figures[:1]})
		b.must(err)
		b.same("figures in the view", rows, []store.Row{{"n": int64(1)}})
		now, err := b.s.ChangeNumber(b.ctx, "deal")
		b.must(err)
		if inside, err := r.ChangeNumber(b.ctx, "deal"); err != nil || inside == now {
			t.Errorf("old data would be cached under the new number %d: %v", now, err)
		}
		return nil
	})
	b.must(err)
	b.same("found after the view", b.search("word"), "[b]")
	broken := errors.New("no")
	if err := b.s.View(b.ctx, func(store.Reader) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("the view's error: %v", err)
	}
	b.write(insert("deal", "c", nil))
}

func testChangeNumbers(t *testing.T, b *suite) {
	b.ensure()
	number := func(collection string) uint64 {
		n, err := b.s.ChangeNumber(b.ctx, collection)
		b.must(err)
		return n
	}
	deals, logs := number("deal"), number("log")
	b.write(insert("deal", "a", nil))
	if number("deal") <= deals {
		t.Error("a commit did not change the number")
	}
	b.same("another collection's number", number("log"), logs)
	deals = number("deal")
	if err := b.commit(insert("log", "x", nil), insert("deal", "a", nil)); err == nil {
		t.Fatal("an id twice was taken")
	}
	b.same("after a refused batch", number("deal"), deals)
	if _, err := b.s.ChangeNumber(b.ctx, "nowhere"); err == nil {
		t.Error("a collection that is not there has a number")
	}
}
