package mongo

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/watch"
)

// changeFeed numbers changes and sends the events of the change stream to
// watchers. A commit of this process is numbered when it is made, a commit of
// another process when its event arrives.
type changeFeed struct {
	s *Store
	// seq is the newest number. It starts with the time in microseconds, so
	// that it keeps growing over restarts.
	seq atomic.Uint64
	// interrupted is set while the stream is interrupted.
	interrupted atomic.Bool
	// lastResponse is when the stream answered last, in nanoseconds after
	// startedAt.
	startedAt    time.Time
	lastResponse atomic.Int64

	// watchers do not get events of commits that were answered before they
	// joined.
	watchers watch.Watchers
	mu       sync.Mutex
	own      ownCommits

	// definitionsChanged signals that definitions of collections may have
	// changed.
	definitionsChanged chan struct{}
	// closed ends the channels of watchers.
	closed                chan struct{}
	streaming, definition *startstop.Service
}

func newChangeFeed(s *Store) *changeFeed {
	f := &changeFeed{s: s, startedAt: time.Now(), definitionsChanged: make(chan struct{}, 1), closed: make(chan struct{})}
	f.definition = startstop.New("definitions of collections", s.log, f.followDefinitions)
	f.seq.Store(uint64(time.Now().UnixMicro()))
	return f
}

func (f *changeFeed) last() uint64 { return f.seq.Load() }
func (f *changeFeed) next() uint64 { return f.seq.Add(1) }

// markChanged gives a collection a new number.
func (f *changeFeed) markChanged(k *collection) { raiseTo(k.changed, f.next()) }

// raiseTo sets a number unless another goroutine set a higher one.
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

// noteResponse records an answer of the stream, also that there is nothing new.
func (f *changeFeed) noteResponse() { f.lastResponse.Store(int64(time.Since(f.startedAt))) }

// mayBeStale tells whether changes of others may have been missed: the stream
// is interrupted, or has been silent for too long.
func (f *changeFeed) mayBeStale() bool {
	return f.interrupted.Load() || time.Since(f.startedAt)-time.Duration(f.lastResponse.Load()) > streamWait+streamSilence
}

// changeNumber of a collection; a new one at every call while events may be
// missing.
func (f *changeFeed) changeNumber(k *collection) uint64 {
	if f.mayBeStale() {
		f.markChanged(k)
	}
	return k.changed.Load()
}

// Watch sends every committed change of watched collections as the change
// stream delivers it: those of this process shortly after they are answered.
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
	return f.watchers.Subscribe(ctx, f.closed, f.own.answered), nil
}

// send numbers an event and sends it to watchers that joined before its commit
// was answered; answered is 0 for commits of other processes.
func (f *changeFeed) send(e store.Event, answered uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Seq = f.next()
	f.watchers.Publish(answered, e)
}

// resync tells all watchers that events may be missing.
func (f *changeFeed) resync() {
	f.markAllChanged()
	f.send(store.Event{Resync: true}, 0)
}
