package record

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// queues lets callers whose commit lost against another one on the same
// document wait for each other, so that a hot document costs retries once and
// not again and again. Who comes anew stands behind those in line, or a slow
// change could lose for ever against quick ones. It is a help, never a
// guarantee: the commit decides.
type queues struct {
	mu    sync.Mutex
	lines map[docKey]*line
	open  atomic.Int64 // number of lines: mostly none, then nothing is locked
}

// place is where one caller stands: in the lines of all documents that it lost
// so far, for a change of two hot documents would else lose one while it waits
// for the other.
type place struct {
	q      *queues
	lost   []docKey
	leaves []func()
}

// enter waits for the turn of every document that was lost, this one too. All
// callers stand in lines in the same order, so that none wait for each other.
func (p *place) enter(k docKey) {
	p.leave()
	if at, found := slices.BinarySearchFunc(p.lost, k, docKey.compare); !found {
		p.lost = slices.Insert(p.lost, at, k)
	}
	for _, k := range p.lost {
		p.leaves = append(p.leaves, p.q.enter(k))
	}
}

// leave gives the turn to who comes next, in all lines.
func (p *place) leave() {
	for _, leave := range p.leaves {
		leave()
	}
	p.leaves = p.leaves[:0]
}

// docKey names one document.
type docKey struct{ collection, id string }

func (k docKey) compare(other docKey) int {
	return cmp.Or(strings.Compare(k.collection, other.collection), strings.Compare(k.id, other.id))
}

type line struct {
	mu      sync.Mutex
	waiting int
}

// enter waits for the document's turn; leave must be called.
func (q *queues) enter(k docKey) (leave func()) {
	q.mu.Lock()
	if q.lines == nil {
		q.lines = map[docKey]*line{}
	}
	l := q.lines[k]
	if l == nil {
		l = &line{}
		q.lines[k] = l
		q.open.Add(1)
	}
	l.waiting++
	q.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		q.mu.Lock()
		defer q.mu.Unlock()
		if l.waiting--; l.waiting == 0 {
			delete(q.lines, k)
			q.open.Add(-1)
		}
	}
}

// ahead is a conflict with those who are in line for a document that the batch
// replaces or deletes; nil when nobody is.
func (q *queues) ahead(b *store.Batch) error {
	if q.open.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, op := range b.Ops {
		if op.Kind == store.Insert {
			continue
		}
		if q.lines[docKey{op.Collection, op.Doc.ID}] != nil {
			return &store.ConflictError{Collection: op.Collection, ID: op.Doc.ID, Want: op.OldRev}
		}
	}
	return nil
}
