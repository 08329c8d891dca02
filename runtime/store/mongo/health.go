package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"weft/runtime/store"

	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/readpref"
)

// callLimit ends any call that a living database does not answer.
const callLimit = 2 * time.Minute

// health knows whether the database gives signs of life. While calls are under
// way and no answer comes, it asks over a connection of its own; when that is
// not answered either, it ends the calls and refuses new ones until the
// database answers again. A database that is slow but alive is left in peace.
type health struct {
	log      *slog.Logger
	database string
	patience time.Duration
	client   *driver.Client
	started  time.Time
	// last is when an answer came, in nanoseconds since started.
	last  atomic.Int64
	calls atomic.Int64
	wake  chan struct{}

	mu sync.Mutex
	// up is open while the database answers; its end ends the calls.
	up     context.Context
	fail   context.CancelFunc
	closed bool
	// back is closed when the database answers again.
	back chan struct{}
	// refused is when the log was told of a refusal, by its reason.
	refused map[error]time.Time

	quit  context.CancelFunc
	ended chan struct{}
}

func newHealth(ctx context.Context, uri, database string, o Options) (*health, error) {
	c, err := driver.Connect(ctx, clientOptions(uri, o).SetMinPoolSize(0).SetMaxPoolSize(2))
	if err != nil {
		return nil, err
	}
	h := &health{log: o.Logger, database: database, patience: o.UnresponsiveTimeout, client: c, started: time.Now(), wake: make(chan struct{}, 1),
		back: make(chan struct{}), refused: map[error]time.Time{}, ended: make(chan struct{})}
	h.up, h.fail = context.WithCancel(context.Background())
	alive, quit := context.WithCancel(context.Background())
	h.quit = quit
	go h.watch(alive)
	return h, nil
}

func (h *health) stop() {
	h.quit()
	<-h.ended
	h.mu.Lock()
	h.closed = true
	h.fail()
	h.mu.Unlock()
	if err := disconnect(h.client); err != nil {
		h.log.Debug("disconnect", "error", err)
	}
}

// call runs fn, which asks the database, unless it is known to be down. fn is
// cut off when it goes down meanwhile. Errors are named by the port's.
func (h *health) call(ctx context.Context, fn func(context.Context) error) error {
	return h.limited(ctx, callLimit, fn)
}

// limited is call with another limit of time, 0 for none.
func (h *health) limited(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	if h.calls.Add(1) == 1 {
		h.nudge() // somebody looks after it
	}
	defer h.calls.Add(-1)
	return h.idle(ctx, limit, fn)
}

// idle is limited for a call that nobody waits for: silence is no alarm.
func (h *health) idle(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	up := h.state()
	if up.Err() != nil {
		return errDown
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(up, func() { cancel(errDown) })()
	if limit > 0 {
		defer time.AfterFunc(limit, func() { cancel(errLimit) }).Stop()
	}
	err := fn(inner)
	if err == nil {
		h.answered()
		return nil
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case up.Err() != nil:
		return fmt.Errorf("%w: %w", errDown, hideContext(err))
	case inner.Err() != nil:
		return fmt.Errorf("%w: no answer within %v", store.ErrUnavailable, limit)
	}
	if !answered(err) {
		h.nudge()
	}
	err = classify(err)
	h.tellRefusal(err)
	return err
}

// Why a call is cut off.
var (
	errDown  = fmt.Errorf("%w: it gives no sign of life", store.ErrUnavailable)
	errLimit = errors.New("mongo: a call took too long")
)

// hideContext keeps the text of an error that came of cutting a call off: the
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

func (h *health) state() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.up
}

func (h *health) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *health) answered() { h.last.Store(int64(time.Since(h.started))) }

func (h *health) silence() time.Duration {
	return time.Since(h.started) - time.Duration(h.last.Load())
}

// watch asks the database whenever nothing was heard of it for a while.
func (h *health) watch(ctx context.Context) {
	defer close(h.ended)
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-timer.C:
		}
		pause := h.patience / 10
		if h.calls.Load() == 0 && h.state().Err() == nil {
			pause = h.patience
		}
		if h.silence() >= pause {
			h.ask(ctx)
		}
		timer.Reset(pause)
	}
}

// ask takes the database for dead when it answers neither this nor any call. A
// refusal is an answer too.
func (h *health) ask(ctx context.Context) {
	sent := h.last.Load()
	limited, cancel := context.WithTimeout(ctx, h.patience*3/5)
	err := h.client.Ping(limited, readpref.Primary())
	cancel()
	switch {
	case ctx.Err() != nil:
	case err == nil, !unreachable(err):
		h.tellRefusal(classify(err))
		h.answered()
		h.rise()
	case h.last.Load() == sent:
		h.sink(err)
	}
}

func (h *health) rise() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.up.Err() == nil || h.closed {
		return
	}
	h.up, h.fail = context.WithCancel(context.Background())
	close(h.back)
	h.back = make(chan struct{})
	h.log.Info("the database answers again")
}

func (h *health) sink(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.up.Err() == nil {
		h.fail()
		h.log.Error("the database gives no sign of life", "error", err)
	}
}

// wait returns when the database answers, at the latest when ctx ends.
func (h *health) wait(ctx context.Context) {
	h.mu.Lock()
	up, back := h.up, h.back
	h.mu.Unlock()
	if up.Err() == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-back:
	}
}
