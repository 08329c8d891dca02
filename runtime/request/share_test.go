package request

import (
	"context"
	"errors"
	"testing"
)

// One key waits for its own slots only; nothing is kept of keys without any. // R6
func TestAShareBoundsEachKeyByItself(t *testing.T) {
	t.Parallel()
	s := Share{PerKey: 1}
	release, err := s.Acquire(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.TryAcquire("ann"); ok {
		t.Error("a second slot of one key")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Acquire(gone, "ann"); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting ends with the context: %v", err)
	}
	other, ok := s.TryAcquire("bob")
	if !ok {
		t.Fatal("another key has its own slot")
	}
	got := make(chan error)
	go func() {
		again, err := s.Acquire(t.Context(), "ann")
		if err == nil {
			again()
		}
		got <- err
	}()
	release()
	if err := <-got; err != nil {
		t.Error(err)
	}
	other()
	if len(s.byKey) != 0 {
		t.Errorf("left: %v", s.byKey)
	}
}
