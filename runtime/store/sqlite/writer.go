package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"weft/runtime/store"

	sqlite3 "zombiezen.com/go/sqlite"
)

const (
	// maxGroup bounds how many callers and operations share one commit.
	maxGroup    = 256
	maxGroupOps = 4000
	queueLength = 1024
)

// writer owns the only connection that writes. Whoever wants to change
// something queues a request; the writer commits all that wait together.
type writer struct {
	s     *Store
	c     *conn
	queue chan *request
	quit  chan struct{}
	ended chan struct{}
	once  sync.Once
	// broken is set when the disk failed to keep a commit: what it holds is
	// not known any more, so nothing further is written.
	broken error
}

// request is what one caller wants to have done inside a commit.
type request struct {
	// run does it; it returns a refused error or a failure of the database.
	run func(*tx) error
	// lone work runs outside a transaction (DDL makes its own).
	lone  func(*conn) error
	ops   int
	taken atomic.Bool
	err   error
	done  chan struct{}
}

func newWriter(s *Store, c *conn) *writer {
	return &writer{s: s, c: c, queue: make(chan *request, queueLength), quit: make(chan struct{}), ended: make(chan struct{})}
}

// do queues a request and waits for its answer. A caller that gives up before
// the writer took its request gets ctx's error and nothing is written; one
// that gives up later waits for the outcome all the same.
func (w *writer) do(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.done = make(chan struct{})
	select {
	case w.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return store.ErrUnavailable
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		if r.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	case <-w.ended:
		if r.taken.CompareAndSwap(false, true) {
			return store.ErrUnavailable
		}
	}
	<-r.done
	return r.err
}

// alone runs fn while nothing else is written.
func (w *writer) alone(ctx context.Context, fn func(*conn) error) error {
	return w.do(ctx, &request{lone: fn})
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	group := make([]*request, 0, maxGroup)
	for {
		select {
		case r := <-w.queue:
			w.serve(w.gather(r, group[:0]))
		case <-w.quit:
			for { // what was queued before the end is still answered
				select {
				case r := <-w.queue:
					w.serve(w.gather(r, group[:0]))
				default:
					return
				}
			}
		}
	}
}

// gather takes what waits, without waiting for more. It lets other goroutines
// run first, since callers answered a moment ago are about to come back.
func (w *writer) gather(first *request, group []*request) []*request {
	runtime.Gosched()
	ops := 0
	for r := first; ; {
		if r.taken.CompareAndSwap(false, true) {
			group = append(group, r)
			ops += r.ops
		}
		if len(group) >= maxGroup || ops >= maxGroupOps {
			return group
		}
		select {
		case r = <-w.queue:
		default:
			return group
		}
	}
}

func (w *writer) serve(group []*request) {
	start := 0
	for i, r := range group {
		if r.lone != nil {
			w.commit(group[start:i])
			w.serveAlone(r)
			start = i + 1
		}
	}
	w.commit(group[start:])
}

func (w *writer) serveAlone(r *request) {
	if r.err = w.broken; r.err == nil {
		r.err = classify(r.lone(w.c))
	}
	close(r.done)
}

// commit applies a group in one transaction. It is tried without savepoints
// first, for they are dear; when a request is refused half way, the group is
// rolled back and applied again with a savepoint for each.
func (w *writer) commit(group []*request) {
	if len(group) == 0 {
		return
	}
	t := &tx{s: w.s, c: w.c}
	err := w.broken
	if err == nil {
		err = t.apply(group, false)
		if errors.Is(err, errHalfDone) {
			t = &tx{s: w.s, c: w.c}
			err = t.apply(group, true)
		}
	}
	if err == nil {
		w.s.publish(t)
		select {
		case w.s.committed <- struct{}{}:
		default: // it was woken already
		}
	} else {
		err = w.failed(err)
	}
	for _, r := range group {
		if err != nil {
			r.err = err
		}
		close(r.done)
	}
}

// failed names a failure of the database and decides whether to go on writing.
func (w *writer) failed(err error) error {
	code := sqlite3.ErrCode(err)
	if code.ToPrimary() == sqlite3.ResultIOErr && readOnlyMount(w.s.path) {
		return errReadOnly(err)
	}
	switch code {
	case sqlite3.ResultIOErrFsync, sqlite3.ResultIOErrDirFsync, sqlite3.ResultIOErrTruncate:
		w.broken = fmt.Errorf("%w: the disk failed to keep an earlier commit; restart weft when it is sound", store.ErrUnavailable)
		w.s.log.Error("the disk failed to keep a commit; no more is written until restart", "error", err)
		return fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
	if errors.Is(err, errFault) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return classify(err)
}
