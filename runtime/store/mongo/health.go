package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/startstop"
	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/readpref"
)

// maxCallTime ends any call that a living database does not answer.
const maxCallTime = 2 * time.Minute

// health knows whether the database responds. While calls run and no response
// comes, it pings over a connection of its own; when that is not answered
// either, it ends the calls and refuses new ones until the database responds
// again. Calls to a database that is slow but alive go on.
type health struct {
	log      *slog.Logger
	database string
	timeout  time.Duration
	client   *driver.Client
	started  time.Time
	// lastResponse is when a response came, in nanoseconds since started.
	lastResponse atomic.Int64
	calls        atomic.Int64
	checkNow     chan struct{}

	mu sync.Mutex
	// available is a context that ends, and ends all calls with it, when the
	// database stops responding.
	available       context.Context
	markUnavailable context.CancelFunc
	closed          bool
	// recovered is closed when the database responds again.
	recovered chan struct{}
	// loggedAt is when an access error was logged, by its reason.
	loggedAt map[error]time.Time

	monitoring *startstop.Service
}

func newHealth(ctx context.Context, uri, database string, o Options) (*health, error) {
	c, err := driver.Connect(ctx, clientOptions(uri, o).SetMinPoolSize(0).SetMaxPoolSize(2))
	if err != nil {
		return nil, err
	}
	h := &health{log: o.Logger, database: database, timeout: o.UnresponsiveTimeout, client: c, started: time.Now(), checkNow: make(chan struct{}, 1),
		recovered: make(chan struct{}), loggedAt: map[error]time.Time{}}
	h.available, h.markUnavailable = context.WithCancel(context.Background())
	h.monitoring = startstop.New("health of the database", h.log, h.monitor)
	h.monitoring.Start()
	return h, nil
}

func (h *health) stop() {
	h.monitoring.Stop()
	h.mu.Lock()
	h.closed = true
	h.markUnavailable()
	h.mu.Unlock()
	if err := disconnect(h.client); err != nil {
		h.log.Debug("disconnect", "error", err)
	}
}

// call runs fn, which asks the database, unless that is known to be down. fn is
// ended when the database goes down meanwhile. Errors are the port's.
func (h *health) call(ctx context.Context, fn func(context.Context) error) error {
	return h.callWithin(ctx, maxCallTime, fn)
}

// callWithin is call with another time limit, 0 for none.
func (h *health) callWithin(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	if h.calls.Add(1) == 1 {
		h.requestCheck() // start monitoring
	}
	defer h.calls.Add(-1)
	return h.callInBackground(ctx, limit, fn)
}

// callInBackground is callWithin for a call that no caller waits for: no
// response to it is no alarm.
func (h *health) callInBackground(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	up := h.availability()
	if up.Err() != nil {
		return errUnresponsive
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(up, func() { cancel(errUnresponsive) })()
	if limit > 0 {
		defer time.AfterFunc(limit, func() { cancel(errCallTimeout) }).Stop()
	}
	err := fn(inner)
	if err == nil {
		h.noteResponse()
		return nil
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case up.Err() != nil:
		return fmt.Errorf("%w: %w", errUnresponsive, hideContext(err))
	case inner.Err() != nil:
		return fmt.Errorf("%w: no answer within %v", store.ErrUnavailable, limit)
	}
	if !answered(err) {
		h.requestCheck()
	}
	err = classify(err)
	h.logAccessError(err)
	return err
}

// Why a call is ended.
var (
	errUnresponsive = fmt.Errorf("%w: it does not respond", store.ErrUnavailable)
	errCallTimeout  = errors.New("mongo: a call took too long")
)

// hideContext keeps only the text of an error caused by ending a call: the
// caller's own context has not ended.
func hideContext(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return errors.New(err.Error())
	}
	return err
}

func (h *health) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

func (h *health) availability() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.available
}

func (h *health) requestCheck() {
	select {
	case h.checkNow <- struct{}{}:
	default:
	}
}

func (h *health) noteResponse() { h.lastResponse.Store(int64(time.Since(h.started))) }

func (h *health) sinceResponse() time.Duration {
	return time.Since(h.started) - time.Duration(h.lastResponse.Load())
}

// monitor pings the database whenever it has not responded for a while.
func (h *health) monitor(ctx context.Context) {
	timer := time.NewTimer(h.timeout)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.checkNow:
		case <-timer.C:
		}
		pause := h.timeout / 10
		if h.calls.Load() == 0 && h.availability().Err() == nil {
			pause = h.timeout
		}
		if h.sinceResponse() >= pause {
			h.ping(ctx)
		}
		timer.Reset(pause)
	}
}

// ping marks the database as unavailable when it answers neither this nor any
// call. A refusal is an answer too.
func (h *health) ping(ctx context.Context) {
	sent := h.lastResponse.Load()
	limited, cancel := context.WithTimeout(ctx, h.timeout*3/5)
	err := h.client.Ping(limited, readpref.Primary())
	cancel()
	switch {
	case ctx.Err() != nil:
	case err == nil, !unreachable(err):
		h.logAccessError(classify(err))
		h.noteResponse()
		h.setAvailable()
	case h.lastResponse.Load() == sent:
		h.setUnavailable(err)
	}
}

func (h *health) setAvailable() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.available.Err() == nil || h.closed {
		return
	}
	h.available, h.markUnavailable = context.WithCancel(context.Background())
	close(h.recovered)
	h.recovered = make(chan struct{})
	h.log.Info("the database answers again")
}

func (h *health) setUnavailable(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.available.Err() == nil {
		h.markUnavailable()
		h.log.Error("the database does not respond", "error", err)
	}
}

// waitUntilAvailable returns when the database responds, or when ctx ends.
func (h *health) waitUntilAvailable(ctx context.Context) {
	h.mu.Lock()
	up, back := h.available, h.recovered
	h.mu.Unlock()
	if up.Err() == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-back:
	}
}
