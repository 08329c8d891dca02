// Package lease gives a piece of work to one process at a time: a row of the
// store that its holder renews while it works. Clocks of different processes are
// never compared: a process that wants the lease watches the row by its own
// clock and takes the lease over when the row has not changed for the whole
// lifetime of a lease; the holder stops earlier than that by its clock. A lease
// makes it rare that work is done twice; where that must never happen, revisions
// guard the data as well.
package lease

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Collection holds a row per lease that is held or was not released; its id is
// the name of the work.
const Collection = "weft_lease"

// Collections returns the store collections of this package.
func Collections() []store.Collection {
	return []store.Collection{{Name: Collection, Unwatched: true}}
}

// Life is how long a row may stay unchanged before another process may take the
// lease over.
const Life = 15 * time.Second

// Errors of a lease; compare with errors.Is.
var (
	ErrHeld = errors.New("lease: another process does this work")
	ErrLost = errors.New("lease: the work was taken over by another process")
)

// inProcess holds the leases on stores that only one process can have open: they
// need no rows, and they end with the process.
var inProcess sync.Map // inProcessKey → *Lease

type inProcessKey struct {
	store store.Store
	name  string
}

// Options of a Keeper; Store must be given.
type Options struct {
	Store store.Store
	// Life is the lifetime of a lease; 0 means the constant Life.
	Life time.Duration
	// Now is the clock that the lifetime is measured by; nil means time.Now.
	Now func() time.Time
}

// Keeper takes leases for one process. It is safe for concurrent use.
type Keeper struct {
	Options
	id     string
	single bool // only one process can have the store open

	mu       sync.Mutex
	held     map[string]*Lease
	observed map[string]observation
}

// observation is the state in which another process's row was seen first.
type observation struct {
	term  string
	rev   int64
	since time.Time
}

// row is a lease in the store. Term is drawn anew each time the lease is taken.
type row struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Term   string `json:"term"`
	Keeper string `json:"keeper"`
}

var rows = table.New(Collection, func(r *row) (*string, *int64) { return &r.ID, &r.Rev })

// New makes a Keeper. A store that only one process at a time can have open
// says so by a method Exclusive() bool.
func New(o Options) *Keeper {
	if o.Life == 0 {
		o.Life = Life
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	k := &Keeper{Options: o, id: uuid.NewString(), held: map[string]*Lease{}, observed: map[string]observation{}}
	if exclusive, ok := o.Store.(interface{ Exclusive() bool }); ok {
		k.single = exclusive.Exclusive()
	}
	return k
}

// Take takes the lease of a piece of work. It fails with ErrHeld while it is
// held, by another process or by this Keeper, and with the errors of the store.
func (k *Keeper) Take(ctx context.Context, name string) (*Lease, error) {
	l := &Lease{keeper: k, row: row{ID: name, Term: uuid.NewString(), Keeper: k.id}}
	k.mu.Lock()
	if k.held[name] != nil {
		k.mu.Unlock()
		return nil, ErrHeld
	}
	k.held[name] = l
	k.mu.Unlock()
	take := k.take
	if k.single {
		take = k.takeInProcess
	}
	if err := take(ctx, l); err != nil {
		k.drop(l)
		return nil, err
	}
	return l, nil
}

func (k *Keeper) takeInProcess(_ context.Context, l *Lease) error {
	if _, held := inProcess.LoadOrStore(inProcessKey{k.Store, l.row.ID}, l); held {
		return ErrHeld
	}
	return nil
}

func (k *Keeper) take(ctx context.Context, l *Lease) error {
	at := k.Now()
	r, err := rows.Get(ctx, k.Store, l.row.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case !k.takeable(r):
		return ErrHeld
	}
	err = l.write(ctx, r.Rev)
	if store.LostRace(err) {
		return ErrHeld
	}
	if err != nil {
		return err
	}
	l.renewed = at
	k.mu.Lock()
	delete(k.observed, l.row.ID)
	k.mu.Unlock()
	return nil
}

// takeable tells whether the lease of a row may be taken over: a row of this
// Keeper that it does not hold (the answer to a release was lost), or one that
// stayed unchanged for a lifetime.
func (k *Keeper) takeable(r row) bool {
	if r.Keeper == k.id {
		return true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	o := k.observed[r.ID]
	if o.term != r.Term || o.rev != r.Rev {
		k.observed[r.ID] = observation{term: r.Term, rev: r.Rev, since: now}
		return false
	}
	return now.Sub(o.since) >= k.Life
}

func (k *Keeper) drop(l *Lease) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held[l.row.ID] == l {
		delete(k.held, l.row.ID)
	}
}

// Wait is Take that tries again until the lease is free or ctx ends.
func (k *Keeper) Wait(ctx context.Context, name string) (*Lease, error) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for next := waitFirst; ; next = min(2*next, waitLongest) {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-pause.C:
		}
		l, err := k.Take(ctx, name)
		if !errors.Is(err, ErrHeld) {
			return l, err
		}
		pause.Reset(next)
	}
}

// Pauses between two tries of Wait.
const (
	waitFirst   = 10 * time.Millisecond
	waitLongest = 250 * time.Millisecond
)
