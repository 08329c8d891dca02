package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/groupcommit"

	"go.mongodb.org/mongo-driver/bson/primitive"
	driver "go.mongodb.org/mongo-driver/mongo"
)

const (
	// commitLimit bounds how long a batch is retried after write conflicts.
	commitLimit = 10 * time.Second
	// firstPause is the longest pause before the first retry of a transaction;
	// it doubles.
	firstPause = 4 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// transactionLimits bound the batches that share one transaction.
var transactionLimits = groupcommit.Limits{Requests: 256, Ops: 4000, Bytes: 8 << 20}

// writer merges waiting batches into one transaction after the other, so that
// commits of one process never conflict with each other.
type writer struct {
	s       *Store
	queue   *groupcommit.Queue[*request]
	session driver.Session
	orphans []orphan
	slot    int
}

// request is a batch and its caller.
type request struct {
	groupcommit.Request
	batch *encodedBatch
}

func newWriter(s *Store) *writer {
	return &writer{s: s, queue: groupcommit.New(transactionLimits, weight), slot: randomSlot()}
}

func weight(r *request) (ops, bytes int) {
	return len(r.batch.ops) + len(r.batch.expect), r.batch.bytes
}

// do queues a batch and waits for its answer, but not for a database that does
// not respond.
func (w *writer) do(ctx context.Context, b *encodedBatch) error {
	up := w.s.health.availability()
	if up.Err() != nil && ctx.Err() == nil {
		return errUnresponsive
	}
	return w.queue.Do(ctx, &request{batch: b}, up.Done(), errUnresponsive)
}

func (w *writer) run() { w.queue.Run(w.serve) }

func (w *writer) stop() {
	w.queue.Stop()
	w.endSession()
}

// serve commits a group. When one batch is refused, those before it are
// committed first, then it is tried alone, then the others: so each gets the
// answer that it would have got if they had come one after the other.
func (w *writer) serve(group []*request) {
	if len(group) == 0 {
		return
	}
	p, err := w.commit(group)
	var guilty *batchError
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
	r.Err = err
	r.Answer()
}

// commit applies a group in one transaction and retries it after conflicts with
// other processes.
func (w *writer) commit(group []*request) (*plan, error) {
	ctx, start := context.Background(), time.Now()
	var read map[docKey]int64
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if err := w.s.reencode(group); err != nil {
			return nil, err
		}
		p := newPlan(group, read, w.slot)
		if p.empty() {
			return p, nil
		}
		err := w.transaction(ctx, p)
		alone := len(group) == 1 && errors.Is(err, errMismatch)
		if !alone && !errors.Is(err, errRetry) {
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
		w.slot = randomSlot() // another process may use the same one
		time.Sleep(rand.N(pause))
	}
}

// transaction executes a plan. It fails with errRetry when nothing was written
// and another try may succeed.
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
			return errors.Join(errRetry, err)
		}
		return err
	}
	own := s.feed.addOwnCommit(id, p.changed)
	err = w.end(ctx, session, id)
	if err == nil {
		s.feed.ownCommitDone(own)
		return nil
	}
	s.feed.forgetOwnCommit(id)
	w.abandonSession() // its transaction may still be open
	return err
}
