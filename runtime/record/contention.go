package record

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// contentionQueues lets callers whose commit lost against another one on the same
// document wait for each other, so that a hot document costs retries once and
// not again and again. Who comes anew stands behind those in line, or a slow
// change could lose for ever against quick ones. It is a help, never a
// guarantee: the commit decides.
type contentionQueues struct {
	mu     sync.Mutex
	queues map[docKey]*documentQueue
	count  atomic.Int64 // number of lines: mostly none, then nothing is locked
}

// queuePosition is where one caller stands: in the lines of all documents that it lost
// so far, for a change of two hot documents would else lose one while it waits
// for the other.
type queuePosition struct {
	queues     *contentionQueues
	documents  []docKey
	leaveFuncs []func()
}

// wait waits for the turn of every document that was lost, this one too. All
// callers stand in lines in the same order, so that none wait for each other.
func (p *queuePosition) wait(k docKey) {
	p.leave()
	if at, found := slices.BinarySearchFunc(p.documents, k, docKey.compare); !found {
		p.documents = slices.Insert(p.documents, at, k)
	}
	for _, k := range p.documents {
		p.leaveFuncs = append(p.leaveFuncs, p.queues.wait(k))
	}
}

// leave gives the turn to who comes next, in all lines.
func (p *queuePosition) leave() {
	for _, leave := range p.leaveFuncs {
		leave()
	}
	p.leaveFuncs = p.leaveFuncs[:0]
}

// docKey names one document.
type docKey struct{ collection, id string }

func (k docKey) compare(other docKey) int {
	return cmp.Or(strings.Compare(k.collection, other.collection), strings.Compare(k.id, other.id))
}

type documentQueue struct {
	mu      sync.Mutex
	waiting int
}

// wait waits for the document's turn; leave must be called.
func (q *contentionQueues) wait(k docKey) (leave func()) {
	q.mu.Lock()
	if q.queues == nil {
		q.queues = map[docKey]*documentQueue{}
	}
	l := q.queues[k]
	if l == nil {
		l = &documentQueue{}
		q.queues[k] = l
		q.count.Add(1)
	}
	l.waiting++
	q.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		q.mu.Lock()
		defer q.mu.Unlock()
		if l.waiting--; l.waiting == 0 {
			delete(q.queues, k)
			q.count.Add(-1)
		}
	}
}

// conflictWithWaiters is a conflict with those who are in line for a document that the batch
// replaces or deletes; nil when nobody is.
func (q *contentionQueues) conflictWithWaiters(b *store.Batch) error {
	if q.count.Load() == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, op := range b.Ops {
		if op.Kind == store.Insert {
			continue
		}
		if q.queues[docKey{op.Collection, op.Doc.ID}] != nil {
			return &store.ConflictError{Collection: op.Collection, ID: op.Doc.ID, Want: op.OldRev}
		}
	}
	return nil
}
