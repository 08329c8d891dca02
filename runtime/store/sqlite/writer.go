package sqlite

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/store"
	"weft/runtime/store/groupcommit"

	sqlite3 "zombiezen.com/go/sqlite"
)

// commitLimits bound the requests that share one commit.
var commitLimits = groupcommit.Limits{Requests: 256, Ops: 4000}

// writer owns the only connection that writes. Callers queue requests; the writer
// commits all waiting requests together.
type writer struct {
	s     *Store
	c     *conn
	queue *groupcommit.Queue[*request]
	// broken is set when the disk failed to flush a commit: its state is not
	// known any more, so nothing further is written.
	broken error
}

// request is the work of one caller inside a commit.
type request struct {
	groupcommit.Request
	// run does the work; it returns an error that refused accepts, or a failure
	// of the database.
	run func(*tx) error
	// exclusive, instead of run, works outside a transaction (DDL begins its own).
	exclusive func(*conn) error
	ops       int
}

func newWriter(s *Store, c *conn) *writer {
	weigh := func(r *request) (ops, bytes int) { return r.ops, 0 }
	return &writer{s: s, c: c, queue: groupcommit.New(commitLimits, weigh)}
}

func (w *writer) do(ctx context.Context, r *request) error { return w.queue.Do(ctx, r, nil, nil) }
func (w *writer) run()                                     { w.queue.Run(w.serve) }
func (w *writer) stop()                                    { w.queue.Stop() }

// exclusively runs fn while nothing else is written.
func (w *writer) exclusively(ctx context.Context, fn func(*conn) error) error {
	return w.do(ctx, &request{exclusive: fn})
}

func (w *writer) serve(requests []*request) {
	start := 0
	for i, r := range requests {
		if r.exclusive != nil {
			w.commit(requests[start:i])
			w.serveExclusive(r)
			start = i + 1
		}
	}
	w.commit(requests[start:])
}

func (w *writer) serveExclusive(r *request) {
	if r.Err = w.broken; r.Err == nil {
		r.Err = classify(r.exclusive(w.c))
	}
	r.Answer()
}

// commit applies a group in one transaction, first without savepoints, which are
// expensive; when a request is refused after some of its changes, the group is
// rolled back and applied again with a savepoint for each request.
func (w *writer) commit(requests []*request) {
	if len(requests) == 0 {
		return
	}
	t := &tx{s: w.s, c: w.c}
	err := w.broken
	if err == nil {
		err = t.apply(requests, false)
		if errors.Is(err, errPartlyApplied) {
			t = &tx{s: w.s, c: w.c}
			err = t.apply(requests, true)
		}
	}
	if err == nil {
		w.s.publish(t)
		select {
		case w.s.committed <- struct{}{}:
		default: // it is notified already
		}
	} else {
		err = w.failed(err)
	}
	for _, r := range requests {
		if err != nil {
			r.Err = err
		}
		r.Answer()
	}
}

// failed classifies a failure of the database and decides whether to go on writing.
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
