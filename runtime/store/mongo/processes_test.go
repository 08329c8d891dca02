package mongo_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/storetest"
)

func keyPath(field string) query.Path { return query.Path{Field: field, Kind: query.Key} }

// two opens one database twice, as two processes do.
func two(t *testing.T, cs ...store.Collection) [2]*mongo.Store {
	t.Helper()
	return twoOf(t, mongotest.URI(t), cs...)
}

func twoOf(t *testing.T, uri string, cs ...store.Collection) [2]*mongo.Store {
	t.Helper()
	first := open(t, uri, mongo.Options{})
	if err := first.Ensure(t.Context(), cs); err != nil {
		t.Fatal(err)
	}
	return [2]*mongo.Store{first, open(t, uri, mongo.Options{})}
}

func op(kind store.OpKind, collection, id string, rev int64, members string) store.Op {
	o := store.Op{Kind: kind, Collection: collection, Doc: store.Doc{ID: id, Rev: rev, Body: fmt.Appendf(nil, `{"id":%q,"rev":%d%s}`, id, rev, members)}}
	if kind != store.Insert {
		o.OldRev = rev - 1
	}
	return o
}

// TestTwoProcessesWriteTheSameKeys: every wanted key and every revision goes to
// one of them.
func TestTwoProcessesWriteTheSameKeys(t *testing.T) {
	t.Parallel()
	const callers, each = 4, 6
	stores := two(t, store.Collection{Name: "deal", Indexes: []store.Index{{Name: "login", Unique: true, Keys: []store.IndexKey{{Path: keyPath("key")}}}}},
		store.Collection{Name: "log"})
	if err := stores[0].Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, "deal", "hot", 1, `,"n":0`)}}); err != nil {
		t.Fatal(err)
	}
	var won, moved atomic.Int64
	var wg sync.WaitGroup
	for c := range callers {
		s := stores[c%2]
		wg.Go(func() {
			for k := range each {
				id := fmt.Sprint(c, "-", k)
				err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, "deal", id, 1, fmt.Sprintf(`,"key":"k%d"`, k)), op(store.Insert, "log", id, 1, "")}})
				var refused *store.UniqueError
				switch {
				case err == nil:
					won.Add(1)
				case !errors.As(err, &refused) || refused.Index != "login" || refused.ID != id:
					t.Errorf("%s: %v", id, err)
				}
				for done := false; !done; {
					d, err := s.Get(t.Context(), "deal", "hot")
					if err != nil {
						t.Error(err)
						return
					}
					err = s.Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Replace, "deal", "hot", d.Rev+1, fmt.Sprintf(`,"n":%d`, d.Rev))}})
					if done = err == nil; !done && !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return
					}
				}
				moved.Add(1)
			}
		})
	}
	wg.Wait()
	hot, err := stores[0].Get(t.Context(), "deal", "hot")
	if err != nil || hot.Rev != 1+moved.Load() || moved.Load() != callers*each {
		t.Errorf("%d changes, revision %d, %v", moved.Load(), hot.Rev, err)
	}
	logs, err := stores[1].Count(t.Context(), "log", nil, 0)
	if err != nil || won.Load() != each || logs != each {
		t.Errorf("%d winners of %d keys, %d rows beside them, %v", won.Load(), each, logs, err)
	}
}

// TestTwoProcessesExpect: what one process relies on, the other cannot change
// at the same time.
func TestTwoProcessesExpect(t *testing.T) {
	t.Parallel()
	stores := two(t, storetest.WriteSkewCollections()...)
	storetest.WriteSkew(t, stores[0], stores[1])
}

