package lease

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
)

// shared is a store that several processes could have open.
type shared struct{ store.Store }

func openStore(t *testing.T) store.Store {
	t.Helper()
	s := anystore.Open(t)
	if err := s.Ensure(t.Context(), Collections()); err != nil {
		t.Fatal(err)
	}
	return shared{s}
}

// clock is set by the test.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Unix(0, c.now.Load()) }
func (c *clock) advance(d time.Duration) { c.now.Add(int64(d)) }

func take(t *testing.T, k *Keeper, want error) *Lease {
	t.Helper()
	l, err := k.Take(t.Context(), "work")
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		t.Fatalf("Take: %v, want %v", err, want)
	}
	return l
}

func TestOneHolderAtATime(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	a, b := New(Options{Store: s}), New(Options{Store: s})
	l := take(t, a, nil)
	take(t, a, ErrHeld)
	take(t, b, ErrHeld)
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	take(t, b, nil)
	take(t, a, ErrHeld)
}

// what counts is how long the row stayed unchanged while it was watched, on
// the watcher's clock; an hour between the clocks changes nothing.
func TestALeaseThatIsNotRenewedIsTakenOver(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	var early, late clock
	late.advance(time.Hour)
	a, b := New(Options{Store: s, Now: early.Now}), New(Options{Store: s, Now: late.Now})
	l := take(t, a, nil)
	take(t, b, ErrHeld)
	for range 10 {
		early.advance(Life / 2)
		late.advance(Life / 2)
		if err := l.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		take(t, b, ErrHeld)
	}
	late.advance(Life)
	take(t, b, nil)
	early.advance(Life / 2)
	if err := l.Renew(t.Context()); !errors.Is(err, ErrLost) {
		t.Fatalf("the old holder goes on: %v", err)
	}
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	take(t, a, ErrHeld)
}

// A row of a new term is a new row, even with the revision of an old one.
func TestAnEarlierObservationSaysNothingAboutANewTerm(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	var c clock
	a, b := New(Options{Store: s, Now: c.Now}), New(Options{Store: s, Now: c.Now})
	l := take(t, a, nil)
	take(t, b, ErrHeld)
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.advance(2 * Life)
	take(t, a, nil)
	take(t, b, ErrHeld)
}

// lossy loses answers: the commit happens, the caller gets an error.
type lossy struct {
	store.Store
	lose atomic.Bool
}

func (s *lossy) Commit(ctx context.Context, b *store.Batch) error {
	err := s.Store.Commit(ctx, b)
	if err == nil && s.lose.Load() {
		return store.ErrUnknown
	}
	return err
}

func TestALostAnswerIsNoLostLease(t *testing.T) {
	t.Parallel()
	s := &lossy{Store: openStore(t)}
	var c clock
	k := New(Options{Store: s, Now: c.Now})
	s.lose.Store(true)
	take(t, k, store.ErrUnknown)
	s.lose.Store(false)
	l := take(t, k, nil)
	c.advance(Life / 2)
	s.lose.Store(true)
	if err := l.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.lose.Store(false)
	if err := l.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.advance(Life / 2)
	if err := l.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// dead is a store that cannot be reached.
type dead struct{ store.Store }

func (dead) Commit(context.Context, *store.Batch) error { return store.ErrUnavailable }

// a holder that cannot renew stops before another process may begin.
func TestAHolderStopsBeforeItsLeaseEnds(t *testing.T) {
	t.Parallel()
	var c clock
	k := New(Options{Store: openStore(t), Now: c.Now})
	l := take(t, k, nil)
	k.Store = dead{k.Store}
	c.advance(Life / 2)
	if err := l.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.advance(Life / 4)
	if err := l.Renew(t.Context()); !errors.Is(err, ErrLost) {
		t.Fatalf("after three quarters of its life: %v", err)
	}
}

// A store that only one process can have open needs no rows.
func TestLeasesInsideOneProcess(t *testing.T) {
	t.Parallel()
	anystore.Skip(t, "leases without rows")
	s := openStore(t).(shared).Store
	a, b := New(Options{Store: s}), New(Options{Store: s})
	l := take(t, a, nil)
	take(t, b, ErrHeld)
	if n, err := s.Count(t.Context(), Collection, nil, 0); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := l.Renew(t.Context()); err != nil {
		t.Error(err)
	}
	if err := l.Release(t.Context()); err != nil {
		t.Error(err)
	}
	take(t, b, nil)
}

func TestWaitingCallersTakeTurns(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	var inside, most, done atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			k := New(Options{Store: s})
			for range 3 {
				l, err := k.Wait(t.Context(), "work")
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n > 1 {
					most.Store(n)
				}
				done.Add(1)
				inside.Add(-1)
				if err := l.Release(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if most.Load() > 1 || done.Load() != 24 {
		t.Errorf("%d at once, %d turns", most.Load(), done.Load())
	}
}

// Keep ends the work of a holder that lost its lease.
func TestKeepEndsTheWorkWhenTheLeaseIsLost(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	k := New(Options{Store: s, Life: 60 * time.Millisecond})
	l := take(t, k, nil)
	kept, stop := l.Keep(t.Context())
	defer stop()
	removal := store.Op{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: "work"}}
	if err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{removal}}); err != nil {
		t.Fatal(err)
	}
	<-kept.Done()
	if cause := context.Cause(kept); !errors.Is(cause, ErrLost) {
		t.Errorf("ended by %v", cause)
	}
}
