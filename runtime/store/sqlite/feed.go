package sqlite

import (
	"context"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// watchBuffer is how many events may wait for one watcher.
const watchBuffer = 4096

// feed numbers commits and hands their events to watchers.
type feed struct {
	// last is the number of the last commit, begun that of the one being made:
	// while they are equal, a new snapshot is that of the last commit. first is
	// the number with which the store was opened.
	last     atomic.Uint64
	begun    atomic.Uint64
	first    uint64
	mu       sync.Mutex
	watchers map[*watcher]struct{}
	count    atomic.Int32
	done     chan struct{}
}

func (f *feed) start(first uint64) {
	f.first = first
	f.last.Store(first)
	f.begun.Store(first)
	f.watchers = map[*watcher]struct{}{}
	f.done = make(chan struct{})
}

func (f *feed) stop() { close(f.done) }

// next gives the number of a commit of n changes that is about to be made; its
// events are numbered up to it. Only the writer asks.
func (f *feed) next(n int) uint64 { return f.last.Load() + uint64(n) }

// bump makes a number for a change that is not a commit of documents.
func (f *feed) bump() uint64 {
	n := f.last.Load() + 1
	f.begun.Store(n)
	f.last.Store(n)
	return n
}

// watcher is one reader of the feed.
type watcher struct {
	mu    sync.Mutex
	queue []store.Event
	lost  uint64 // number of the last event that did not fit, 0 for none
	wake  chan struct{}
}

// Watch sends every committed change of collections that are not quiet.
func (s *Store) Watch(ctx context.Context) (<-chan store.Event, error) {
	w := &watcher{wake: make(chan struct{}, 1)}
	f := &s.feed
	f.mu.Lock()
	f.watchers[w] = struct{}{}
	f.count.Add(1)
	f.mu.Unlock()
	out := make(chan store.Event)
	go func() {
		defer close(out)
		defer f.leave(w)
		w.pump(ctx, f.done, out)
	}()
	return out, nil
}

func (f *feed) leave(w *watcher) {
	f.mu.Lock()
	delete(f.watchers, w)
	f.count.Add(-1)
	f.mu.Unlock()
}

func (w *watcher) pump(ctx context.Context, done <-chan struct{}, out chan<- store.Event) {
	for {
		select {
		case <-w.wake:
		case <-ctx.Done():
			return
		case <-done:
			return
		}
		for _, e := range w.take() {
			select {
			case out <- e:
			case <-ctx.Done():
				return
			case <-done:
				return
			}
		}
	}
}

// take empties the queue; what did not fit becomes one Resync.
func (w *watcher) take() []store.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.queue
	w.queue = nil
	if w.lost > 0 {
		events = []store.Event{{Seq: w.lost, Resync: true}}
		w.lost = 0
	}
	return events
}

func (w *watcher) offer(events []store.Event) {
	w.mu.Lock()
	if w.lost > 0 || len(w.queue)+len(events) > watchBuffer {
		w.queue, w.lost = nil, events[len(events)-1].Seq
	} else {
		w.queue = append(w.queue, events...)
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// publish makes a commit known: kept figures, change numbers, then watchers.
// It runs after the commit is visible and before its callers are answered.
func (s *Store) publish(t *tx) {
	if len(t.changes) == 0 {
		return
	}
	s.kept.apply(t)
	s.feed.last.Store(t.number)
	for i := range t.changes {
		t.changes[i].coll.changed.Store(t.number)
	}
	if s.feed.count.Load() == 0 {
		return
	}
	var events []store.Event
	first := t.number - uint64(len(t.changes)) + 1
	for i, ch := range t.changes {
		if !ch.coll.Quiet {
			events = append(events, store.Event{Seq: first + uint64(i), Kind: ch.kind, Collection: ch.coll.Name, Doc: ch.doc})
		}
	}
	if len(events) == 0 {
		return
	}
	s.feed.mu.Lock()
	for w := range s.feed.watchers {
		w.offer(events)
	}
	s.feed.mu.Unlock()
}
