package sqlite

import (
	"context"
	"errors"
	"sync"

	"weft/runtime/store"
)

// pool lends reading connections, opened when first needed.
type pool struct {
	open  func() (*conn, error)
	slots chan *conn // nil: may be opened
	once  sync.Once
	done  chan struct{}
}

func newPool(n int, open func() (*conn, error)) *pool {
	p := &pool{open: open, slots: make(chan *conn, n), done: make(chan struct{})}
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
	var c *conn
	select {
	case c = <-p.slots:
	default:
		select {
		case c = <-p.slots:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-p.done:
			return nil, store.ErrUnavailable
		}
	}
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

func (p *pool) put(c *conn) { p.slots <- c }

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
	})
	return errors.Join(errs...)
}
