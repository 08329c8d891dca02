package sqlite

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// Bounds of what is kept in memory beside the file.
const (
	// keptPerCollection bounds how many figures and columns follow one collection.
	keptPerCollection = 24
	// keptColumns bounds the order columns among them.
	keptColumns = 4
	// keptIdle is after how many unread changes one is given up.
	keptIdle = 50_000
	// keptPending bounds the changes that wait while one is being made.
	keptPending = 100_000
)

// follower is something derived from all documents of a collection that can be
// brought up to date from single changes.
type follower interface {
	// follow takes one change; before and after are bodies, nil for none. It
	// returns false when it cannot go on.
	follow(seq int64, before, after []byte) bool
}

// kept is a follower with its place in the order of commits.
type kept struct {
	mu   sync.RWMutex
	data follower // nil while it is being made
	// number is that of the last commit in data.
	number  uint64
	pending []pendingChange
	idle    atomic.Int64
	refused bool
}

type pendingChange struct {
	number        uint64
	seq           int64
	before, after []byte
}

// keptSet holds what is kept, by collection and name.
type keptSet struct {
	mu    sync.RWMutex
	colls map[string]map[string]*kept
}

func (s *keptSet) find(collection, name string) *kept {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.colls[collection][name]
}

// begin registers something that is about to be made, so that no change is
// missed from now on; nil when somebody else makes it or there is too much.
func (s *keptSet) begin(collection, name string) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.colls == nil {
		s.colls = map[string]map[string]*kept{}
	}
	if s.colls[collection] == nil {
		s.colls[collection] = map[string]*kept{}
	}
	columns := 0
	for have := range s.colls[collection] {
		if strings.HasPrefix(have, columnPrefix) {
			columns++
		}
	}
	full := len(s.colls[collection]) >= keptPerCollection || strings.HasPrefix(name, columnPrefix) && columns >= keptColumns
	if s.colls[collection][name] != nil || full {
		return nil
	}
	k := &kept{}
	s.colls[collection][name] = k
	return k
}

func (s *keptSet) drop(collection, name string, k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.colls[collection][name] == k {
		delete(s.colls[collection], name)
	}
	k.mu.Lock()
	k.refused, k.data, k.pending = true, nil, nil
	k.mu.Unlock()
}

// forget drops all that is kept of a collection.
func (s *keptSet) forget(collection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.colls, collection)
}

// apply brings all that follows the changed collections up to date. Only the
// writer calls it, after its commit.
func (s *keptSet) apply(t *tx) {
	s.mu.RLock()
	if len(s.colls) == 0 {
		s.mu.RUnlock()
		return
	}
	type entry struct {
		collection, name string
		k                *kept
	}
	var late []entry
	seen := map[*collection]bool{}
	for i := range t.changes {
		c := t.changes[i].coll
		if seen[c] {
			continue
		}
		seen[c] = true
		for name, k := range s.colls[c.Name] {
			if !k.apply(t, c) {
				late = append(late, entry{c.Name, name, k})
			}
		}
	}
	s.mu.RUnlock()
	for _, e := range late {
		s.drop(e.collection, e.name, e.k)
	}
}

func (k *kept) apply(t *tx, c *collection) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range t.changes {
		ch := &t.changes[i]
		if ch.coll != c {
			continue
		}
		after := []byte(ch.doc.Body)
		if ch.kind == store.Delete {
			after = nil
		}
		switch {
		case k.refused: // until it is dropped and tried again
		case k.data == nil:
			k.pending = append(k.pending, pendingChange{t.number, ch.seq, ch.before, after})
		case !k.data.follow(ch.seq, ch.before, after):
			return false
		}
		k.idle.Add(1)
	}
	k.number = t.number
	return len(k.pending) < keptPending && k.idle.Load() < keptIdle
}

// finish puts in what was read from the snapshot of commit number, and what
// happened since.
func (k *kept) finish(data follower, number uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused {
		return false
	}
	for _, p := range k.pending {
		if p.number > number && !data.follow(p.seq, p.before, p.after) {
			return false
		}
	}
	k.data, k.pending, k.number = data, nil, max(number, k.number)
	return true
}

// use calls fn with what is kept: the newest state, or with exact only the
// state of the session's snapshot (see pin).
func (q *session) use(k *kept, exact bool, fn func(follower)) bool {
	if k == nil || exact && q.s.feed.last.Load() < q.number {
		return false
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.data == nil || exact && k.number > q.number {
		return false
	}
	k.idle.Store(0)
	fn(k.data)
	return true
}

// keep makes something that follows a collection; build gives nil for what
// cannot be kept. Inside a View, which may be old, nothing is made.
func (q *session) keep(ctx context.Context, c *collection, name string, build func() (follower, error)) error {
	if q.pinned {
		return nil
	}
	k := q.s.kept.begin(c.Name, name)
	if k == nil {
		return nil
	}
	var data follower
	err := q.pin(func() error {
		return q.interruptible(ctx, func() (err error) { data, err = build(); return err })
	})
	switch {
	case err != nil:
		q.s.kept.drop(c.Name, name, k)
	case data == nil || !k.finish(data, q.number):
		k.refuse()
	}
	return err
}

// ready tells whether there is anything to use.
func (k *kept) ready() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.data != nil
}

// refuse notes that this cannot be kept, so that it is not tried again soon.
func (k *kept) refuse() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refused, k.data, k.pending = true, nil, nil
}
