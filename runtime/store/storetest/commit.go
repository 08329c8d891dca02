package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"weft/runtime/store"
)

func testReads(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", fields{"name": "甲", "note": "line\n\"quoted\" \u2028 😀"}), insert("deal", "b", nil))
	d, err := b.s.Get(b.ctx, "deal", "a")
	b.must(err)
	if d.ID != "a" || d.Rev != 1 || decode(t, d.Body)["note"] != "line\n\"quoted\" \u2028 😀" {
		t.Errorf("got %+v %s", d, d.Body)
	}
	if _, err := b.s.Get(b.ctx, "deal", "z"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a missing document: %v", err)
	}
	docs, err := b.s.GetMany(b.ctx, "deal", []string{"b", "z", "a", "b"})
	b.must(err)
	b.same("in the order of ids", ids(docs), []string{"b", "a", "b"})
	if docs, err := b.s.GetMany(b.ctx, "deal", nil); err != nil || len(docs) != 0 {
		t.Errorf("no ids: %v %v", docs, err)
	}
	bare, err := b.s.Find(b.ctx, "deal", store.Find{Limit: 5, IDsOnly: true})
	b.must(err)
	if len(bare) != 2 || bare[0].Body != nil || bare[0].Rev != 1 {
		t.Errorf("ids only: %+v", bare)
	}
	if _, err := b.s.Get(b.ctx, "nowhere", "a"); err == nil {
		t.Error("an unknown collection gave no error")
	}
}

func testBatch(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", nil), insert("account", "x", fields{"code": "k"}))
	err := b.s.Commit(b.ctx, &store.Batch{
		Expect: []store.Expect{{Collection: "deal", ID: "a", Rev: 1}, {Collection: "deal", ID: "none", Rev: 0}},
		Ops:    []store.Op{replace("deal", "a", 1, fields{"stage": "won"}), insert("log", "a:2", nil)},
	})
	b.must(err)
	b.same("stage", b.get("deal", "a")["stage"], "won")

	for what, expect := range map[string]store.Expect{
		"another revision":      {Collection: "deal", ID: "a", Rev: 1},
		"must not exist":        {Collection: "account", ID: "x", Rev: 0},
		"does not exist":        {Collection: "deal", ID: "gone", Rev: 3},
		"of another collection": {Collection: "log", ID: "x", Rev: 1},
	} {
		err := b.s.Commit(b.ctx, &store.Batch{Expect: []store.Expect{expect}, Ops: []store.Op{insert("log", what, nil)}})
		var conflict *store.ConflictError
		if !errors.Is(err, store.ErrConflict) || !errors.As(err, &conflict) || conflict.ID != expect.ID || conflict.Want != expect.Rev {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := b.s.Get(b.ctx, "log", what); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: the batch was partly applied: %v", what, err)
		}
	}
	if err := b.s.Commit(b.ctx, &store.Batch{}); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
	if err := b.commit(insert("nowhere", "a", nil)); err == nil {
		t.Error("an unknown collection gave no error")
	}
	if err := b.commit(insert("deal", "", nil)); err == nil {
		t.Error("a document without id was accepted")
	}
}

func testOperations(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", nil))
	var conflict *store.ConflictError
	var unique *store.UniqueError

	err := b.commit(insert("log", "l", nil), insert("deal", "a", nil))
	if !errors.As(err, &unique) || unique.Index != "id" || unique.ID != "a" || unique.Collection != "deal" {
		t.Errorf("a duplicate id: %v", err)
	}
	if err := b.commit(replace("deal", "a", 7, nil)); !errors.As(err, &conflict) || conflict.Have != 1 || conflict.Want != 7 {
		t.Errorf("replace of another revision: %v", err)
	}
	if err := b.commit(remove("deal", "a", 7)); !errors.As(err, &conflict) || conflict.Have != 1 {
		t.Errorf("delete of another revision: %v", err)
	}
	if err := b.commit(replace("deal", "z", 0, nil)); !errors.As(err, &conflict) || conflict.Have != 0 {
		t.Errorf("replace of a missing document: %v", err)
	}
	if err := b.commit(remove("deal", "z", 1)); !errors.As(err, &conflict) {
		t.Errorf("delete of a missing document by revision: %v", err)
	}
	b.same("nothing of the refused batch", b.find("log", store.Find{}), []string{})
	b.write(remove("deal", "z", 0))
	b.write(replace("deal", "a", 0, fields{"stage": "won"}))
	b.write(insert("deal", "c", nil), replace("deal", "c", 1, fields{"stage": "new"}), remove("deal", "c", 2), insert("deal", "c", fields{"stage": "again"}))
	b.same("operations in order", b.get("deal", "c")["stage"], "again")
	b.write(remove("deal", "a", 1))
	b.same("left", b.find("deal", store.Find{}), []string{"c"})
}

