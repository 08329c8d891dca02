package sqlite

import (
	"context"
	"sync/atomic"

	"weft/runtime/store"
	"weft/runtime/store/watch"
)

// feed numbers commits and distributes their events to watchers.
type feed struct {
	// last is the number of the last commit, writing that of the commit being made:
	// while they are equal, a new snapshot is that of the last commit. first is the
	// number with which the store was opened.
	last     atomic.Uint64
	writing  atomic.Uint64
	first    uint64
	watchers watch.Watchers
	done     chan struct{}
}

func (f *feed) start(first uint64) {
	f.first = first
	f.last.Store(first)
	f.writing.Store(first)
	f.done = make(chan struct{})
}

func (f *feed) stop() { close(f.done) }

// next returns the number of a commit of n changes that is about to be made; its
// events are numbered up to it. Only the writer calls it.
func (f *feed) next(n int) uint64 { return f.last.Load() + uint64(n) }

// bump makes a new number for a change that is not a commit of documents.
func (f *feed) bump() uint64 {
	n := f.last.Load() + 1
	f.writing.Store(n)
	f.last.Store(n)
	return n
}

// Watch sends every committed change, except of Unwatched collections.
func (s *Store) Watch(ctx context.Context) (<-chan store.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-s.feed.done:
		return nil, store.ErrUnavailable
	default:
	}
	return s.feed.watchers.Subscribe(ctx, s.feed.done, 0), nil
}

// publish announces a commit to kept entries, change numbers and watchers. It runs
// after the commit is visible and before its callers are answered.
func (s *Store) publish(t *tx) {
	if len(t.changes) == 0 {
		return
	}
	s.kept.apply(t)
	s.feed.last.Store(t.number)
	for i := range t.changes {
		t.changes[i].coll.changed.Store(t.number)
	}
	if s.feed.watchers.Len() == 0 {
		return
	}
	var events []store.Event
	first := t.number - uint64(len(t.changes)) + 1
	for i, ch := range t.changes {
		if !ch.coll.Unwatched {
			events = append(events, store.Event{Seq: first + uint64(i), Kind: ch.kind, Collection: ch.coll.Name, Doc: ch.doc})
		}
	}
	if len(events) == 0 {
		return
	}
	s.feed.watchers.Publish(0, events...)
}
