package script

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"weft/runtime/problem"
)

// Options of a Pool.
type Options struct {
	// Command starts a runner; nil means this binary, see RunIfRunner.
	Command []string
	// Size is how many runners are kept ready once there was a first run; 0 means
	// GOMAXPROCS. Twice as many may run while some of them wait for others.
	Size int
	// Logger is told of runners that do not start, and what they are not confined
	// to; nil discards.
	Logger *slog.Logger
}

// Pool keeps runners. It starts none before the first run. It is safe for
// concurrent use.
type Pool struct {
	options Options
	size    int

	mu      sync.Mutex
	idle    []*process
	total   int // idle, busy and starting
	waiting []*waiter
	busy    map[string]int // runs by key of script
	slow    map[string]time.Time
	jobs    int // background runs
	closed  bool
	told    bool // the confinement was logged
	ended   sync.WaitGroup
}

// waiter is a call that waits for a runner.
type waiter struct {
	script     string
	background bool
	given      chan *process // nil for one that must not be waited for any longer
	err        error
}

const (
	// maxWaiting is how many calls wait at most; further ones are refused.
	maxWaiting = 1000
	// moreAfter is how long calls wait before a runner beyond Size is started.
	moreAfter = 50 * time.Millisecond
	// slowTime is how long a script that met a limit has only one runner.
	slowTime = 10 * time.Second
	// maxLoaded is how many programs a runner keeps.
	maxLoaded = 500
)

var errClosed = errors.New("script: the pool is closed")

// NewPool makes a Pool.
func NewPool(o Options) *Pool {
	if o.Command == nil {
		o.Command = ownCommand()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Size <= 0 {
		o.Size = runtime.GOMAXPROCS(0)
	}
	return &Pool{options: o, size: o.Size, busy: map[string]int{}, slow: map[string]time.Time{}}
}

// Close ends the runners; runs that go on end with an error.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for _, w := range p.waiting {
		w.err = errClosed
		close(w.given)
	}
	p.waiting = nil
	p.mu.Unlock()
	for _, process := range idle {
		process.stop()
	}
	p.ended.Wait()
	return nil
}

// acquire waits for a runner.
func (p *Pool) acquire(ctx context.Context, script string, background bool) (*process, error) {
	w := &waiter{script: script, background: background, given: make(chan *process, 1)}
	p.mu.Lock()
	switch {
	case p.closed:
		p.mu.Unlock()
		return nil, errClosed
	case len(p.waiting) >= maxWaiting:
		p.mu.Unlock()
		return nil, &problem.Error{Code: problem.Unavailable, Key: "scripts_busy", RetryAfter: time.Second}
	}
	p.waiting = append(p.waiting, w)
	p.grow(p.size)
	p.serve()
	p.mu.Unlock()
	more := time.AfterFunc(moreAfter, p.more)
	defer more.Stop()
	select {
	case process := <-w.given:
		if process == nil {
			return nil, w.err
		}
		return process, nil
	case <-ctx.Done():
		return nil, p.abandon(w, ctx.Err())
	}
}

// abandon takes a waiter out of the queue; a runner that it was given meanwhile
// is put back.
func (p *Pool) abandon(w *waiter, err error) error {
	p.mu.Lock()
	i := slices.Index(p.waiting, w)
	if i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	}
	p.mu.Unlock()
	if i < 0 {
		if process := <-w.given; process != nil {
			p.release(process, w.script, w.background)
		}
	}
	return err
}

// grow starts runners up to a number. It is called with the lock.
func (p *Pool) grow(to int) {
	for p.total < to && !p.closed {
		p.total++
		p.ended.Go(p.start)
	}
}

// more starts a runner beyond Size while calls wait.
func (p *Pool) more() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.grow(min(p.total+1, 2*p.size))
	}
}

func (p *Pool) start() {
	process, err := startProcess(p.options.Command)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.total--
		p.options.Logger.Error("a script runner does not start", "error", err)
		for _, w := range p.waiting {
			w.err = err
			close(w.given)
		}
		p.waiting = nil
		return
	}
	if p.closed {
		p.ended.Go(process.stop)
		return
	}
	p.tell(process.confined)
	p.idle = append(p.idle, process)
	p.serve()
}

// serve gives idle runners to the calls that wait, in their order. It is called
// with the lock.
func (p *Pool) serve() {
	for i := 0; i < len(p.waiting) && len(p.idle) > 0; {
		w := p.waiting[i]
		if !p.may(w) {
			i++
			continue
		}
		p.waiting = slices.Delete(p.waiting, i, i+1)
		p.busy[w.script]++
		if w.background {
			p.jobs++
		}
		last := len(p.idle) - 1
		w.given <- p.idle[last]
		p.idle = p.idle[:last]
	}
}

// may tells whether a call may have a runner now: background runs leave one to
// those that people wait for, and a script that met a limit has only one.
func (p *Pool) may(w *waiter) bool {
	if w.background && p.jobs >= max(p.size-1, 1) && p.jobs > 0 {
		return false
	}
	until, slow := p.slow[w.script]
	if slow && time.Now().After(until) {
		delete(p.slow, w.script)
		slow = false
	}
	return !slow || p.busy[w.script] == 0
}

// release takes a runner back, or replaces one that has ended (nil).
func (p *Pool) release(process *process, script string, background bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[script]--; p.busy[script] <= 0 {
		delete(p.busy, script)
	}
	if background {
		p.jobs--
	}
	switch {
	case process == nil:
		p.total--
	case p.closed, len(process.loaded) > maxLoaded, len(p.idle) >= p.size:
		p.total--
		p.ended.Go(process.stop)
	default:
		p.idle = append(p.idle, process)
	}
	p.grow(p.size)
	p.serve()
}

// punish leaves a script that met a limit one runner for a while, so that those
// of others find one.
func (p *Pool) punish(script string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow[script] = time.Now().Add(slowTime)
}

// tell logs once how runners are confined.
func (p *Pool) tell(c confinement) {
	if p.told {
		return
	}
	p.told = true
	if missing := c.missing(); len(missing) > 0 {
		p.options.Logger.Warn("scripts run with less isolation than weft can give them", "missing", missing)
		return
	}
	p.options.Logger.Info("scripts run isolated: another user, no network, no files, no programs, bounded memory")
}
