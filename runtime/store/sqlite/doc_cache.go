package sqlite

import (
	"bytes"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

const (
	// docCacheBytes bounds the documents that are kept in memory.
	docCacheBytes = 24 << 20
	// docCacheLargest is the size of the largest document that is cached.
	docCacheLargest = 64 << 10
	// docCacheOverhead approximates the memory of a document besides its text.
	docCacheOverhead = 250
)

// docCache caches documents that were read recently, so that a page reads only its
// index from the file. It is exact: the writer updates it before a commit becomes
// visible and stores the commit's number with each document it changes, so that
//
//   - a snapshot of commit n may use a document whose number is at most n: if a
//     later commit had changed it, the number would be greater;
//   - a document read from the snapshot of commit n is added only while no commit
//     after n has changed its collection or is about to.
//
// Cached documents share their memory with answers and never change. Eviction is
// the CLOCK algorithm: a document goes that was not used since the hand passed it.
type docCache struct {
	mu    sync.RWMutex
	max   int
	bytes int
	slots []*cachedDoc
	free  []int
	hand  int
}

// docSet holds the cached documents of one collection, guarded by the cache's lock.
type docSet struct {
	bySeq map[int64]*cachedDoc
	byID  map[string]*cachedDoc
	// touched is the number of the last commit that changed the collection or
	// was about to.
	touched uint64
}

type cachedDoc struct {
	set    *docSet
	seq    int64
	doc    store.Doc
	commit uint64 // the last that changed it, as far as known
	slot   int
	used   atomic.Bool
}

func newDocSet() *docSet {
	return &docSet{bySeq: map[int64]*cachedDoc{}, byID: map[string]*cachedDoc{}}
}

func (d *cachedDoc) size() int { return len(d.doc.ID) + len(d.doc.Body) + docCacheOverhead }

// at returns the document for the snapshot of commit n.
func (d *cachedDoc) at(n uint64) (store.Doc, bool) {
	if d == nil || d.commit > n {
		return store.Doc{}, false
	}
	if !d.used.Load() {
		d.used.Store(true)
	}
	return d.doc, true
}

// get finds a document by id as commit n left it.
func (c *docCache) get(set *docSet, id string, n uint64) (store.Doc, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return set.byID[id].at(n)
}

// newest finds documents by id as the last commit left them, all or none. The
// number is read under the lock: what the writer marks later is not committed yet.
func (c *docCache) newest(set *docSet, ids []string, last *atomic.Uint64) []store.Doc {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if len(set.byID) == 0 {
		return nil
	}
	n := last.Load()
	docs := make([]store.Doc, len(ids))
	for i, id := range ids {
		var ok bool
		if docs[i], ok = set.byID[id].at(n); !ok {
			return nil
		}
	}
	return docs
}

// fill puts the documents of seqs, as commit n left them, into docs and returns
// the indexes of those that are not cached.
func (c *docCache) fill(set *docSet, seqs []int64, docs []store.Doc, n uint64) (missing []int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i, seq := range seqs {
		var ok bool
		if docs[i], ok = set.bySeq[seq].at(n); !ok {
			missing = append(missing, i)
		}
	}
	return missing
}

// put adds documents read from the snapshot of commit n; they must not share
// memory with others.
func (c *docCache) put(set *docSet, seqs []int64, docs []store.Doc, n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if set.touched > n {
		return
	}
	for i, doc := range docs {
		if set.bySeq[seqs[i]] == nil && len(doc.Body) <= docCacheLargest {
			c.add(&cachedDoc{set: set, seq: seqs[i], doc: doc, commit: n})
		}
	}
}

func (c *docCache) add(d *cachedDoc) {
	if c.bytes += d.size(); c.bytes > c.max {
		c.evict()
	}
	if k := len(c.free); k > 0 {
		d.slot = c.free[k-1]
		c.free = c.free[:k-1]
		c.slots[d.slot] = d
	} else {
		d.slot = len(c.slots)
		c.slots = append(c.slots, d)
	}
	d.set.bySeq[d.seq], d.set.byID[d.doc.ID] = d, d
}

// evict frees room for the document that was just counted.
func (c *docCache) evict() {
	for left := 2 * len(c.slots); c.bytes > c.max && left > 0; left-- {
		if d := c.slots[c.hand]; d != nil && !d.used.Swap(false) {
			c.remove(d)
		}
		c.hand = (c.hand + 1) % len(c.slots)
	}
}

func (c *docCache) remove(d *cachedDoc) {
	delete(d.set.bySeq, d.seq)
	delete(d.set.byID, d.doc.ID)
	c.slots[d.slot] = nil
	c.free = append(c.free, d.slot)
	c.bytes -= d.size()
}

// mark updates the cache with a commit that is about to be made.
func (c *docCache) mark(t *tx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range t.changes {
		ch := &t.changes[i]
		set := ch.coll.docs
		set.touched = max(set.touched, t.number)
		d := set.bySeq[ch.seq]
		switch {
		case d == nil:
		case ch.kind == store.Delete || len(ch.doc.Body) > docCacheLargest:
			c.remove(d)
		default:
			c.bytes -= d.size()
			d.doc.Rev, d.doc.Body, d.commit = ch.doc.Rev, bytes.Clone(ch.doc.Body), t.number
			c.bytes += d.size()
		}
	}
}

// undo removes the documents that a failed commit was about to change.
func (c *docCache) undo(t *tx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range t.changes {
		if d := t.changes[i].coll.docs.bySeq[t.changes[i].seq]; d != nil {
			c.remove(d)
		}
	}
}

// close empties the cache for good.
func (c *docCache) close(known map[string]*collection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range known {
		clear(k.docs.bySeq)
		clear(k.docs.byID)
		k.docs.touched = ^uint64(0)
	}
	c.slots, c.free, c.bytes = nil, nil, 0
}
