package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// a batch that does not fit is refused as a whole, reading continues, and so
// does writing once there is room again.
func TestAFullDiskRefusesBatchesAsAWhole(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
	limit := func(pages int) {
		err := s.writer.exclusively(t.Context(), func(c *conn) error { return c.once(fmt.Sprintf("PRAGMA max_page_count=%d", pages)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(60)
	written := 0
	var err error
	for ; err == nil; written++ {
		err = s.Commit(t.Context(), &store.Batch{Ops: []store.Op{lead(2*written, "new"), lead(2*written+1, "new")}})
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatal(err)
	}
	n, err := s.Count(t.Context(), "lead", nil, 0)
	if err != nil || int(n) != 2*(written-1) {
		t.Errorf("%d documents of %d full batches: %v", n, written-1, err)
	}
	limit(10_000)
	write(t, s, lead(2*written, "new"))
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
}

// One caller sends invalid bodies while others write.
func TestAnInvalidBodyFailsOnlyItsOwnBatch(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := range 20 {
				op := lead(100*c+i, "new")
				if c == 0 {
					op.Doc.Body = []byte(`{"id":"x", "rev":`)
				}
				err := s.Commit(context.Background(), &store.Batch{Ops: []store.Op{op}})
				if (err != nil) != (c == 0) {
					t.Errorf("caller %d: %v", c, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := s.Count(t.Context(), "lead", nil, 0); err != nil || n != 7*20 {
		t.Errorf("%d %v", n, err)
	}
}

func TestViewsThatReadOutsideDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Readers: 1})
	write(t, s, lead(1, "new"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := s.View(context.Background(), func(store.Reader) error {
				_, err := s.Get(context.Background(), "lead", "l0000001")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestPreparedStatementsAreBounded(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Readers: 1})
	write(t, s, lead(1, "new"))
	for i := range 2 * maxStatements {
		where := query.Any{query.Cmp{Path: query.Path{Field: fmt.Sprintf("f%d", i), Kind: query.Number}, Op: query.Gt, Value: 1.0},
			query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"}}
		if got := found(t, s, store.Find{Where: where, Limit: 5}); got != "[l0000001]" {
			t.Fatal(got)
		}
	}
	c, err := s.readers.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.stmts) > maxStatements {
		t.Errorf("%d statements", len(c.stmts))
	}
	if err := s.readers.put(c); err != nil {
		t.Error(err)
	}
}

// A client may send 500 conditions.
func TestDeepAndWideConditions(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{})
	write(t, s, lead(1, "new"))
	wide := query.Any{}
	deep := query.Expr(query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"})
	for i := range 500 {
		wide = append(wide, query.Cmp{Path: stagePath, Op: query.Eq, Value: fmt.Sprint(i)})
		if i < 32 {
			deep = query.Not{X: query.Not{X: query.All{deep, query.Any{deep}}}}
			if i > 4 {
				deep = query.Not{X: query.Not{X: query.Any{query.Cmp{Path: stagePath, Op: query.Eq, Value: "new"}}}}
			}
		}
	}
	if got := found(t, s, store.Find{Where: query.All{deep, query.Not{X: wide}}, Limit: 5}); got != "[l0000001]" {
		t.Error(got)
	}
}
