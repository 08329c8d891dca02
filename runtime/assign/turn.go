package assign

import (
	"context"
	"maps"
	"sync"
)

// turns let the assignments to one person that this process makes follow each
// other: two at once would both be prepared, and one be lost. Between processes
// the load row decides; this only saves work.
type turns struct {
	mu     sync.Mutex
	people map[turnKey]*turn
	// committing are the users whose assignment is being committed, by entity,
	// with the revision of the load row that it replaces.
	committing map[string]map[string]int64
}

type turnKey struct{ entity, user string }

// turn is that of one person: who sends has it.
type turn struct {
	held  chan struct{}
	users int // who have it or wait for it
}

// take waits for a turn; free tells that nobody had it. give must be called.
func (t *turns) take(ctx context.Context, k turnKey) (give func(), free bool, err error) {
	one := t.join(k)
	give = func() { <-one.held; t.leave(k, one) }
	select {
	case one.held <- struct{}{}:
		return give, true, nil
	default:
	}
	select {
	case one.held <- struct{}{}:
		return give, false, nil
	case <-ctx.Done():
		t.leave(k, one)
		return nil, false, ctx.Err()
	}
}

func (t *turns) join(k turnKey) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.people[k]
	if one == nil {
		if t.people == nil {
			t.people = map[turnKey]*turn{}
		}
		one = &turn{held: make(chan struct{}, 1)}
		t.people[k] = one
	}
	one.users++
	return one
}

func (t *turns) leave(k turnKey, one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(t.people, k)
	}
}

// commits tells decisions of a commit that they cannot see yet; the caller has the
// turn, and calls done after the commit.
func (t *turns) commits(k turnKey, rev int64) (done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.committing == nil {
		t.committing = map[string]map[string]int64{}
	}
	if t.committing[k.entity] == nil {
		t.committing[k.entity] = map[string]int64{}
	}
	t.committing[k.entity][k.user] = rev
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.committing[k.entity], k.user)
	}
}

// underway are the commits of an entity that run now. It is asked before the
// snapshot of a decision is taken.
func (t *turns) underway(entity string) map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.committing[entity])
}
