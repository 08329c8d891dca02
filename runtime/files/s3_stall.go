package files

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// A slow server is waited for, one that is gone is not: when a call makes no
// progress for half of the timeout, two requests on other connections, half a
// timeout apart, ask whether the server responds at all. Each may take a whole
// timeout, so that a call ends after two of them, and never for one late or
// lost answer.
const (
	defaultTimeout = time.Second
	maxStall       = 30 * time.Second // a call without progress for so long is ended
)

var (
	errNoResponse = errors.New("s3: the server does not answer")
	errStalled    = errors.New("s3: the server makes no progress")
)

// serverProbe tells whether the server responds; callers share one probe.
type serverProbe struct {
	url       string
	transport *http.Transport
	client    *http.Client
	timeout   time.Duration

	mu         sync.Mutex
	checkedAt  time.Time // when the last probe ended
	alive      bool
	lastFailed atomic.Bool // the last probe had no answer
}

func newServerProbe(u *url.URL, t *http.Transport, timeout time.Duration) *serverProbe {
	// A new connection: existing ones may be the ones that hang.
	own := t.Clone()
	own.DisableKeepAlives = true
	return &serverProbe{url: u.String() + "/", transport: t, timeout: timeout, client: &http.Client{
		Transport: own, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// check sends two requests, and tells whether one was answered.
func (p *serverProbe) check() bool {
	since := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.checkedAt.After(since) {
		return p.alive
	}
	first := make(chan bool, 1)
	go func() { first <- p.responds() }()
	again := time.NewTimer(p.timeout / 2)
	defer again.Stop()
	select {
	case p.alive = <-first:
		if !p.alive { // connection refused: the server may be starting
			<-again.C
			p.alive = p.responds()
		}
	case <-again.C:
		p.alive = p.responds() || <-first
	}
	p.checkedAt = time.Now()
	p.lastFailed.Store(!p.alive)
	return p.alive
}

// responds sends a request without a signature; any answer counts.
func (p *serverProbe) responds() bool {
	res, err := p.client.Get(p.url)
	if err != nil {
		return false
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	_ = res.Body.Close()
	return true
}

// guard watches one call: its context ends when the server is gone. The caller
// calls progress whenever bytes move, and stop at the end.
func (p *serverProbe) guard(ctx context.Context) (context.Context, *stallGuard) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &stallGuard{server: p, cancel: cancel, maxStall: max(maxStall, 2*p.timeout)}
	w.progress()
	// After a failed probe the next one comes first, so that callers do not
	// queue for a server that is gone.
	first := p.timeout / 2
	if p.lastFailed.Load() {
		first = 0
	}
	w.timer = time.AfterFunc(time.Hour, w.check)
	w.timer.Reset(first)
	return ctx, w
}

type stallGuard struct {
	server   *serverProbe
	cancel   context.CancelCauseFunc
	maxStall time.Duration
	last     atomic.Int64 // nanoseconds: the last progress
	idle     atomic.Bool  // no answer is awaited
	ended    atomic.Bool

	timer *time.Timer
}

func (w *stallGuard) progress() { w.last.Store(time.Now().UnixNano()) }

func (w *stallGuard) check() {
	if w.ended.Load() {
		return
	}
	still, next := time.Since(time.Unix(0, w.last.Load())), w.server.timeout
	switch {
	case w.idle.Load():
	case still < w.server.timeout/2 && !w.server.lastFailed.Load():
		next = w.server.timeout/2 - still
	case still >= w.maxStall:
		w.cancel(errStalled)
		return
	case !w.server.check():
		w.cancel(errNoResponse)
		return
	}
	w.timer.Reset(next)
}

func (w *stallGuard) stop() {
	w.ended.Store(true)
	w.timer.Stop()
	w.cancel(nil)
}