// TestTwoProcessesClaim is R-08's base: no job goes to both.
func TestTwoProcessesClaim(t *testing.T) {
	t.Parallel()
	const jobs, batch = 60, 7
	state := keyPath("state")
	stores := two(t, store.Collection{Name: "job", Kinds: map[string]query.Kind{"note": query.Text, "at": query.Instant},
		Indexes: []store.Index{{Name: "at", Keys: []store.IndexKey{{Path: query.Path{Field: "at", Kind: query.Instant}}}}}})
	b := &store.Batch{}
	for j := range jobs {
		b.Ops = append(b.Ops, op(store.Insert, "job", fmt.Sprint("j", j), 1, `,"state":"due"`))
	}
	if err := stores[0].Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	owner := map[string]int{}
	var wg sync.WaitGroup
	for n, s := range stores {
		wg.Go(func() {
			for {
				docs, err := s.Claim(t.Context(), "job", store.Claim{
					Where: query.Cmp{Path: state, Op: query.Eq, Value: "due"}, Limit: batch,
					Set: map[string]any{"state": "taken", "note": "ＡＢＣ", "at": "2026-01-31T08:00:00.123Z"},
				})
				if err != nil {
					t.Error(err)
				}
				if len(docs) == 0 {
					return
				}
				mu.Lock()
				for _, d := range docs {
					if other, twice := owner[d.ID]; twice {
						t.Errorf("%s went to %d and %d", d.ID, other, n)
					}
					owner[d.ID] = n
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(owner) != jobs {
		t.Errorf("%d of %d jobs were claimed", len(owner), jobs)
	}
	note, at := query.Path{Field: "note", Kind: query.Text}, query.Path{Field: "at", Kind: query.Instant}
	for what, where := range map[string]query.Expr{
		"folded": query.Cmp{Path: note, Op: query.Contains, Value: "abc"}, "a date": query.Cmp{Path: at, Op: query.Eq, Value: "2026-01-31T08:00:00.123Z"},
		"no longer unset": query.Cmp{Path: at, Op: query.Present},
	} {
		if n, err := stores[0].Count(t.Context(), "job", where, 0); err != nil || n != jobs {
			t.Errorf("%s: %d jobs, %v", what, n, err)
		}
	}
}

// TestCachesHearOfOtherProcesses: a commit of one changes the number of the
// other and reaches its watchers, also those of quiet collections, which only
// have numbers.
func TestCachesHearOfOtherProcesses(t *testing.T) {
	t.Parallel()
	stores := two(t, store.Collection{Name: "deal"}, store.Collection{Name: "session", Unwatched: true}, store.Collection{Name: "other"})
	events, err := stores[1].Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) uint64 {
		n, err := stores[1].ChangeNumber(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := map[string]uint64{"deal": number("deal"), "session": number("session"), "other": number("other")}
	if err := stores[0].Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, "session", "s", 1, ""), op(store.Insert, "deal", "a", 1, `,"name":"甲"`)}}); err != nil {
		t.Fatal(err)
	}
	e := <-events
	if e.Kind != store.Insert || e.Collection != "deal" || string(e.Doc.Body) != `{"id":"a","rev":1,"name":"甲"}` {
		t.Errorf("%+v %s", e, e.Doc.Body)
	}
	for _, name := range []string{"deal", "session"} {
		eventually(t, "number of "+name, slowTimeout, func() bool { return number(name) > before[name] })
	}
	if number("other") != before["other"] {
		t.Error("a collection that nobody touched has a new number")
	}
}

// TestDefinitionsAreFollowed: what one process makes of a collection the other
// writes by, a moment later.
func TestDefinitionsAreFollowed(t *testing.T) {
	t.Parallel()
	stores := two(t, store.Collection{Name: "deal"})
	if err := stores[1].Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, "deal", "old", 1, ""), op(store.Insert, "deal", "set", 1, `,"size":3`)}}); err != nil {
		t.Fatal(err)
	}
	size := query.Path{Field: "size", Kind: query.Number}
	sized := store.Collection{Name: "deal", Indexes: []store.Index{{Name: "size", Keys: []store.IndexKey{{Path: size}}}}}
	if err := stores[0].Ensure(t.Context(), []store.Collection{sized}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the definition in the other process", slowTimeout, func() bool {
		all, err := stores[1].Describe(t.Context())
		return err == nil && len(all) == 1 && len(all[0].Indexes) == 1
	})
	if err := stores[1].Commit(t.Context(), &store.Batch{Ops: []store.Op{op(store.Insert, "deal", "new", 1, ""), op(store.Insert, "deal", "tiny", 1, `,"size":1`)}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range stores {
		docs, err := s.Find(t.Context(), "deal", store.Find{Sort: []query.SortTerm{{Path: size}}, Limit: 9})
		var got []string
		for _, d := range docs {
			got = append(got, d.ID)
		}
		if err != nil || fmt.Sprint(got) != "[tiny set new old]" {
			t.Errorf("by size: %v %v", got, err)
		}
	}
}
