package sqlite

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// The store keeps some aggregates and sort orders in memory and updates them with
// every commit: counts by a field would scan an index of all documents, and a
// search sorted by a field would read every hit. docs/performance.md compares
// both with plain SQL.

// Limits of what is kept.
const (
	// keptUnread is the number of changes after which an entry that nobody read
	// is dropped.
	keptUnread = 50_000
	// keptPending bounds the changes that are queued while an entry is being built.
	keptPending = 100_000
)

// keptData is derived from all documents of a collection and can be updated from
// single changes.
type keptData interface {
	// update applies one change; before and after are bodies, nil for none. It
	// returns false when the data cannot be kept any longer.
	update(seq int64, before, after []byte) bool
}

// keptEntry is keptData with the number of the commit that it reflects.
type keptEntry struct {
	mu   sync.RWMutex
	data keptData // nil while it is being built
	// number is that of the last commit that data reflects.
	number   uint64
	pending  []pendingChange
	unread   atomic.Int64
	disabled bool
}

type pendingChange struct {
	number        uint64
	seq           int64
	before, after []byte
}

// keptSet holds all entries by collection and name.
type keptSet struct {
	mu    sync.RWMutex
	colls map[string]map[string]*keptEntry
}

func (s *keptSet) find(collection, name string) *keptEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.colls[collection][name]
}

// register adds an entry that the caller is about to build, so that it misses no
// change from now on; nil when it exists already or there are too many.
func (s *keptSet) register(collection, name string, limits *limits) *keptEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.colls == nil {
		s.colls = map[string]map[string]*keptEntry{}
	}
	if s.colls[collection] == nil {
		s.colls[collection] = map[string]*keptEntry{}
	}
	isColumn, same := strings.HasPrefix(name, columnPrefix), 0
	for have := range s.colls[collection] {
		if strings.HasPrefix(have, columnPrefix) == isColumn {
			same++
		}
	}
	most := limits.counts
	if isColumn {
		most = limits.rankColumns
	}
	if s.colls[collection][name] != nil || same >= most {
		return nil
	}
	k := &keptEntry{}
	s.colls[collection][name] = k
	return k
}

func (s *keptSet) drop(collection, name string, k *keptEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.colls[collection][name] == k {
		delete(s.colls[collection], name)
	}
	k.mu.Lock()
	k.disabled, k.data, k.pending = true, nil, nil
	k.mu.Unlock()
}

// forget drops all entries of a collection.
func (s *keptSet) forget(collection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.colls, collection)
}

// apply updates the entries of the changed collections. Only the writer calls it,
// after its commit.
func (s *keptSet) apply(t *tx) {
	s.mu.RLock()
	if len(s.colls) == 0 {
		s.mu.RUnlock()
		return
	}
	type entry struct {
		collection, name string
		k                *keptEntry
	}
	var failed []entry
	seen := map[*collection]bool{}
	for i := range t.changes {
		c := t.changes[i].coll
		if seen[c] {
			continue
		}
		seen[c] = true
		for name, k := range s.colls[c.Name] {
			if !k.apply(t, c) {
				failed = append(failed, entry{c.Name, name, k})
			}
		}
	}
	s.mu.RUnlock()
	for _, e := range failed {
		s.drop(e.collection, e.name, e.k)
	}
}

func (k *keptEntry) apply(t *tx, c *collection) bool {
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
		case k.disabled: // until it is dropped and built again
		case k.data == nil:
			k.pending = append(k.pending, pendingChange{t.number, ch.seq, ch.before, after})
		case !k.data.update(ch.seq, ch.before, after):
			return false
		}
		k.unread.Add(1)
	}
	k.number = t.number
	return len(k.pending) < keptPending && k.unread.Load() < keptUnread
}

// complete stores data that was read from the snapshot of commit number, updated
// by the changes since.
func (k *keptEntry) complete(data keptData, number uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.disabled {
		return false
	}
	for _, p := range k.pending {
		if p.number > number && !data.update(p.seq, p.before, p.after) {
			return false
		}
	}
	k.data, k.pending, k.number = data, nil, max(number, k.number)
	return true
}

// use calls fn with the data of an entry: the newest, or with exact only that of
// the reader's snapshot (see onSnapshot). It tells whether there was any.
func (q *reader) use(k *keptEntry, exact bool, fn func(keptData)) bool {
	if k == nil || exact && q.s.feed.last.Load() < q.commit {
		return false
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.data == nil || exact && k.number > q.commit {
		return false
	}
	k.unread.Store(0)
	fn(k.data)
	return true
}

// keep builds an entry of a collection; build returns nil for what cannot be kept.
// Inside a View, whose snapshot may be old, nothing is built.
func (q *reader) keep(ctx context.Context, c *collection, name string, build func() (keptData, error)) error {
	if q.inView {
		return nil
	}
	k := q.s.kept.register(c.Name, name, &q.s.options.limits)
	if k == nil {
		return nil
	}
	var data keptData
	err := q.onSnapshot(func() error {
		return q.interruptible(ctx, func() (err error) { data, err = build(); return err })
	})
	switch {
	case err != nil:
		q.s.kept.drop(c.Name, name, k)
	case data == nil || !k.complete(data, q.commit):
		k.disable()
	}
	return err
}

// ready tells whether the entry is built.
func (k *keptEntry) ready() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.data != nil
}

// disable marks an entry that cannot be kept, so that it is not built again and again.
func (k *keptEntry) disable() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.disabled, k.data, k.pending = true, nil, nil
}
