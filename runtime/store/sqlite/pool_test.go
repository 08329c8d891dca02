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

// The weight of a find decides whether it may have to wait.
func TestFindsAreWeighedByTheirIndexes(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
	k, err := s.catalog.get("lead")
	if err != nil {
		t.Fatal(err)
	}
	idPath := query.Path{Field: "id", Kind: query.Key}
	is := func(p query.Path, op query.Op, v any) query.Cmp { return query.Cmp{Path: p, Op: op, Value: v} }
	stage, code := is(stagePath, query.Eq, "won"), is(codePath, query.Eq, "c")
	note := is(query.Path{Field: "note", Kind: query.Text}, query.Contains, "x")
	newest := []query.SortTerm{{Path: atPath, Desc: true}}
	for name, test := range map[string]struct {
		find store.Find
		want weight
	}{
		"all by id":               {store.Find{}, light},
		"one id":                  {store.Find{Where: is(idPath, query.Eq, "a")}, light},
		"some ids":                {store.Find{Where: query.All{note, is(idPath, query.In, []any{"a", "b"})}}, narrow},
		"a range of ids":          {store.Find{Where: query.All{is(idPath, query.Gt, "a"), is(idPath, query.Lt, "b")}}, narrow},
		"ids after one":           {store.Find{Where: is(idPath, query.Gt, "a")}, heavy},
		"a unique key":            {store.Find{Where: query.All{note, code}, Sort: newest}, light},
		"one index entry":         {store.Find{Where: is(batchPath, query.Eq, "b")}, light},
		"a filtered index entry":  {store.Find{Where: query.All{note, is(batchPath, query.Eq, "b")}}, narrow},
		"a covered list":          {store.Find{Where: stage, Sort: newest}, light},
		"a filtered list":         {store.Find{Where: query.All{stage, note}, Sort: newest}, narrow},
		"a filter":                {store.Find{Where: note}, heavy},
		"an order without index":  {store.Find{Sort: []query.SortTerm{{Path: query.Path{Field: "note", Kind: query.Text}}}}, heavy},
		"not a unique key":        {store.Find{Where: query.Not{X: code}}, heavy},
		"one of two":              {store.Find{Where: query.Any{code, note}}, heavy},
		"words":                   {store.Find{Where: matches("x")}, heavy},
		"a path over a reference": {store.Find{Where: is(query.Path{Field: "id", Kind: query.Key, Through: "lead", Via: "code"}, query.Eq, "a")}, heavy},
	} {
		if got := k.weigh(test.find); got != test.want {
			t.Errorf("%s: weight %d, want %d", name, got, test.want)
		}
	}
}

// A narrow find that takes long is repeated as a heavy one, which waits for its turn.
func TestANarrowFindThatTakesLongBecomesHeavy(t *testing.T) {
	t.Parallel()
	s := manyLeads(t, 20_000)
	where := query.All{query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"}}
	for i := range 10 {
		where = append(where, query.Not{X: query.Cmp{Path: namePath, Op: query.Contains, Value: fmt.Sprint("nothing", i)}})
	}
	where = append(where, query.Cmp{Path: namePath, Op: query.Contains, Value: "司 19999"})
	f := store.Find{Where: where, Limit: 5}
	if k, _ := s.catalog.get("lead"); k.weigh(f) != narrow {
		t.Fatal("the find is not narrow")
	}
	docs, err := s.Find(t.Context(), "lead", f)
	if err != nil || len(docs) != 1 || docs[0].ID != "l0019999" {
		t.Errorf("found %d, %v", len(docs), err)
	}
	for range cap(s.readers.heavy) {
		s.readers.heavy <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*lightTime)
	defer cancel()
	if _, err := s.Find(ctx, "lead", f); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while all turns are taken: %v", err)
	}
	for range cap(s.readers.heavy) {
		<-s.readers.heavy
	}
}
