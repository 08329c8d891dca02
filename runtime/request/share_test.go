package request

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// One key waits for its own slots only; nothing is kept of keys without any. // R6
func TestAShareBoundsEachKeyByItself(t *testing.T) {
	t.Parallel()
	s := Share[string]{PerKey: 1, MaxWaiting: 1}
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
	for s.users("ann") < 2 {
		runtime.Gosched()
	}
	if _, err := s.Acquire(t.Context(), "ann"); !errors.Is(err, ErrTooManyWait) {
		t.Errorf("a second one waits: %v", err)
	}
	release()
	if err := <-got; err != nil {
		t.Error(err)
	}
	other()
	if s.InUse("ann") || len(s.byKey) != 0 {
		t.Errorf("left: %v", s.byKey)
	}
}

func (s *Share[K]) users(key K) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey[key].users
}
