package mongo

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// page is a find in the order of the documents' own members.
type page struct {
	filter, sort bson.D
	limit        int
	bare         bool
}

// page reads all documents in one batch, so that they are of one point in time.
// If they do not fit into one batch they are read again from a snapshot.
func (q *reader) page(ctx context.Context, k *collection, p page) (docs []store.Doc, err error) {
	o := options.Find().SetSort(p.sort).SetLimit(int64(p.limit)).SetBatchSize(int32(p.limit) + 1).SetAllowDiskUse(true)
	if p.bare {
		o.SetProjection(one(memberRev, 1))
	}
	torn := false
	err = q.consistently(ctx, k, func(ctx context.Context, from *driver.Collection) error {
		cursor, err := from.Find(ctx, p.filter, o, options.Find().SetMaxTime(maxTime(ctx)))
		if err != nil {
			return err
		}
		if torn = cursor.ID() != 0 && !q.pinned; torn {
			return cursor.Close(ctx)
		}
		docs = make([]store.Doc, 0, cursor.RemainingBatchLength())
		return forEachDoc(ctx, cursor, func(raw bson.Raw) error {
			d, err := decodeAs(raw, p.bare)
			docs = append(docs, d)
			return err
		})
	})
	if err == nil && torn {
		err = q.snapshot(ctx, func(q *reader) error { docs, err = q.page(ctx, k, p); return err })
	}
	return docs, err
}

// resultBatch is how many rows of a pipeline come at once.
const resultBatch = 10_000

// aggregate calls fn for every document that a pipeline returns.
func (q *reader) aggregate(ctx context.Context, k *collection, stages bson.A, fn func(bson.Raw) error) error {
	return q.consistently(ctx, k, func(ctx context.Context, docs *driver.Collection) error {
		cursor, err := docs.Aggregate(ctx, stages, options.Aggregate().SetAllowDiskUse(true).SetBatchSize(resultBatch).SetMaxTime(maxTime(ctx)))
		if err != nil {
			return err
		}
		return forEachDoc(ctx, cursor, fn)
	})
}

// Count counts what matches, up to limit when it is above 0.
func (q *reader) Count(ctx context.Context, collection string, where query.Expr, limit int) (n int64, err error) {
	k, err := q.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if !q.pinned && crosses(where) {
		err = q.snapshot(ctx, func(q *reader) error { n, err = q.Count(ctx, collection, where, limit); return err })
		return n, err
	}
	if where, err = (&resolver{q: q}).expr(ctx, where); err != nil {
		return 0, err
	}
	r := &renderer{k: k, catalog: q.catalog}
	r.filter(where)
	if r.err != nil {
		return 0, r.err
	}
	stages := r.matching()
	if limit > 0 {
		stages = append(stages, one("$limit", limit))
	}
	stages = append(stages, one("$group", bson.D{{Key: memberID, Value: nil}, {Key: countMember, Value: one("$sum", 1)}}))
	err = q.aggregate(ctx, k, stages, func(raw bson.Raw) error {
		n, _ = raw.Lookup(countMember).AsInt64OK()
		return nil
	})
	return n, err
}

// snapshotTries is how often a read of several commands starts again when the
// database cannot keep its snapshot.
const snapshotTries = 4

// snapshot runs fn on one snapshot; q itself must not be pinned to one.
func (q *reader) snapshot(ctx context.Context, fn func(*reader) error) error {
	for try := 1; ; try++ {
		err := q.s.view(ctx, fn)
		if err == nil || try == snapshotTries || !hasLabel(err, labelTransient) || ctx.Err() != nil {
			return err
		}
	}
}
