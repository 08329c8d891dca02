package mongo

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"weft/runtime/store"
)

// Callers that wait for room in the queue are told of an outage as those in it are.
func TestCallersBeforeAFullQueue(t *testing.T) {
	t.Parallel()
	const callers = 1100 // more than there is room for
	synctest.Test(t, func(t *testing.T) {
		h := &health{}
		h.available, h.markUnavailable = context.WithCancel(t.Context())
		w := newWriter(&Store{connection: &connection{health: h}}) // it is not running
		answers := make(chan error, callers)
		for range callers {
			go func() { answers <- w.do(t.Context(), &encodedBatch{}) }()
		}
		synctest.Wait()
		h.markUnavailable()
		synctest.Wait()
		if len(answers) != callers {
			t.Errorf("%d of %d were answered", len(answers), callers)
		}
		for range len(answers) {
			if err := <-answers; !errors.Is(err, store.ErrUnavailable) {
				t.Fatalf("answered %v", err)
			}
		}
		go w.run()
		w.stop()
	})
}
