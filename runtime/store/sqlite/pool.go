package sqlite

import (
	"context"
	"errors"
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
// is lent first: its page cache is the warmest.
type pool struct {
	open  func() (*conn, error)
	mu    sync.Mutex
	idle  []*conn
	slots chan struct{} // holds an element for each connection that is lent
	extra chan struct{} // and for each extra one
	once  sync.Once
	done  chan struct{}
}

func newPool(n int, open func() (*conn, error)) *pool {
	return &pool{open: open, slots: make(chan struct{}, n), extra: make(chan struct{}, poolExtra), done: make(chan struct{})}
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
		return p.wait(ctx)
	}
}

func (p *pool) wait(ctx context.Context) (*conn, error) {
	timeout := time.NewTimer(poolWait)
	defer timeout.Stop()
	var extra chan<- struct{} // nil until the timeout
	for {
		select {
		case p.slots <- struct{}{}:
			return p.take()
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
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	<-p.slots
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
