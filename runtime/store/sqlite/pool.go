package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"weft/runtime/store"
)

const (
	// poolPatience is how long a reader waits for a connection before one more
	// is opened: a View whose function reads outside it must not wait for itself.
	poolPatience = 20 * time.Millisecond
	// poolExtra bounds those.
	poolExtra = 32
)

// pool lends reading connections, opened when first needed.
type pool struct {
	open  func() (*conn, error)
	slots chan *conn // nil: may be opened
	extra chan struct{}
	once  sync.Once
	done  chan struct{}
}

func newPool(n int, open func() (*conn, error)) *pool {
	p := &pool{open: open, slots: make(chan *conn, n), extra: make(chan struct{}, poolExtra), done: make(chan struct{})}
	for range n {
		p.slots <- nil
	}
	return p
}

// get waits for a free connection.
func (p *pool) get(ctx context.Context) (*conn, error) {
	select {
	case <-p.done:
		return nil, store.ErrUnavailable
	default:
	}
	select {
	case c := <-p.slots:
		return p.opened(c)
	default:
		return p.wait(ctx)
	}
}

func (p *pool) wait(ctx context.Context) (*conn, error) {
	patience := time.NewTimer(poolPatience)
	defer patience.Stop()
	var extra chan<- struct{} // not yet
	for {
		select {
		case c := <-p.slots:
			return p.opened(c)
		case <-patience.C:
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

func (p *pool) opened(c *conn) (*conn, error) {
	if c != nil {
		return c, nil
	}
	c, err := p.open()
	if err != nil {
		p.slots <- nil
		return nil, err
	}
	return c, nil
}

func (p *pool) put(c *conn) error {
	if !c.extra {
		p.slots <- c
		return nil
	}
	err := c.Close()
	<-p.extra
	return err
}

// Close waits for the connections that are lent and closes all.
func (p *pool) Close() error {
	var errs []error
	p.once.Do(func() {
		close(p.done)
		for range cap(p.slots) {
			if c := <-p.slots; c != nil {
				errs = append(errs, c.Close())
			}
		}
		for range cap(p.extra) {
			p.extra <- struct{}{}
		}
	})
	return errors.Join(errs...)
}
