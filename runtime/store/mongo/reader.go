package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
)

// reader reads what a majority has confirmed, each command at one point in
// time; inside a View everything from one snapshot.
type reader struct {
	s *Store
	// pinned is set inside a View, whose session it then has.
	pinned bool
	// skipForeign leaves out documents whose _id is no text, which weft did not
	// write; as a condition of every find it would make indexes slower.
	skipForeign bool
	session     driver.Session
	// catalog is the Store's; inside a View a copy made at its start, since
	// documents of the snapshot may lack what later definitions store.
	catalog *catalog
	// before was the newest change number when the View started.
	before uint64
}

func (s *Store) reader() *reader { return &reader{s: s, catalog: &s.catalog} }

// run lets fn ask the database. Errors are the port's.
func (q *reader) run(ctx context.Context, fn func(context.Context) error) error {
	return q.s.health.call(ctx, func(ctx context.Context) error {
		if q.session != nil {
			ctx = driver.NewSessionContext(ctx, q.session)
		}
		return fn(ctx)
	})
}

// consistently lets fn read a collection at one point in time. A long command
// does not do so by itself: the database lets others write meanwhile, and the
// command goes on with what they wrote. Where there is no such snapshot yet,
// since the collection has only just been made or indexed, fn reads the newest
// state.
func (q *reader) consistently(ctx context.Context, k *collection, fn func(context.Context, *driver.Collection) error) error {
	return q.run(ctx, func(ctx context.Context) error {
		if q.pinned {
			return fn(ctx, q.s.docs(k))
		}
		err := fn(ctx, q.s.db.Collection(k.Name, options.Collection().SetReadConcern(readconcern.Snapshot())))
		if hasCode(err, codeSnapshotUnavailable) {
			return fn(ctx, q.s.docs(k))
		}
		return err
	})
}

// maxTimeGrace lets the caller's own deadline end a call before the database
// does, so that the error is that of the context.
const maxTimeGrace = 100 * time.Millisecond

// maxTime is how long the database may work on a read: until the deadline of
// the caller, so that it does not go on with what nobody waits for.
func maxTime(ctx context.Context) time.Duration {
	limit := maxCallTime
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(0, time.Until(deadline)))
	}
	return limit + maxTimeGrace
}

// View runs fn on one snapshot: that of a read-only transaction. The Reader
// must not be used concurrently, and for no longer than the database lets a
// transaction live (transactionLifetimeLimitSeconds, 60 s unless the operator
// changes it); then its reads fail with store.ErrUnavailable.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	return s.view(ctx, func(q *reader) error {
		if err := q.pin(ctx); err != nil {
			return err
		}
		return fn(q)
	})
}

// pin takes the snapshot, which the database does at the first command.
func (q *reader) pin(ctx context.Context) error {
	return q.run(ctx, func(ctx context.Context) error {
		return q.s.db.Collection(formatCollection).FindOne(ctx, bson.D{{Key: memberID, Value: formatID}}).Err()
	})
}

// view is View with a snapshot that is taken when fn first reads.
func (s *Store) view(ctx context.Context, fn func(*reader) error) error {
	q := &reader{s: s, pinned: true, catalog: s.catalog.frozen(), before: s.feed.last()}
	session, err := s.client.StartSession()
	if err != nil {
		return classify(err)
	}
	defer s.endSession(session)
	if err := session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot())); err != nil {
		return classify(err)
	}
	q.session = session
	return fn(q)
}

// endSession ends a session and the transaction that is open in it. That may
// fail: the database times out forgotten ones.
func (c *connection) endSession(session driver.Session) {
	ctx, cancel := context.WithTimeout(context.Background(), c.options.UnresponsiveTimeout)
	defer cancel()
	if c.health.availability().Err() != nil {
		cancel()
	}
	session.EndSession(ctx)
}

// Get reads one document.
func (s *Store) Get(ctx context.Context, collection, id string) (store.Doc, error) {
	return s.reader().Get(ctx, collection, id)
}

