package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// slowAggregate reads every document and computes a bucket for each.
var slowAggregate = store.Aggregate{
	Where:   query.Cmp{Path: codePath, Op: query.Ne, Value: "none"},
	Groups:  []query.GroupTerm{{Name: "day", Path: atPath, Bucket: "day", Zone: "Asia/Shanghai"}},
	Metrics: []query.Metric{{Name: "n", Func: "count_distinct", Path: codePath}},
}

func manyLeads(t *testing.T, n int) *Store {
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Synchronous: "OFF"})
	for i := 0; i < n; {
		var ops []store.Op
		for ; len(ops) < 1000 && i < n; i++ {
			ops = append(ops, lead(i, "new"))
		}
		write(t, s, ops...)
	}
	return s
}

// R6: the reads of others go on while one caller asks for 64 aggregates at once,
// and while as many views hold their snapshots.
func TestLightReadsAreAnsweredDuringHeavyOnes(t *testing.T) {
	t.Parallel()
	s := manyLeads(t, 5000)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range 64 {
		all.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Aggregate(ctx, "lead", slowAggregate); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for range cap(s.readers.views) + poolExtra + 20 { // the last ones wait for a connection
		all.Go(func() {
			err := s.View(ctx, func(r store.Reader) error {
				<-ctx.Done()
				return nil
			})
			if err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	for len(s.readers.heavy) < cap(s.readers.heavy) || len(s.readers.extra) < poolExtra {
		time.Sleep(time.Millisecond)
	}
	limited, cancel := context.WithTimeout(ctx, 30*time.Second) // far more than it takes, on any machine
	defer cancel()
	for i := range 20 {
		id := lead(i, "").Doc.ID
		if _, err := s.Get(limited, "lead", id); err != nil {
			t.Fatalf("get: %v", err)
		}
		if docs, err := s.GetMany(limited, "lead", []string{id, lead(i+1000, "").Doc.ID}); err != nil || len(docs) != 2 {
			t.Fatalf("get many: %d, %v", len(docs), err)
		}
		byKey := query.Cmp{Path: codePath, Op: query.Eq, Value: fmt.Sprintf("c%d", i)}
		if docs, err := s.Find(limited, "lead", store.Find{Where: byKey, Limit: 2}); err != nil || len(docs) != 1 {
			t.Fatalf("by a unique key: %d, %v", len(docs), err)
		}
		won := query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"}
		list := store.Find{Where: won, Sort: []query.SortTerm{{Path: atPath, Desc: true}}, Limit: 50}
		if docs, err := s.Find(limited, "lead", list); err != nil || len(docs) != 50 {
			t.Fatalf("a list that an index serves: %d, %v", len(docs), err)
		}
		write(t, s, lead(100_000+i, "won"))
	}
}

// R6: the deadline of a caller ends its statement, also while it waits for its turn.
func TestADeadlineEndsAStatement(t *testing.T) {
	t.Parallel()
	s := manyLeads(t, 20_000)
	slowFind := store.Find{Where: query.Cmp{Path: namePath, Op: query.Contains, Value: "nothing"}, Sort: []query.SortTerm{{Path: namePath}}, Limit: 5}
	filtered := store.Find{Where: query.All{query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"}, slowFind.Where},
		Sort: []query.SortTerm{{Path: atPath}}, Limit: 5}
	for name, run := range map[string]func(ctx context.Context, r store.Reader) error{
		"aggregate": func(ctx context.Context, r store.Reader) error {
			_, err := r.Aggregate(ctx, "lead", slowAggregate)
			return err
		},
		"count": func(ctx context.Context, r store.Reader) error {
			_, err := r.Count(ctx, "lead", slowFind.Where, 0)
			return err
		},
		"sorted find": func(ctx context.Context, r store.Reader) error { _, err := r.Find(ctx, "lead", slowFind); return err },
		"filtered list of an index": func(ctx context.Context, r store.Reader) error {
			_, err := r.Find(ctx, "lead", filtered)
			return err
		},
	} {
		limited := func(r store.Reader) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			return run(ctx, r)
		}
		if err := limited(s); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.View(t.Context(), limited); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s in a view: %v", name, err)
		}
		for range cap(s.readers.heavy) {
			s.readers.heavy <- struct{}{}
		}
		if err := limited(s); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s while it waits: %v", name, err)
		}
		for range cap(s.readers.heavy) {
			<-s.readers.heavy
		}
		if err := run(t.Context(), s); err != nil {
			t.Errorf("%s without a deadline: %v", name, err)
		}
	}
}

// Whether a find is light decides whether it may be made to wait.
func TestFindsThatReadLittleAreLight(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
	k, err := s.catalog.get("lead")
	if err != nil {
		t.Fatal(err)
	}
	idPath := query.Path{Field: "id", Kind: query.Key}
	stage := query.Cmp{Path: stagePath, Op: query.Eq, Value: "won"}
	note := query.Cmp{Path: query.Path{Field: "note", Kind: query.Text}, Op: query.Contains, Value: "x"}
	newest := []query.SortTerm{{Path: atPath, Desc: true}}
	for name, test := range map[string]struct {
		find  store.Find
		light bool
	}{
		"all by id":               {store.Find{}, true},
		"one id":                  {store.Find{Where: query.Cmp{Path: idPath, Op: query.Eq, Value: "a"}}, true},
		"some ids":                {store.Find{Where: query.All{note, query.Cmp{Path: idPath, Op: query.In, Value: []any{"a", "b"}}}}, true},
		"a unique key":            {store.Find{Where: query.All{note, query.Cmp{Path: codePath, Op: query.Eq, Value: "c"}}}, true},
		"a covered list":          {store.Find{Where: stage, Sort: newest}, true},
		"a filtered list":         {store.Find{Where: query.All{stage, note}, Sort: newest}, false},
		"a filter":                {store.Find{Where: note}, false},
		"an order without index":  {store.Find{Sort: []query.SortTerm{{Path: query.Path{Field: "note", Kind: query.Text}}}}, false},
		"not a unique key":        {store.Find{Where: query.Not{X: query.Cmp{Path: codePath, Op: query.Eq, Value: "c"}}}, false},
		"words":                   {store.Find{Where: matches("x")}, false},
		"a path over a reference": {store.Find{Where: query.Cmp{Path: query.Path{Field: "id", Kind: query.Key, Through: "lead", Via: "code"}, Op: query.Eq, Value: "a"}}, false},
	} {
		if got := k.light(test.find); got != test.light {
			t.Errorf("%s: light is %t", name, got)
		}
	}
}
