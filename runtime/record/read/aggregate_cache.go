package read

import (
	"container/list"
	"context"
	"slices"
	"sync"

	"weft/runtime/query"
)

// cacheBytes bounds the memory of cached results.
const cacheBytes = 8 << 20

// aggregateCache remembers counts and aggregates until a collection that they
// depend on changes. Callers that ask for one result at the same time share
// one computation. The zero value is ready.
type aggregateCache struct {
	mu    sync.Mutex
	kept  map[string]*list.Element
	order list.List // of *cachedAggregate, the last used in front
	bytes int
	busy  map[string]*runningAggregate
}

type cachedAggregate struct {
	key   string
	state string // change numbers under which value holds
	value any
	size  int
}

type runningAggregate struct {
	done  chan struct{}
	value any
	err   error
}

// get gives the result under key as of state, computing it when it is not
// known. compute also tells how much memory the value takes.
func (c *aggregateCache) get(ctx context.Context, key, state string, compute func() (any, int, error)) (any, error) {
	c.mu.Lock()
	if e, ok := c.kept[key]; ok && e.Value.(*cachedAggregate).state == state {
		c.order.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*cachedAggregate).value, nil
	}
	name := state + key
	if run, ok := c.busy[name]; ok {
		c.mu.Unlock()
		select {
		case <-run.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if run.err == nil {
			return run.value, nil
		}
		// The other caller may have been cut off; its error is not ours.
		value, _, err := compute()
		return value, err
	}
	run := &runningAggregate{done: make(chan struct{}), err: context.Canceled}
	if c.busy == nil {
		c.busy = map[string]*runningAggregate{}
	}
	c.busy[name] = run
	c.mu.Unlock()
	size := 0
	defer func() {
		close(run.done)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.busy, name)
		if run.err == nil {
			c.keep(&cachedAggregate{key: key, state: state, value: run.value, size: size + len(key) + len(state) + 200})
		}
	}()
	run.value, size, run.err = compute()
	return run.value, run.err
}

// keep stores a result and drops the ones used longest ago.
func (c *aggregateCache) keep(f *cachedAggregate) {
	if c.kept == nil {
		c.kept = map[string]*list.Element{}
	}
	if e, ok := c.kept[f.key]; ok {
		c.drop(e)
	}
	if f.size > cacheBytes/8 {
		return
	}
	c.kept[f.key] = c.order.PushFront(f)
	c.bytes += f.size
	for c.bytes > cacheBytes {
		c.drop(c.order.Back())
	}
}

func (c *aggregateCache) drop(e *list.Element) {
	f := c.order.Remove(e).(*cachedAggregate)
	delete(c.kept, f.key)
	c.bytes -= f.size
}

// state names the change numbers of all collections that an aggregate of the
// entity depends on.
func (r *reading) state(ctx context.Context, depends func(fn func(string))) (string, error) {
	names := []string{r.entity.Key}
	depends(func(name string) {
		if slices.Contains(names, name) {
			return
		}
		names = append(names, name)
	})
	b := make([]byte, 0, 32)
	for _, name := range names {
		n, err := r.from.ChangeNumber(ctx, name)
		if err != nil {
			return "", err
		}
		b = appendNumberKey(b, n)
	}
	return string(b), nil
}

func appendNumberKey(b []byte, n uint64) []byte {
	for range 8 {
		b = append(b, byte(n))
		n >>= 8
	}
	return b
}

// countOf counts from memory while nothing has changed.
func (r *reading) countOf(ctx context.Context, where query.Expr, limit int) (int64, error) {
	state, err := r.state(ctx, func(fn func(string)) { query.Collections(where, fn) })
	if err != nil {
		return 0, err
	}
	key := append(make([]byte, 0, 256), "count "...)
	if limit > 0 {
		key[0] = 'C'
	}
	key = append(append(key, r.entity.Key...), ' ')
	key = query.AppendCanonical(key, where)
	n, err := r.s.aggregates.get(ctx, string(key), state, func() (any, int, error) {
		release, err := r.heavySlot(ctx)
		if err != nil {
			return nil, 0, err
		}
		defer release()
		n, err := r.from.Count(ctx, r.entity.Key, where, limit)
		return n, 8, err
	})
	if err != nil {
		return 0, err
	}
	return n.(int64), nil
}
