package mongo

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"weft/runtime/store"
)

// Callers for whom the queue has no room hear of an outage as those in it do.
func TestCallersBeforeAFullQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &health{}
		h.up, h.fail = context.WithCancel(t.Context())
		w := &writer{s: &Store{health: h}, queue: make(chan *request), quit: make(chan struct{}), ended: make(chan struct{})}
		answer := make(chan error, 1)
		go func() { answer <- w.do(t.Context(), &readyBatch{}) }()
		synctest.Wait()
		h.fail()
		synctest.Wait()
		select {
		case err := <-answer:
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("answered %v", err)
			}
		default:
			t.Error("not answered")
			close(w.quit)
		}
	})
}
