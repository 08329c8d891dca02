package model

import (
	"sync"
	"sync/atomic"
)

// Current holds the published model in one atomic pointer. A piece of work
// loads the model once and uses it to the end.
type Current struct {
	p atomic.Pointer[Model]

	mu       sync.Mutex
	watchers []chan struct{}
}

// Model gives the published model; nil before the first Swap.
func (c *Current) Model() *Model { return c.p.Load() }

// Swap publishes m and returns the previous model.
func (c *Current) Swap(m *Model) *Model {
	old := c.p.Swap(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.watchers {
		select {
		case w <- struct{}{}:
		default: // it is told already
		}
	}
	return old
}

// Watch gives a channel on which something comes after every Swap; several in
// short order may be one.
func (c *Current) Watch() <-chan struct{} {
	w := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, w)
	return w
}
