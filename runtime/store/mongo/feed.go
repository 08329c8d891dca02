package mongo

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/store"
)

// watchBuffer is how many events may wait for one watcher.
const watchBuffer = 4096

// feed numbers changes and hands the events of the change stream to watchers.
// A commit of this process is numbered when it is made, any other one when the
// stream tells of it.
type feed struct {
	s *Store
	// seq is the newest number. It begins with the time, in microseconds, so
	// that it goes on growing over restarts.
	seq atomic.Uint64
	// blind is set while the stream is interrupted.
	blind atomic.Bool
	// began is when the feed did; lastHeard is when the stream answered last, after that.
	began     time.Time
	lastHeard atomic.Int64

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	own      ownCommits

	// redefined tells that definitions of collections may have changed.
	redefined chan struct{}
	alive     context.Context
	quit      context.CancelFunc
	workers   sync.WaitGroup
}

func newFeed(s *Store) *feed {
	f := &feed{s: s, began: time.Now(), watchers: map[*watcher]struct{}{}, redefined: make(chan struct{}, 1)}
	f.alive, f.quit = context.WithCancel(context.Background())
	f.seq.Store(uint64(time.Now().UnixMicro()))
	return f
}

func (f *feed) last() uint64 { return f.seq.Load() }
func (f *feed) next() uint64 { return f.seq.Add(1) }

// bump gives a collection a new number.
func (f *feed) bump(k *collection) { raise(k.changed, f.next()) }

// raise keeps a number from falling when two goroutines give it one.
func raise(to *atomic.Uint64, n uint64) {
	for {
		have := to.Load()
		if have >= n || to.CompareAndSwap(have, n) {
			return
		}
	}
}

func (f *feed) bumpAll() {
	for _, k := range f.s.catalog.all() {
		f.bump(k)
	}
}

// hear notes an answer of the stream, if only that there is nothing new.
func (f *feed) hear() { f.lastHeard.Store(int64(time.Since(f.began))) }

// deaf tells whether changes of others may have been missed: the stream is
// interrupted, or has been silent for so long that it may be.
func (f *feed) deaf() bool {
	return f.blind.Load() || time.Since(f.began)-time.Duration(f.lastHeard.Load()) > streamWait+streamSilence
}

// number of a collection; while the stream tells nothing each is a new one.
func (f *feed) number(k *collection) uint64 {
	if f.deaf() {
		f.bump(k)
	}
	return k.changed.Load()
}

// watcher is one reader of the feed.
type watcher struct {
	// since is how many commits of this process were answered when it came: it
	// does not hear of those.
	since uint64
	mu    sync.Mutex
	queue []store.Event
	lost  uint64 // number of the last event that did not fit, 0 for none
	wake  chan struct{}
}

// Watch sends every committed change of collections that are not quiet, as the
// change stream tells of them: those of this process a moment after they are
// answered.
func (s *Store) Watch(ctx context.Context) (<-chan store.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.health.isClosed() {
		return nil, store.ErrUnavailable
	}
	f := s.feed
	w := &watcher{wake: make(chan struct{}, 1)}
	f.mu.Lock()
	w.since = f.own.answered
	f.watchers[w] = struct{}{}
	f.mu.Unlock()
	out := make(chan store.Event)
	go func() {
		defer close(out)
		defer f.leave(w)
		w.pump(ctx, f.alive.Done(), out)
	}()
	return out, nil
}

func (f *feed) leave(w *watcher) {
	f.mu.Lock()
	delete(f.watchers, w)
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

func (w *watcher) offer(e store.Event) {
	w.mu.Lock()
	if w.lost > 0 || e.Resync || len(w.queue) >= watchBuffer {
		w.queue, w.lost = nil, e.Seq
	} else {
		w.queue = append(w.queue, e)
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// send numbers an event and offers it to who watched before its commit was
// answered; answered is 0 for commits of others.
func (f *feed) send(e store.Event, answered uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Seq = f.next()
	for w := range f.watchers {
		if answered == 0 || answered > w.since {
			w.offer(e)
		}
	}
}

// resync tells everybody that events may be missing.
func (f *feed) resync() {
	f.bumpAll()
	f.send(store.Event{Resync: true}, 0)
}
