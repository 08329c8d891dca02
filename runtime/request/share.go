package request

import (
	"context"
	"sync"
)

// Share bounds how many operations of one key (a user) run at a time, so that
// one user cannot take what all share. The zero value with PerKey set is ready;
// it is safe for concurrent use.
type Share struct {
	PerKey int

	mu    sync.Mutex
	byKey map[string]*keyShare
}

type keyShare struct {
	slots chan struct{}
	users int // holding or waiting
}

// Acquire waits for a slot of the key, or until ctx ends.
func (s *Share) Acquire(ctx context.Context, key string) (release func(), err error) {
	k := s.enter(key)
	select {
	case k.slots <- struct{}{}:
		return func() { <-k.slots; s.leave(key, k) }, nil
	case <-ctx.Done():
		s.leave(key, k)
		return nil, ctx.Err()
	}
}

// TryAcquire takes a slot of the key if one is free.
func (s *Share) TryAcquire(key string) (release func(), ok bool) {
	k := s.enter(key)
	select {
	case k.slots <- struct{}{}:
		return func() { <-k.slots; s.leave(key, k) }, true
	default:
		s.leave(key, k)
		return nil, false
	}
}

func (s *Share) enter(key string) *keyShare {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.byKey[key]
	if k == nil {
		k = &keyShare{slots: make(chan struct{}, s.PerKey)}
		if s.byKey == nil {
			s.byKey = map[string]*keyShare{}
		}
		s.byKey[key] = k
	}
	k.users++
	return k
}

func (s *Share) leave(key string, k *keyShare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(s.byKey, key)
	}
}
