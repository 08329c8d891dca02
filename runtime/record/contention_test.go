package record

import (
	"context"
	"errors"
	"testing"
	"time"
)

// B2: a caller that goes away stops waiting.
func TestWaitingForABusyRecordEndsWithTheContext(t *testing.T) {
	t.Parallel()
	q := &contentionQueues{}
	k := docKey{"deal", "a"}
	leave, err := q.Acquire(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	p := queuePosition{queues: q}
	if err := p.wait(ctx, k); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("waiting ended with %v", err)
	}
	leave()
	if q.InUse(k) {
		t.Error("a queue is left over")
	}
	if err := p.wait(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	p.leave()
}

// R23: a panic outside the goroutine of a request is an error, not the end of
// the process.
func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()
	if err := recovered(func() error { panic("bad record") }); err == nil {
		t.Error("no error")
	}
}