func (q *reader) Get(ctx context.Context, collection, id string) (doc store.Doc, err error) {
	k, err := q.catalog.get(collection)
	if err != nil {
		return doc, err
	}
	err = q.run(ctx, func(ctx context.Context) error {
		raw, err := q.s.docs(k).FindOne(ctx, bson.D{{Key: memberID, Value: id}}, options.FindOne().SetMaxTime(maxTime(ctx))).Raw()
		switch {
		case errors.Is(err, driver.ErrNoDocuments):
			return fmt.Errorf("%w: %s/%s", store.ErrNotFound, collection, id)
		case err == nil:
			doc, err = decode(raw)
		}
		return err
	})
	return doc, err
}

// GetMany reads the documents that exist, in the order of ids.
func (s *Store) GetMany(ctx context.Context, collection string, ids []string) ([]store.Doc, error) {
	return s.reader().GetMany(ctx, collection, ids)
}

func (q *reader) GetMany(ctx context.Context, collection string, ids []string) ([]store.Doc, error) {
	k, err := q.catalog.get(collection)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	found := make(map[string]store.Doc, len(ids))
	filter := bson.D{{Key: memberID, Value: bson.D{{Key: "$in", Value: ids}}}}
	err = q.forEach(ctx, k, filter, options.Find().SetBatchSize(int32(len(ids)+1)), func(raw bson.Raw) error {
		d, err := decode(raw)
		found[d.ID] = d
		return err
	})
	if err != nil {
		return nil, err
	}
	docs := make([]store.Doc, 0, len(ids))
	for _, id := range ids {
		if d, ok := found[id]; ok {
			docs = append(docs, d)
		}
	}
	return docs, nil
}

// forEach calls fn for every document that a filter matches. The argument of fn
// is valid until the next call.
func (q *reader) forEach(ctx context.Context, k *collection, filter any, o *options.FindOptions, fn func(bson.Raw) error) error {
	return q.consistently(ctx, k, func(ctx context.Context, docs *driver.Collection) error {
		cursor, err := docs.Find(ctx, filter, o, options.Find().SetMaxTime(maxTime(ctx)))
		if err != nil {
			return err
		}
		return forEachDoc(ctx, cursor, fn)
	})
}

// closeLimit is how long closing a cursor may take; the database times out
// those that are not closed.
const closeLimit = time.Second

// forEachDoc reads a cursor to its end and closes it.
func forEachDoc(ctx context.Context, cursor *driver.Cursor, fn func(bson.Raw) error) error {
	var err error
	for err == nil && cursor.Next(ctx) {
		err = fn(cursor.Current)
	}
	err = errors.Join(err, cursor.Err())
	if errors.Is(context.Cause(ctx), errUnresponsive) { // the database would not receive it
		return err
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	if closed := cursor.Close(closing); err == nil && closing.Err() == nil {
		return closed
	}
	return err
}

// Find reads documents in order.
func (s *Store) Find(ctx context.Context, collection string, f store.Find) ([]store.Doc, error) {
	return s.reader().Find(ctx, collection, f)
}

// Count counts what matches.
func (s *Store) Count(ctx context.Context, collection string, where query.Expr, limit int) (int64, error) {
	return s.reader().Count(ctx, collection, where, limit)
}

// Aggregate groups what matches.
func (s *Store) Aggregate(ctx context.Context, collection string, a store.Aggregate) ([]store.Row, error) {
	return s.reader().Aggregate(ctx, collection, a)
}

// ChangeNumber is kept in memory. It grows before a commit of this Store is
// answered, and when the event of another process's commit arrives: so much
// later a cache may notice that. While the stream is interrupted every call
// returns a new number, so that nothing is read from a cache.
func (s *Store) ChangeNumber(_ context.Context, collection string) (uint64, error) {
	k, err := s.catalog.get(collection)
	switch {
	case err != nil:
		return 0, err
	case s.health.isClosed():
		return 0, fmt.Errorf("%w: the store is closed", store.ErrUnavailable)
	}
	return s.feed.changeNumber(k), nil
}

// ChangeNumber inside a View is a unique number when the collection has changed
// since the View started, so that its older data is never cached as current.
func (q *reader) ChangeNumber(ctx context.Context, collection string) (uint64, error) {
	n, err := q.s.ChangeNumber(ctx, collection)
	if err == nil && q.pinned && n > q.before {
		return q.s.feed.next(), nil
	}
	return n, err
}

// timestamp is the time of this process at the precision of the database.
func timestamp() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
