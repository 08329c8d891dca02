// Package lease gives a piece of work to one process at a time: a row of the
// store that its holder moves on while it works. No clock is compared with
// another: who waits for a lease watches the row on his own clock and takes it
// over when it has not moved for the whole life of a lease, while its holder
// stops before that on his. A lease makes work that is done twice rare, and
// waiting short; what must never happen twice is guarded by revisions besides.
package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"weft/runtime/store"
)

// Collection holds a row per lease that is held or was left behind; its id is
// the name of the work.
const Collection = "weft_lease"

// Collections are the store collections of this room.
func Collections() []store.Collection { return []store.Collection{{Name: Collection, Unwatched: true}} }

// Life is how long a row may stand still before its work is taken over.
const Life = 15 * time.Second

// Errors of a lease; compare with errors.Is.
var (
	ErrHeld = errors.New("lease: another process does this work")
	ErrLost = errors.New("lease: the work was taken over by another process")
)

// inProcess are the leases on stores that only one process can have open: they
// need no rows, and nobody outlives the process.
var inProcess sync.Map // inProcessKey → *Lease

type inProcessKey struct {
	store store.Store
	name  string
}

// Options of a Keeper; Store must be given.
type Options struct {
	Store store.Store
	// Life is Life when left out.
	Life time.Duration
	// Now is the clock that the life of a lease is measured by; nil means time.Now.
	Now func() time.Time
}

// Keeper takes leases for one house. It is safe for concurrent use.
type Keeper struct {
	Options
	id     string
	single bool // only one process can have the store open

	mu       sync.Mutex
	held     map[string]*Lease
	observed map[string]observation
}

// observation is the state in which a row of somebody else was seen first.
type observation struct {
	term  string
	rev   int64
	since time.Time
}

// row is a lease in the store. Term is drawn anew each time it is taken.
type row struct {
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
	Term   string `json:"term"`
	Keeper string `json:"keeper"`
}

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
	if alone, ok := o.Store.(interface{ Exclusive() bool }); ok {
		k.single = alone.Exclusive()
	}
	return k
}

// Take takes the lease of a work. It fails with ErrHeld while somebody else
// has it, this Keeper included, and with the errors of the store.
func (k *Keeper) Take(ctx context.Context, name string) (*Lease, error) {
	k.mu.Lock()
	if k.held[name] != nil {
		k.mu.Unlock()
		return nil, ErrHeld
	}
	l := &Lease{keeper: k, name: name, term: uuid.NewString()}
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
	if _, held := inProcess.LoadOrStore(inProcessKey{k.Store, l.name}, l); held {
		return ErrHeld
	}
	return nil
}

func (k *Keeper) take(ctx context.Context, l *Lease) error {
	at := k.Now()
	d, err := k.Store.Get(ctx, Collection, l.name)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("lease %s: %w", l.name, err)
	default:
		free, err := k.takeable(d)
		if err != nil {
			return err
		}
		if !free {
			return ErrHeld
		}
	}
	err = l.write(ctx, d.Rev)
	var faster *store.UniqueError
	if errors.Is(err, store.ErrConflict) || errors.As(err, &faster) {
		return ErrHeld
	}
	if err != nil {
		return err
	}
	l.renewed = at
	k.mu.Lock()
	delete(k.observed, l.name)
	k.mu.Unlock()
	return nil
}

// takeable tells whether a row that somebody has left may be taken over: one of
// this Keeper that it does not hold (the answer to a release was lost), or one
// that stood still too long.
func (k *Keeper) takeable(d store.Doc) (bool, error) {
	var r row
	if err := json.Unmarshal(d.Body, &r); err != nil {
		return false, fmt.Errorf("lease %s: %w", d.ID, err)
	}
	if r.Keeper == k.id {
		return true, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	s := k.observed[d.ID]
	if s.term != r.Term || s.rev != d.Rev {
		k.observed[d.ID] = observation{term: r.Term, rev: d.Rev, since: now}
		return false, nil
	}
	return now.Sub(s.since) >= k.Life, nil
}

func (k *Keeper) drop(l *Lease) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held[l.name] == l {
		delete(k.held, l.name)
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
