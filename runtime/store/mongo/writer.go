package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson/primitive"
	driver "go.mongodb.org/mongo-driver/mongo"
)

const (
	// maxGroup, maxGroupOps and maxGroupBytes bound what shares one transaction.
	maxGroup      = 256
	maxGroupOps   = 4000
	maxGroupBytes = 8 << 20
	queueLength   = 1024
	// commitLimit bounds how long a batch that meets others is tried again.
	commitLimit = 10 * time.Second
	// firstPause is the longest pause before a transaction is tried again; it doubles.
	firstPause = 4 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// writer merges the batches that wait into one transaction after the other.
// Within a process there are thus no write conflicts between commits.
type writer struct {
	s       *Store
	queue   chan *request
	quit    chan struct{}
	ended   chan struct{}
	once    sync.Once
	session driver.Session
	orphans []orphan
	slot    int
}

// request is a batch and its caller.
type request struct {
	batch *readyBatch
	taken atomic.Bool
	err   error
	done  chan struct{}
}

func newWriter(s *Store) *writer {
	return &writer{s: s, queue: make(chan *request, queueLength), quit: make(chan struct{}), ended: make(chan struct{}), slot: randomSlot()}
}

// do queues a batch and waits for its answer. A caller that gives up before its
// batch was taken gets ctx's error and nothing is written; one that gives up
// later waits for the outcome all the same.
func (w *writer) do(ctx context.Context, b *readyBatch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	up := w.s.health.state()
	if up.Err() != nil {
		return errDown
	}
	r := &request{batch: b, done: make(chan struct{})}
	select {
	case w.queue <- r:
	case <-up.Done():
		return errDown
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
	case <-up.Done():
		if r.taken.CompareAndSwap(false, true) {
			return errDown
		}
	case <-w.ended:
		if r.taken.CompareAndSwap(false, true) {
			return store.ErrUnavailable
		}
	}
	<-r.done
	return r.err
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	defer w.endSession()
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
	ops, bytes := 0, 0
	for r := first; ; {
		if r.taken.CompareAndSwap(false, true) {
			group = append(group, r)
			ops += len(r.batch.ops) + len(r.batch.expect)
			bytes += r.batch.bytes
		}
		if len(group) >= maxGroup || ops >= maxGroupOps || bytes >= maxGroupBytes {
			return group
		}
		select {
		case r = <-w.queue:
		default:
			return group
		}
	}
}

// serve commits a group. When one batch is refused, those before it are
// committed first, then it is tried alone, then the others: so each gets the
// answer that it would have got one after the other.
func (w *writer) serve(group []*request) {
	if len(group) == 0 {
		return
	}
	p, err := w.commit(group)
	var guilty *culprit
	switch {
	case err == nil:
		for i, r := range group {
			r.answer(p.refused[i])
		}
		return
	case len(group) > 1 && errors.As(err, &guilty):
		w.serve(group[:guilty.batch])
		w.serve(group[guilty.batch : guilty.batch+1])
		w.serve(group[guilty.batch+1:])
		return
	case len(group) > 1 && errors.Is(err, errMismatch):
		w.serve(group[:len(group)/2])
		w.serve(group[len(group)/2:])
		return
	case errors.As(err, &guilty):
		err = guilty.err
	}
	for _, r := range group {
		r.answer(err)
	}
}

func (r *request) answer(err error) {
	r.err = err
	close(r.done)
}

// commit applies a group in one transaction, again and again while that meets
// those of other processes.
func (w *writer) commit(group []*request) (*plan, error) {
	ctx, start := context.Background(), time.Now()
	var read map[docKey]int64
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if err := w.s.renew(group); err != nil {
			return nil, err
		}
		p := newPlan(group, read, w.slot)
		if p.empty() {
			return p, nil
		}
		err := w.transaction(ctx, p)
		alone := len(group) == 1 && errors.Is(err, errMismatch)
		if !alone && !errors.Is(err, errAgain) {
			return p, err
		}
		if alone {
			if read, err = w.s.readAll(ctx, group); err != nil {
				return p, err
			}
			if p := newPlan(group, read, w.slot); p.empty() {
				return p, nil
			}
			err = errMismatch
		}
		if time.Since(start) > commitLimit {
			return p, fmt.Errorf("%w: no success within %v: %w", store.ErrUnavailable, commitLimit, err)
		}
		w.endOrphans(ctx)
		w.slot = randomSlot() // maybe another process has taken to the same
		time.Sleep(rand.N(pause))
	}
}

// transaction does what a plan says. It fails with errAgain when nothing was
// written and another try may succeed.
func (w *writer) transaction(ctx context.Context, p *plan) error {
	s := w.s
	session, err := w.begin(ctx)
	if err != nil {
		return err
	}
	id := primitive.NewObjectID().Hex()
	err = s.health.call(ctx, func(ctx context.Context) error {
		return p.apply(driver.NewSessionContext(ctx, session), s, id)
	})
	if err != nil {
		w.abort(err)
		if hasLabel(err, labelTransient) {
			return errors.Join(errAgain, err)
		}
		return err
	}
	own := s.feed.expect(id, p.changed)
	err = w.end(ctx, session, id)
	if err == nil {
		s.feed.committed(own)
		return nil
	}
	s.feed.forget(id)
	w.abandon() // its transaction may still be open
	return err
}
