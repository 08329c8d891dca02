package request

import (
	"context"
	"errors"
	"sync"
)

// ErrTooManyWait is returned when as many operations of a key wait as may.
var ErrTooManyWait = errors.New("too many operations wait")

// Share bounds how many operations of one key (a user, a record) run at a time,
// so that one user cannot take what all share. The zero value is ready; it is
// safe for concurrent use.
type Share[K comparable] struct {
	PerKey     int // 0: one
	MaxWaiting int // how many of a key may wait; 0: any number

	mu    sync.Mutex
	byKey map[K]*keyShare
}

type keyShare struct {
	slots chan struct{}
	users int // holding or waiting
}

// Acquire waits for a slot of the key, or until ctx ends; ErrTooManyWait.
func (s *Share[K]) Acquire(ctx context.Context, key K) (release func(), err error) {
	k := s.enter(key, s.MaxWaiting)
	if k == nil {
		return nil, ErrTooManyWait
	}
	select {
	case k.slots <- struct{}{}:
		return func() { <-k.slots; s.leave(key, k) }, nil
	case <-ctx.Done():
		s.leave(key, k)
		return nil, ctx.Err()
	}
}

// TryAcquire takes a slot of the key if one is free.
func (s *Share[K]) TryAcquire(key K) (release func(), ok bool) {
	k := s.enter(key, 0)
	select {
	case k.slots <- struct{}{}:
		return func() { <-k.slots; s.leave(key, k) }, true
	default:
		s.leave(key, k)
		return nil, false
	}
}

// InUse tells whether an operation of the key runs or waits.
func (s *Share[K]) InUse(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey[key] != nil
}

func (s *Share[K]) enter(key K, maxWaiting int) *keyShare {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.byKey[key]
	if k == nil {
		k = &keyShare{slots: make(chan struct{}, max(1, s.PerKey))}
		if s.byKey == nil {
			s.byKey = map[K]*keyShare{}
		}
		s.byKey[key] = k
	}
	if maxWaiting > 0 && k.users >= cap(k.slots)+maxWaiting {
		return nil
	}
	k.users++
	return k
}

func (s *Share[K]) leave(key K, k *keyShare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(s.byKey, key)
	}
}
