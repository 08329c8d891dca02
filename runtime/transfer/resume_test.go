package transfer

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store"
)

// mortalStore lets a process die: after so many commits of its own nothing it
// does reaches the store any more.
type mortalStore struct {
	store.Store
	left atomic.Int64
}

func (m *mortalStore) Commit(ctx context.Context, b *store.Batch) error {
	if m.left.Add(-1) < 0 {
		return store.ErrUnavailable
	}
	return m.Store.Commit(ctx, b)
}

func manyAccounts(rows int, key bool) string {
	var b strings.Builder
	b.WriteString("客户名称,sector,parent\n")
	for i := range rows {
		parent := ""
		if i%100 == 0 && key {
			parent = fmt.Sprintf("account %d", rows-1-i)
		}
		fmt.Fprintf(&b, "account %d,retail,%s\n", i, parent)
	}
	return b.String()
}

// R-03 for imports: whenever the process dies, another one finishes the work,
// and no row is there twice.
func TestAnInterruptedImportIsFinished(t *testing.T) {
	t.Parallel()
	deals := strings.Replace(manyAccounts(1200, false), "客户名称,sector,parent", "name,notes,amount", 1)
	for name, c := range map[string]struct {
		entity, content string
		commits         int64 // of the import's own books: start, counted, groups …
	}{
		"before the first row":            {"account", manyAccounts(1200, true), 1},
		"after a group, before its books": {"account", manyAccounts(1200, true), 2},
		"in the middle":                   {"account", manyAccounts(1200, true), 3},
		"before the last books":           {"account", manyAccounts(1200, true), 4},
		"without a key":                   {"opportunity", deals, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newTestApp(t)
			dying := &mortalStore{Store: o.store}
			dying.left.Store(c.commits)
			o.transfer.Store = dying
			id, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", c.content), Entity: c.entity})
			if err != nil {
				t.Fatal(err)
			}
			p := o.wait(o.admin, id)
			if p.Finished() {
				t.Fatalf("it did not die: %s", pretty(p))
			}
			o.transfer = o.newTransfer()
			if err := o.transfer.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p = o.wait(o.admin, id); p.Finished() {
				t.Fatal("taken over while its lease held")
			}
			o.transfer.Now = func() time.Time { return time.Now().Add(2 * leaseTime) }
			if err := o.transfer.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			p = o.wait(o.admin, id)
			if f := file(t, p); f.Created != 1200 || f.Failed != 0 || o.count(c.entity, "") != 1200 {
				t.Fatalf("%d records: %s", o.count(c.entity, ""), pretty(p))
			}
			if c.entity == "account" && o.count("account", `["parent","present"]`) != 12 {
				t.Error("references were lost")
			}
		})
	}
}

// Several processes that look for work at once never share an import.
func TestAnImportIsTakenOverOnce(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	dying := &mortalStore{Store: o.store}
	dying.left.Store(2)
	o.transfer.Store = dying
	id, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", manyAccounts(600, true)), Entity: "account"})
	if err != nil {
		t.Fatal(err)
	}
	o.wait(o.admin, id)
	var taken atomic.Int64
	done := make(chan error, 4)
	for range 4 {
		s := o.newTransfer()
		s.Now = func() time.Time { return time.Now().Add(2 * leaseTime) }
		go func() {
			err := s.Resume(context.Background())
			s.mu.Lock()
			taken.Add(int64(len(s.running)))
			s.mu.Unlock()
			s.tasks.Wait()
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if o.count("account", "") != 600 || taken.Load() > 1 {
		t.Fatalf("%d accounts, taken over %d times", o.count("account", ""), taken.Load())
	}
}

// A process that does not have the files of an import leaves it to the one that
// has, and does not break what that one has begun.
func TestAnImportWaitsForItsFiles(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	dying := &mortalStore{Store: o.store}
	dying.left.Store(2)
	o.transfer.Store = dying
	id, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", manyAccounts(1200, true)), Entity: "account"})
	if err != nil {
		t.Fatal(err)
	}
	o.wait(o.admin, id)
	elsewhere, here := o.newTransfer(), o.newTransfer()
	elsewhere.Dir = t.TempDir()
	for _, s := range []*Service{elsewhere, here} {
		s.Now = func() time.Time { return time.Now().Add(2 * leaseTime) }
		o.transfer = s
		if err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := o.wait(o.admin, id)
		if p.Finished() != (s == here) || p.State == Failed {
			t.Fatalf("%s", pretty(p))
		}
	}
	if n := o.count("account", ""); n != 1200 {
		t.Errorf("%d accounts", n)
	}
}

// who lost his lease does not take away the lease of the next one.
func TestALostLeaseIsNotReleased(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	s := o.transfer
	for rev := range int64(2) {
		op, err := s.leaseOp("x", rev)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Store.Commit(t.Context(), &store.Batch{Ops: []store.Op{op}}); err != nil {
			t.Fatal(err)
		}
	}
	s.release("x", 1)
	if _, free, err := s.leaseOf(t.Context(), "x"); free || err != nil {
		t.Errorf("free %t, %v", free, err)
	}
	s.release("x", 2)
	if _, free, err := s.leaseOf(t.Context(), "x"); !free || err != nil {
		t.Errorf("free %t, %v", free, err)
	}
}
