package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"weft/runtime/store"
)

// Lease is one that is held. It is safe for concurrent use.
type Lease struct {
	keeper     *Keeper
	name, term string

	mu      sync.Mutex
	rev     int64
	renewed time.Time // when the move that is in the store was begun
	lost    bool
}

// Renew moves the row on when a third of its life is over, else it does
// nothing. It fails with ErrLost when somebody else has taken the work over, or
// may soon, since the store could not be reached for two thirds of it.
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
	err := l.write(ctx, l.rev)
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

// rewriteOwn is called when the row is not what it was left as: an earlier move may
// have come through although its answer was lost. It gives back the conflict
// when the row is somebody else's.
func (l *Lease) rewriteOwn(ctx context.Context, conflict error) error {
	d, err := l.keeper.Store.Get(ctx, Collection, l.name)
	if errors.Is(err, store.ErrNotFound) {
		return conflict
	}
	if err != nil {
		return fmt.Errorf("lease %s: %w", l.name, err)
	}
	var r row
	if err := json.Unmarshal(d.Body, &r); err != nil || r.Term != l.term {
		return conflict
	}
	return l.write(ctx, d.Rev)
}

// Release gives the work back. When the store cannot be reached, the lease
// ends by itself.
func (l *Lease) Release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keeper.drop(l)
	if l.lost {
		return nil
	}
	l.lost = true
	if l.keeper.single {
		inProcess.CompareAndDelete(inProcessKey{l.keeper.Store, l.name}, l)
		return nil
	}
	err := l.keeper.Store.Commit(ctx, &store.Batch{Ops: []store.Op{
		{Kind: store.Delete, Collection: Collection, Doc: store.Doc{ID: l.name}, OldRev: l.rev}}})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("lease %s: %w", l.name, err)
	}
	return nil
}

// Keep renews the lease beside the work until stop is called; the context it
// gives ends when the lease is lost, with the cause ErrLost.
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

// write puts the row of the next revision in the place of revision old, 0 for none.
func (l *Lease) write(ctx context.Context, old int64) error {
	r := row{ID: l.name, Rev: old + 1, Term: l.term, Keeper: l.keeper.id}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("lease %s: %w", l.name, err)
	}
	op := store.Op{Kind: store.Replace, Collection: Collection, OldRev: old, Doc: store.Doc{ID: l.name, Rev: r.Rev, Body: body}}
	if old == 0 {
		op.Kind = store.Insert
	}
	if err := l.keeper.Store.Commit(ctx, &store.Batch{Ops: []store.Op{op}}); err != nil {
		return fmt.Errorf("lease %s: %w", l.name, err)
	}
	l.rev = r.Rev
	return nil
}
