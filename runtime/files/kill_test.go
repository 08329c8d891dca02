package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/files"
	"weft/runtime/store"
)

var errKilled = errors.New("killed")

// mortal counts the steps that a process takes in its store and its storage,
// and ends at one of them: before it, or after it and before the answer. From
// then on nothing gets through.
type mortal struct {
	at    int64
	after bool
	steps atomic.Int64
}

func (m *mortal) step(do func() error) error {
	n := m.steps.Add(1)
	if n > m.at || n == m.at && !m.after {
		return errKilled
	}
	if err := do(); err != nil || n < m.at {
		return err
	}
	return errKilled
}

type mortalStore struct {
	store.Store
	life *mortal
}

func (s mortalStore) Commit(ctx context.Context, b *store.Batch) error {
	return s.life.step(func() error { return s.Store.Commit(ctx, b) })
}

type mortalStorage struct {
	files.Storage
	life *mortal
}

func (s mortalStorage) Put(ctx context.Context, key string, r io.Reader) error {
	return s.life.step(func() error { return s.Storage.Put(ctx, key, r) })
}

func (s mortalStorage) Remove(ctx context.Context, key string) error {
	return s.life.step(func() error { return s.Storage.Remove(ctx, key) })
}

// TestKilledAtEachStep: R-28. Wherever the process ends, what it acknowledged
// is there, and what it did not leaves nothing behind after the sweep.
func TestKilledAtEachStep(t *testing.T) {
	t.Parallel()
	forEachStorage(t, func(t *testing.T, r fixture) {
		for _, after := range []bool{false, true} {
			for at := int64(1); ; at++ {
				life := &mortal{at: at, after: after}
				linked := r.live(t, life)
				r.sweepAll(t)
				r.agree(t, fmt.Sprintf("at step %d, after it: %v", at, after), linked)
				if life.steps.Load() < at {
					break
				}
			}
		}
	})
}

// live goes through the life of files until the process ends; it returns those
// that records were told to have, and those that they may have.
func (r fixture) live(t *testing.T, life *mortal) map[string]bool {
	t.Helper()
	linked := map[string]bool{}
	st := mortalStore{r.store, life}
	s := files.New(files.Options{Store: st, Storage: mortalStorage{r.storage, life}, Now: r.clock.now, Quota: 1 << 30})
	f, err := s.Put(t.Context(), "u1", "a.txt", "", strings.NewReader("first"), 100)
	if err != nil {
		return linked
	}
	p, err := s.BeginPartial(t.Context(), files.Upload{By: "u1", Name: "b.txt", MaxSize: 100}, 6, "")
	if err != nil {
		return linked
	}
	if _, err := s.AppendPartial(t.Context(), p, 0, strings.NewReader("sec")); err != nil {
		return linked
	}
	second, err := s.AppendPartial(t.Context(), p, 3, strings.NewReader("ond"))
	if err != nil {
		return linked
	}
	ops, err := files.LinkOps([]files.File{*f, *second}, "deal", "r1", "contract")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Commit(t.Context(), &store.Batch{Ops: ops}); err != nil {
		return linked
	}
	linked[f.ID], linked[second.ID] = true, true
	if _, err := s.Put(t.Context(), "u1", "loose.txt", "", strings.NewReader("third"), 100); err != nil {
		return linked
	}
	for range 2 {
		r.clock.add(files.UnlinkedRetention + time.Minute)
		_, _ = s.Sweep(t.Context())
	}
	return linked
}

// agree checks that documents and bytes are the same files, and that those
// that are linked are among them.
func (r fixture) agree(t *testing.T, when string, linked map[string]bool) {
	t.Helper()
	missing, _, err := r.FindMissingBytes(t.Context())
	if err != nil || len(missing) > 0 {
		t.Errorf("%s: without bytes: %v, %v", when, missing, err)
	}
	known := map[string]bool{"owner": true}
	err = r.ForEachPage(t.Context(), func(page []files.File) error {
		for _, f := range page {
			known[f.ID] = true
			delete(linked, f.ID)
		}
		return nil
	})
	if err != nil || len(linked) > 0 {
		t.Errorf("%s: acknowledged and gone: %v, %v", when, linked, err)
	}
	for _, k := range r.keys(t) {
		if !known[k] {
			t.Errorf("%s: %s belongs to nothing", when, k)
		}
	}
	if n, err := r.store.Count(t.Context(), "weft_partial_upload", nil, 0); n != 0 || err != nil {
		t.Errorf("%s: %d uploads are left, %v", when, n, err)
	}
}

// unsure commits, or not, and cannot say which.
type unsure struct {
	store.Store
	commits bool
}

func (u unsure) Commit(ctx context.Context, b *store.Batch) error {
	if u.commits {
		if err := u.Store.Commit(ctx, b); err != nil {
			return err
		}
	}
	return store.ErrUnknown
}

// TestACommitOfUnknownOutcomeKeepsTheBytes.
func TestACommitOfUnknownOutcomeKeepsTheBytes(t *testing.T) {
	t.Parallel()
	for _, commits := range []bool{true, false} {
		r := newFixture(t)
		s := files.New(files.Options{Store: unsure{r.store, commits}, Storage: r.storage, Now: r.clock.now})
		if _, err := s.Put(t.Context(), "u1", "a.txt", "", strings.NewReader("text"), 100); !errors.Is(err, store.ErrUnknown) {
			t.Fatal(err)
		}
		if got := r.keys(t); len(got) != 1 {
			t.Errorf("committed %v: stored %v", commits, got)
		}
		missing, n, err := r.FindMissingBytes(t.Context())
		if err != nil || len(missing) > 0 || (n == 1) != commits {
			t.Errorf("committed %v: %d files, without bytes %v, %v", commits, n, missing, err)
		}
		r.sweepAll(t)
		r.agree(t, "when it was swept", nil)
	}
}