// testFaults makes the database fail between every pair of operations.
func testFaults(t *testing.T, b *suite) {
	faulty, ok := b.s.(FaultInjector)
	if !ok {
		t.Fatal("the adapter has no way to inject faults (storetest.FaultInjector)")
	}
	b.ensure()
	b.write(insert("deal", "old", fields{"stage": "new", "name": "before"}), insert("account", "gone", nil))
	batch := []store.Op{
		replace("deal", "old", 1, fields{"stage": "won", "name": "after"}), insert("deal", "a", fields{"name": "fresh"}),
		insert("log", "old:2", nil), remove("account", "gone", 1), insert("account", "b", fields{"code": "b"}),
	}
	broken := errors.New("injected")
	for at := 0; ; at++ {
		asked := 0
		faulty.SetFault(func() error {
			if asked++; asked == at+1 {
				return broken
			}
			return nil
		})
		err := b.commit(batch...)
		faulty.SetFault(nil)
		if err == nil {
			if at <= len(batch) {
				t.Fatalf("only %d faults in a batch of %d", at, len(batch))
			}
			break
		}
		if !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("fault %d: %v", at, err)
		}
		b.same(fmt.Sprintf("deals after fault %d", at), b.find("deal", store.Find{}), []string{"old"})
		b.same("log", b.find("log", store.Find{}), []string{})
		b.same("accounts", b.find("account", store.Find{}), []string{"gone"})
		b.same("stage", b.get("deal", "old")["stage"], "new")
		b.same("search", b.search("fresh", "after", "before"), "[] [] [old]")
	}
	b.same("deals", b.find("deal", store.Find{}), []string{"a", "old"})
	b.same("accounts", b.find("account", store.Find{}), []string{"b"})
	b.same("search", b.search("fresh", "after", "before"), "[a] [old] []")
}

// testRevisions is R-27: 16 callers change one document; no change is lost.
func testRevisions(t *testing.T, b *suite) {
	const callers, each = 16, 10
	b.ensure()
	b.write(insert("deal", "d", fields{"n": 0}))
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for done := 0; done < each; {
				d, err := b.s.Get(b.ctx, "deal", "d")
				if err != nil {
					t.Error(err)
					return
				}
				n := decode(t, d.Body)["n"].(float64)
				err = b.commit(replace("deal", "d", d.Rev, fields{"n": n + 1}), insert("log", fmt.Sprintf("d:%d", d.Rev+1), nil))
				if err == nil {
					done++
				} else if !errors.Is(err, store.ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.same("changes", b.get("deal", "d")["n"], callers*each)
	n, err := b.s.Count(b.ctx, "log", nil, 0)
	b.must(err)
	b.same("log rows", n, callers*each)
}

func testCancelled(t *testing.T, b *suite) {
	b.ensure()
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if err := b.s.Commit(ctx, &store.Batch{Ops: []store.Op{insert("deal", "a", nil)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("commit with a cancelled context: %v", err)
	}
	b.same("written", b.find("deal", store.Find{}), []string{})
	if _, err := b.s.Aggregate(ctx, "deal", store.Aggregate{}); !errors.Is(err, context.Canceled) {
		t.Errorf("aggregate with a cancelled context: %v", err)
	}
	if _, err := b.s.Watch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("watch with a cancelled context: %v", err)
	}
}

func testClosed(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", nil))
	b.must(b.s.Close())
	if _, err := b.s.Get(b.ctx, "deal", "a"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("get after close: %v", err)
	}
	if err := b.commit(insert("deal", "b", nil)); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("commit after close: %v", err)
	}
	if _, err := b.s.Watch(b.ctx); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("watch after close: %v", err)
	}
	if err := b.s.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}
