package request

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestABudgetIsSharedFairly(t *testing.T) {
	t.Parallel()
	b := Budget{Max: 10, PerKey: 4}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	release, err := b.Acquire(t.Context(), "a", 100) // counts as 4
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Acquire(ended, "a", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("beyond the share of one key: %v", err)
	}
	if _, err := b.Acquire(ended, "b", 4); err != nil {
		t.Errorf("another key: %v", err)
	}
	if _, err := b.Acquire(ended, "c", 3); !errors.Is(err, context.Canceled) {
		t.Errorf("beyond the whole: %v", err)
	}
	waited := make(chan error, 1)
	go func() {
		_, err := b.Acquire(t.Context(), "c", 3)
		waited <- err
	}()
	release()
	if err := <-waited; err != nil {
		t.Errorf("after a release: %v", err)
	}
	if b.used != 7 || b.byKey["a"] != 0 {
		t.Errorf("used %d, %v", b.used, b.byKey)
	}
}

// R4
func TestParseCostIsAnUpperBound(t *testing.T) { // not parallel: it measures allocations
	for name, body := range map[string]string{
		"small objects": `{"a":[` + strings.Repeat(`{"b":1},`, 9_000) + `1]}`,
		"empty objects": `{"a":[` + strings.Repeat(`{},`, 9_000) + `1]}`,
		"numbers":       `{"a":[` + strings.Repeat(`1,`, 9_000) + `1]}`,
		"one text":      `{"a":"` + strings.Repeat("x", 10_000) + `"}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := ParseJSON(body); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		allocated := int64(after.TotalAlloc - before.TotalAlloc)
		if cost := ParseCost(body); allocated > cost {
			t.Errorf("%s: %d bytes allocated, estimated %d", name, allocated, cost)
		}
	}
}
