package mongo

import (
	"context"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// Commit applies a batch. Documents are encoded in the caller's goroutine.
// Waiting batches of one process share a transaction; in it the order of
// operations is kept within each collection.
func (s *Store) Commit(ctx context.Context, b *store.Batch) error {
	p, err := s.encodeBatch(b)
	if err != nil {
		return err
	}
	if len(p.ops) == 0 && len(p.expect) == 0 {
		return nil
	}
	return s.writer.do(ctx, p)
}

// encodedBatch is a batch with collections looked up and documents encoded.
type encodedBatch struct {
	source *store.Batch
	// catalog is the catalog that it was encoded with.
	catalog *map[string]*collection
	expect  []resolvedExpect
	ops     []encodedOp
	bytes   int
}

type resolvedExpect struct {
	coll *collection
	store.Expect
}

type encodedOp struct {
	coll   *collection
	kind   store.OpKind
	id     string
	rev    int64
	oldRev int64
	raw    bson.Raw
}

func (s *Store) encodeBatch(b *store.Batch) (*encodedBatch, error) {
	p := &encodedBatch{source: b, catalog: s.catalog.set.Load(), ops: make([]encodedOp, len(b.Ops))}
	if len(b.Expect) > 0 {
		p.expect = make([]resolvedExpect, len(b.Expect))
	}
	var err error
	for i, e := range b.Expect {
		p.expect[i].Expect = e
		if p.expect[i].coll, err = s.catalog.get(e.Collection); err != nil {
			return nil, err
		}
	}
	for i := range b.Ops {
		if err = s.encodeOp(&p.ops[i], &b.Ops[i]); err != nil {
			return nil, err
		}
		p.bytes += len(p.ops[i].raw)
	}
	return p, nil
}

// reencode encodes batches again that were encoded with earlier definitions, so
// that no document lacks what an index needs.
func (s *Store) reencode(group []*request) error {
	now := s.catalog.set.Load()
	for _, r := range group {
		if r.batch.catalog == now || r.batch.source == nil {
			continue
		}
		b, err := s.encodeBatch(r.batch.source)
		if err != nil {
			return err
		}
		r.batch = b
	}
	return nil
}

// waitForOlderBatches returns when every batch that was encoded with earlier
// definitions is committed.
func (d *definitions) waitForOlderBatches(ctx context.Context) error {
	return d.writer.do(ctx, &encodedBatch{})
}

func (s *Store) encodeOp(op *encodedOp, from *store.Op) (err error) {
	op.kind, op.id, op.rev, op.oldRev = from.Kind, from.Doc.ID, from.Doc.Rev, from.OldRev
	if op.coll, err = s.catalog.get(from.Collection); err != nil {
		return err
	}
	if err := from.Check(); err != nil || op.kind == store.Delete {
		return err
	}
	op.raw, err = op.coll.encode(&from.Doc)
	return err
}

func (e *resolvedExpect) conflict(have int64) error {
	return &store.ConflictError{Collection: e.Collection, ID: e.ID, Want: e.Rev, Have: have}
}

func (op *encodedOp) conflict(have int64) error {
	return &store.ConflictError{Collection: op.coll.Name, ID: op.id, Want: op.oldRev, Have: have}
}

// refuses returns the error of an operation on a document whose revision is
// have (0: there is none), or nil.
func (op *encodedOp) refuses(have int64) error {
	switch {
	case op.kind == store.Insert && have > 0:
		return &store.UniqueError{Collection: op.coll.Name, Index: "id", ID: op.id}
	case op.kind == store.Insert || op.kind == store.Delete && have == 0 && op.oldRev == 0:
		return nil
	case have == 0 || op.oldRev != 0 && have != op.oldRev:
		return op.conflict(have)
	}
	return nil
}
