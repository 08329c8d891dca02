package transfer

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// mortalStore simulates the death of a node: after a number of commits nothing it
// does reaches the store.
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

// R-03 for imports: whenever a node dies, another one finishes the work with the
// files from the storage (B6), and no row is imported twice.
func TestAnInterruptedImportIsFinished(t *testing.T) {
	t.Parallel()
	deals := strings.Replace(manyAccounts(1200, false), "客户名称,sector,parent", "name,notes,amount", 1)
	for name, c := range map[string]struct {
		entity, content string
		commits         int64 // of the import: lease, start, counted, groups …
	}{
		"before the first row":               {"account", manyAccounts(1200, true), 1},
		"after a group, before its progress": {"account", manyAccounts(1200, true), 2},
		"in the middle":                      {"account", manyAccounts(1200, true), 3},
		"before the last progress":           {"account", manyAccounts(1200, true), 4},
		"without a key":                      {"opportunity", deals, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newTestApp(t)
			dying := &mortalStore{Store: o.store}
			dying.left.Store(c.commits + 1) // one for the lease
			o.transfer.Store = dying
			o.transfer.Leases = lease.New(lease.Options{Store: dying})
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
			o.later.Store(int64(2 * lease.Life))
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

// Nodes that look for interrupted imports at once never share one.
func TestAnImportIsTakenOverOnce(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	dying := &mortalStore{Store: o.store}
	dying.left.Store(3)
	o.transfer.Store = dying
	o.transfer.Leases = lease.New(lease.Options{Store: dying})
	id, err := o.transfer.Import(t.Context(), o.admin, Job{Inputs: text("a.csv", manyAccounts(600, true)), Entity: "account"})
	if err != nil {
		t.Fatal(err)
	}
	o.wait(o.admin, id)
	var taken atomic.Int64
	done := make(chan error, 4)
	var nodes []*Service
	for range 4 {
		n := o.newTransfer()
		if err := n.Resume(t.Context()); err != nil { // it observes the lease
			t.Fatal(err)
		}
		nodes = append(nodes, n)
	}
	o.later.Store(int64(2 * lease.Life))
	for _, n := range nodes {
		go func() {
			err := n.Resume(context.Background())
			n.mu.Lock()
			taken.Add(int64(len(n.running)))
			n.mu.Unlock()
			n.tasks.Wait()
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

// A renewal whose answer is lost does not stop the import it belongs to (B3).
func TestALostAnswerToARenewalStopsNoImport(t *testing.T) {
	t.Parallel()
	o := newTestApp(t)
	lossy := &lossyStore{Store: o.store}
	o.transfer.Leases = lease.New(lease.Options{Store: lossy, Life: 6 * time.Second}) // a commit on a busy machine may take a second
	slow := &slowStore{Store: o.store}
	o.transfer.Store = slow
	p := o.run(o.admin, Job{Inputs: text("a.csv", manyAccounts(2400, true)), Entity: "account"})
	if p.State != Done || o.count("account", "") != 2400 || lossy.lost.Load() == 0 {
		t.Fatalf("%d answers were lost: %s", lossy.lost.Load(), pretty(p))
	}
}

// lossyStore loses the answers of every second renewal of a lease, which the
// store has done.
type lossyStore struct {
	store.Store
	renewals, lost atomic.Int64
}

func (s *lossyStore) Commit(ctx context.Context, b *store.Batch) error {
	err := s.Store.Commit(ctx, b)
	if err == nil && b.Ops[0].Kind == store.Replace && s.renewals.Add(1)%2 == 1 {
		s.lost.Add(1)
		return store.ErrUnknown
	}
	return err
}

// slowStore lets several renewals fall into one import.
type slowStore struct{ store.Store }

func (s *slowStore) Commit(ctx context.Context, b *store.Batch) error {
	time.Sleep(600 * time.Millisecond)
	return s.Store.Commit(ctx, b)
}
