package mongo

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/watch"
)

// changeFeed numbers changes and hands the events of the change stream to watchers.
// A commit of this process is numbered when it is made, any other one when the
// stream tells of it.
type changeFeed struct {
	s *Store
	// seq is the newest number. It begins with the time, in microseconds, so
	// that it goes on growing over restarts.
	seq atomic.Uint64
	// interrupted is set while the stream is interrupted.
	interrupted atomic.Bool
	// startedAt is when the feed did; lastResponse is when the stream answered last, after that.
	startedAt    time.Time
	lastResponse atomic.Int64

	// watchers do not hear of commits that were answered when they came.
	watchers watch.Watchers
	mu       sync.Mutex
	own      ownCommits

	// definitionsChanged tells that definitions of collections may have changed.
	definitionsChanged chan struct{}
	alive              context.Context
	quit               context.CancelFunc
	workers            sync.WaitGroup
}

func newChangeFeed(s *Store) *changeFeed {
	f := &changeFeed{s: s, startedAt: time.Now(), definitionsChanged: make(chan struct{}, 1)}
	f.alive, f.quit = context.WithCancel(context.Background())
	f.seq.Store(uint64(time.Now().UnixMicro()))
	return f
}

func (f *changeFeed) last() uint64 { return f.seq.Load() }
func (f *changeFeed) next() uint64 { return f.seq.Add(1) }

// markChanged gives a collection a new number.
func (f *changeFeed) markChanged(k *collection) { raiseTo(k.changed, f.next()) }

// raiseTo keeps a number from falling when two goroutines give it one.
func raiseTo(to *atomic.Uint64, n uint64) {
	for {
		have := to.Load()
		if have >= n || to.CompareAndSwap(have, n) {
			return
		}
	}
}

func (f *changeFeed) markAllChanged() {
	for _, k := range f.s.catalog.all() {
		f.markChanged(k)
	}
}

// noteResponse notes an answer of the stream, if only that there is nothing new.
func (f *changeFeed) noteResponse() { f.lastResponse.Store(int64(time.Since(f.startedAt))) }

// mayBeStale tells whether changes of others may have been missed: the stream is
// interrupted, or has been silent for so long that it may be.
func (f *changeFeed) mayBeStale() bool {
	return f.interrupted.Load() || time.Since(f.startedAt)-time.Duration(f.lastResponse.Load()) > streamWait+streamSilence
}

// changeNumber of a collection; while the stream tells nothing each is a new one.
func (f *changeFeed) changeNumber(k *collection) uint64 {
	if f.mayBeStale() {
		f.markChanged(k)
	}
	return k.changed.Load()
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
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.watchers.Subscribe(ctx, f.alive.Done(), f.own.answered), nil
}

// send numbers an event and offers it to who watched before its commit was
// answered; answered is 0 for commits of others.
func (f *changeFeed) send(e store.Event, answered uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Seq = f.next()
	f.watchers.Publish(answered, e)
}

// resync tells everybody that events may be missing.
func (f *changeFeed) resync() {
	f.markAllChanged()
	f.send(store.Event{Resync: true}, 0)
}
