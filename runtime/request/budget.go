package request

import (
	"context"
	"sync"
)

// Budget bounds what all requests together, and those of one key (a user), may
// use of a resource at a time. It is safe for concurrent use.
type Budget struct {
	Max, PerKey int64

	mu    sync.Mutex
	used  int64
	byKey map[string]int64
	freed chan struct{} // closed at the next release; nil while nobody waits
}

// Acquire waits until n units are free for key, or ctx ends. More than PerKey
// units count as PerKey. The units are in use until release is called.
func (b *Budget) Acquire(ctx context.Context, key string, n int64) (release func(), err error) {
	n = min(n, b.PerKey)
	for {
		freed := b.take(key, n)
		if freed == nil {
			return func() { b.give(key, n) }, nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take takes the units; if they are not free it returns the channel to wait on.
func (b *Budget) take(key string, n int64) (wait chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.Max || b.byKey[key]+n > b.PerKey {
		if b.freed == nil {
			b.freed = make(chan struct{})
		}
		return b.freed
	}
	if b.byKey == nil {
		b.byKey = map[string]int64{}
	}
	b.used += n
	b.byKey[key] += n
	return nil
}

func (b *Budget) give(key string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.byKey[key] -= n; b.byKey[key] == 0 {
		delete(b.byKey, key)
	}
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
}
