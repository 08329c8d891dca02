package record

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"weft/runtime/request"
	"weft/runtime/store"
)

// contentionQueues lets callers whose commit lost against another one on the same
// document wait for each other, so that a hot document costs retries once and
// not again and again. New callers come after those that wait, or a slow change
// could lose for ever against quick ones. This saves work and guarantees
// nothing: the commit decides.
type contentionQueues struct{ request.Share[docKey] }

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
		leave, err := p.queues.Acquire(ctx, k)
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

// conflictWithWaiters is a conflict when callers wait for a document that the
// batch replaces or deletes.
func (q *contentionQueues) conflictWithWaiters(b *store.Batch) error {
	for _, op := range b.Ops {
		if op.Kind != store.Insert && q.InUse(docKey{op.Collection, op.Doc.ID}) {
			return &store.ConflictError{Collection: op.Collection, ID: op.Doc.ID, Want: op.OldRev}
		}
	}
	return nil
}
