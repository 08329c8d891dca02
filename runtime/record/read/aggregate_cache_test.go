package read

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func figureOf(value any, size int) func() (any, int, error) {
	return func() (any, int, error) { return value, size, nil }
}

func TestFigureCacheHoldsUntilTheStateChanges(t *testing.T) {
	t.Parallel()
	var c aggregateCache
	ctx := t.Context()
	for i, step := range []struct{ key, state, want string }{
		{"a", "1", "0"}, {"a", "1", "0"}, {"b", "1", "2"}, {"a", "2", "3"}, {"a", "2", "3"}, {"a", "1", "5"}, {"b", "1", "2"},
	} {
		got, err := c.get(ctx, step.key, step.state, figureOf(fmt.Sprint(i), 1))
		if err != nil || got != step.want {
			t.Errorf("step %d: %v, %v", i, got, err)
		}
	}
	if _, err := c.get(ctx, "c", "1", func() (any, int, error) { return nil, 0, errors.New("down") }); err == nil {
		t.Error("an error is lost")
	}
	if got, err := c.get(ctx, "c", "1", figureOf("up", 1)); err != nil || got != "up" {
		t.Errorf("an error was kept: %v, %v", got, err)
	}
}

func TestFigureCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c aggregateCache
	for i := range 100 {
		_, _ = c.get(t.Context(), fmt.Sprint(i), "1", figureOf(i, cacheBytes/20))
		_, _ = c.get(t.Context(), "0", "1", figureOf(0, cacheBytes/20)) // used all the time
	}
	if c.bytes > cacheBytes || len(c.kept) != c.order.Len() || len(c.kept) < 10 {
		t.Errorf("%d bytes, %d figures", c.bytes, len(c.kept))
	}
	if got, _ := c.get(t.Context(), "0", "1", figureOf("new", 1)); got != 0 {
		t.Error("what is used most was dropped")
	}
	_, _ = c.get(t.Context(), "huge", "1", figureOf(strings.Repeat("x", 10), cacheBytes))
	if c.kept["huge"] != nil {
		t.Error("one figure takes all the memory")
	}
}

func TestFigureCacheSharesOneComputation(t *testing.T) {
	t.Parallel()
	var c aggregateCache
	var computed atomic.Int32
	begun, finish := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	ask := func() {
		got, err := c.get(t.Context(), "k", "1", func() (any, int, error) {
			if computed.Add(1) == 1 {
				close(begun)
			}
			<-finish
			return "v", 1, nil
		})
		if err != nil || got != "v" {
			t.Errorf("%v, %v", got, err)
		}
	}
	wg.Go(ask)
	<-begun
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.get(cancelled, "k", "1", figureOf("other", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up: %v", err)
	}
	for range 20 {
		wg.Go(ask)
	}
	close(finish)
	wg.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
	if len(c.busy) != 0 {
		t.Errorf("%d are still busy", len(c.busy))
	}
}
