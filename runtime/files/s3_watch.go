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

// A server that works slowly is waited for, one that is gone is not: when a
// call stands still for half of the options' patience, other connections ask
// whether the server answers at all, twice and half a patience apart. Each
// answer may take a whole patience, so that a call ends after two of them, and
// never for one answer that was late or lost on the way.
const (
	usualPatience = time.Second
	stillMost     = 30 * time.Second // a call that makes no step for so long is given up
)

var (
	errNoPulse = errors.New("s3: the server does not answer")
	errStill   = errors.New("s3: the server makes no progress")
)

// pulse tells whether the server answers; callers share one question.
type pulse struct {
	url       string
	transport *http.Transport
	client    *http.Client
	patience  time.Duration

	mu     sync.Mutex
	asked  time.Time // when the last answer came, or did not
	beats  bool
	silent atomic.Bool // the last question had no answer
}

func newPulse(u *url.URL, t *http.Transport, patience time.Duration) *pulse {
	// A connection of its own: those at hand may be the ones that hang.
	own := t.Clone()
	own.DisableKeepAlives = true
	return &pulse{url: u.String() + "/", transport: t, patience: patience, client: &http.Client{
		Transport: own, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ask asks twice, and says whether one was answered.
func (p *pulse) ask() bool {
	since := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked.After(since) {
		return p.beats
	}
	first := make(chan bool, 1)
	go func() { first <- p.answers() }()
	again := time.NewTimer(p.patience / 2)
	defer again.Stop()
	select {
	case p.beats = <-first:
		if !p.beats { // it was refused: the server may be starting
			<-again.C
			p.beats = p.answers()
		}
	case <-again.C:
		p.beats = p.answers() || <-first
	}
	p.asked = time.Now()
	p.silent.Store(!p.beats)
	return p.beats
}

// answers sends a request without a signature; any answer will do.
func (p *pulse) answers() bool {
	res, err := p.client.Get(p.url)
	if err != nil {
		return false
	}
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	_ = res.Body.Close()
	return true
}

// watch guards one call: its context ends when the server is gone. The caller
// says step with every sign of life, and stop in the end.
func (p *pulse) watch(ctx context.Context) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{pulse: p, cancel: cancel, most: max(stillMost, 2*p.patience)}
	w.step()
	// After a question without an answer the next one comes first, so that
	// callers do not queue up behind a server that is gone.
	first := p.patience / 2
	if p.silent.Load() {
		first = 0
	}
	w.timer = time.AfterFunc(time.Hour, w.look)
	w.timer.Reset(first)
	return ctx, w
}

type watch struct {
	pulse  *pulse
	cancel context.CancelCauseFunc
	most   time.Duration
	last   atomic.Int64 // nanoseconds: the last step
	idle   atomic.Bool  // nothing is awaited
	ended  atomic.Bool

	timer *time.Timer
}

func (w *watch) step() { w.last.Store(time.Now().UnixNano()) }

func (w *watch) look() {
	if w.ended.Load() {
		return
	}
	still, next := time.Since(time.Unix(0, w.last.Load())), w.pulse.patience
	switch {
	case w.idle.Load():
	case still < w.pulse.patience/2 && !w.pulse.silent.Load():
		next = w.pulse.patience/2 - still
	case still >= w.most:
		w.cancel(errStill)
		return
	case !w.pulse.ask():
		w.cancel(errNoPulse)
		return
	}
	w.timer.Reset(next)
}

func (w *watch) stop() {
	w.ended.Store(true)
	w.timer.Stop()
	w.cancel(nil)
}
