package sqlite

import (
	"context"
	"errors"
	"sync"
)

// background holds the goroutines that no caller waits for; Close ends them.
type background struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

func (b *background) start() { b.ctx, b.cancel = context.WithCancel(context.Background()) }

func (b *background) stop() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.wg.Wait()
}

// background runs fn in a goroutine, unless the store is closing.
func (s *Store) background(fn func(context.Context) error) {
	b := &s.work
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	b.wg.Go(func() {
		if err := fn(b.ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.log.Warn("background work failed", "error", err)
		}
	})
}
