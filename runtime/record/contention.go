package record

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weft/runtime/store"
)

// contentionQueues lets callers whose commit lost against another one on the same
// document wait for each other, so that a hot document costs retries once and
// not again and again. New callers come after those that wait, or a slow change
// could lose for ever against quick ones. This saves work and guarantees
// nothing: the commit decides.
type contentionQueues struct {
	mu     sync.Mutex
	queues map[docKey]*documentQueue
	count  atomic.Int64 // number of queues: mostly none, then nothing is locked
}

// queuePosition is the place of one caller in the queues of all documents that it
// lost so far: a change of two hot documents would otherwise lose one while it
// waits for the other.
type queuePosition struct {
	queues     *contentionQueues
	documents  []docKey
	leaveFuncs []func()
}

// wait waits for the turn of every document that was lost, including this one,
// or until the context ends. All callers wait in the same order of documents, so
// that none wait for each other.
func (p *queuePosition) wait(ctx context.Context, k docKey) error {
	p.leave()
	if at, found := slices.BinarySearchFunc(p.documents, k, docKey.compare); !found {
		p.documents = slices.Insert(p.documents, at, k)
	}
	for _, k := range p.documents {
		leave, err := p.queues.wait(ctx, k)
		if err != nil {
			p.leave()
			return err
		}
		p.leaveFuncs = append(p.leaveFuncs, leave)
	}
	return nil
}

// leave gives the turns to the next callers.
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

// documentQueue is the queue of one document: who sends to turn has the turn.
type documentQueue struct {
	turn  chan struct{}
	users int // callers that wait or have the turn
}

// wait waits for the document's turn or the end of the context; without an error
// leave must be called.
func (q *contentionQueues) wait(ctx context.Context, k docKey) (leave func(), err error) {
	d := q.join(k)
	select {
	case d.turn <- struct{}{}:
		return func() { <-d.turn; q.drop(k, d) }, nil
	case <-ctx.Done():
		q.drop(k, d)
		return nil, ctx.Err()
	}
}

func (q *contentionQueues) join(k docKey) *documentQueue {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.queues[k]
	if d == nil {
		if q.queues == nil {
			q.queues = map[docKey]*documentQueue{}
		}
		d = &documentQueue{turn: make(chan struct{}, 1)}
		q.queues[k] = d
		q.count.Add(1)
	}
	d.users++
	return d
}

func (q *contentionQueues) drop(k docKey, d *documentQueue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d.users--; d.users == 0 {
		delete(q.queues, k)
		q.count.Add(-1)
	}
}

// conflictWithWaiters is a conflict when callers wait for a document that the
// batch replaces or deletes.
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
