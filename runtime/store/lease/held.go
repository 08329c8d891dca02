package lease

import (
	"context"
	"errors"
	"sync"
	"time"

	"weft/runtime/store"
)

// Lease is one that is held. It is safe for concurrent use.
type Lease struct {
	keeper *Keeper

	mu      sync.Mutex
	row     row       // as it was written last; its id never changes
	renewed time.Time // when the write of row was begun
	lost    bool
}

// Renew writes the row again when a third of its lifetime is over, else it does
// nothing. It fails with ErrLost when another process has taken the work over,
// or may do so soon because the store could not be reached for two thirds of
// the lifetime.
func (l *Lease) Renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.keeper.Now()
	age := at.Sub(l.renewed)
	if l.lost {
		return ErrLost
	}
	if age < l.keeper.Life/3 || l.keeper.single {
		return nil
	}
	err := l.write(ctx, l.row.Rev)
	if errors.Is(err, store.ErrConflict) {
		err = l.rewriteOwn(ctx, err)
	}
	switch {
	case err == nil:
		l.renewed = at
		return nil
	case errors.Is(err, store.ErrConflict), age >= 2*l.keeper.Life/3:
		l.lost = true
		l.keeper.drop(l)
		return ErrLost
	}
	return nil // there is time to try again
}

// rewriteOwn handles a conflict: an earlier write may have been committed
// although its answer was lost. It returns the conflict when the row belongs to
// another holder.
func (l *Lease) rewriteOwn(ctx context.Context, conflict error) error {
	r, err := rows.Get(ctx, l.keeper.Store, l.row.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return conflict
	case err != nil:
		return err
	case r.Term != l.row.Term:
		return conflict
	}
	return l.write(ctx, r.Rev)
}

// Release gives the work back. When the store cannot be reached, the lease
// expires.
func (l *Lease) Release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keeper.drop(l)
	if l.lost {
		return nil
	}
	l.lost = true
	if l.keeper.single {
		inProcess.CompareAndDelete(inProcessKey{l.keeper.Store, l.row.ID}, l)
		return nil
	}
	if err := rows.Remove(ctx, l.keeper.Store, l.row); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return nil
}

// Keep renews the lease in the background until stop is called; the context it
// returns ends when the lease is lost, with the cause ErrLost.
func (l *Lease) Keep(ctx context.Context) (kept context.Context, stop func()) {
	kept, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(l.keeper.Life / 6)
		defer tick.Stop()
		for {
			select {
			case <-kept.Done():
				return
			case <-tick.C:
			}
			if err := l.Renew(kept); err != nil && kept.Err() == nil {
				cancel(err)
				return
			}
		}
	}()
	return kept, func() { cancel(context.Canceled); <-done }
}

// write stores the next revision of the row over revision old, 0 for no row.
func (l *Lease) write(ctx context.Context, old int64) error {
	r := l.row
	r.Rev = old
	if err := rows.Save(ctx, l.keeper.Store, &r); err != nil {
		return err
	}
	l.row = r
	return nil
}
