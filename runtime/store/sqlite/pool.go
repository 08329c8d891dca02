package sqlite

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"weft/runtime/store"
)

const (
	// poolWait is how long a reader waits for a connection before an extra one
	// is opened: a View whose function also reads outside of it must not
	// deadlock.
	poolWait = 100 * time.Millisecond
	// poolExtra bounds the extra connections.
	poolExtra = 32
)

// pool lends reading connections, which are opened when needed. The one used last
// is lent first: its page cache is the warmest. Heavy reads (aggregates, searches,
// lists that no index serves) and Views together cannot take all connections, so
// that light reads are answered at once however much others ask for.
type pool struct {
	open  func() (*conn, error)
	mu    sync.Mutex
	idle  []*conn
	slots chan struct{} // holds an element for each connection that is lent
	extra chan struct{} // for each extra one
	heavy chan struct{} // for each heavy read
	views chan struct{} // for each View that is not on an extra connection
	once  sync.Once
	done  chan struct{}
}

// newPool makes a pool of n connections. There are at most as many heavy reads as
// processors: more of them would not be faster, and would slow down the others.
func newPool(n int, open func() (*conn, error)) *pool {
	heavy := runtime.GOMAXPROCS(0)
	views := max(1, n-n/4-heavy)
	return &pool{
		open: open, slots: make(chan struct{}, n), extra: make(chan struct{}, poolExtra),
		heavy: make(chan struct{}, heavy), views: make(chan struct{}, views), done: make(chan struct{}),
	}
}

// beginHeavy waits until a heavy read may begin; endHeavy must follow.
func (p *pool) beginHeavy(ctx context.Context) error {
	select {
	case p.heavy <- struct{}{}:
		return nil
	default:
	}
	select {
	case p.heavy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-p.done:
		return store.ErrUnavailable
	}
}

func (p *pool) endHeavy() { <-p.heavy }

// getForView lends a connection for a View.
func (p *pool) getForView(ctx context.Context) (*conn, error) {
	select {
	case p.views <- struct{}{}:
	default:
		c, err := p.wait(ctx, p.views)
		if err != nil || c != nil {
			return c, err
		}
	}
	c, err := p.get(ctx)
	if err != nil {
		<-p.views
		return nil, err
	}
	c.view = true
	return c, nil
}

// get waits for a free connection.
func (p *pool) get(ctx context.Context) (*conn, error) {
	select {
	case <-p.done:
		return nil, store.ErrUnavailable
	default:
	}
	select {
	case p.slots <- struct{}{}:
		return p.take()
	default:
	}
	c, err := p.wait(ctx, p.slots)
	if err != nil || c != nil {
		return c, err
	}
	return p.take()
}

// wait waits for an element of queue; after poolWait it may return an extra
// connection instead.
func (p *pool) wait(ctx context.Context, queue chan<- struct{}) (*conn, error) {
	timeout := time.NewTimer(poolWait)
	defer timeout.Stop()
	var extra chan<- struct{} // nil until the timeout
	for {
		select {
		case queue <- struct{}{}:
			return nil, nil
		case <-timeout.C:
			extra = p.extra
		case extra <- struct{}{}:
			c, err := p.open()
			if err != nil {
				<-p.extra
				return nil, err
			}
			c.extra = true
			return c, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-p.done:
			return nil, store.ErrUnavailable
		}
	}
}

// take lends the connection used last; the caller holds a slot.
func (p *pool) take() (*conn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.open()
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

func (p *pool) put(c *conn) error {
	if c.extra {
		err := c.Close()
		<-p.extra
		return err
	}
	view := c.view
	c.view = false
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	<-p.slots
	if view {
		<-p.views
	}
	return nil
}

// Close waits for the connections that are lent and closes all of them.
func (p *pool) Close() error {
	var errs []error
	p.once.Do(func() {
		close(p.done)
		for range cap(p.slots) {
			p.slots <- struct{}{}
		}
		for range cap(p.extra) {
			p.extra <- struct{}{}
		}
		for _, c := range p.idle {
			errs = append(errs, c.Close())
		}
	})
	return errors.Join(errs...)
}
