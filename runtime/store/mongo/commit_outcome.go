package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
)

// errRetry says that nothing was written and another try may succeed.
var errRetry = errors.New("mongo: the transaction met another one")

// begin starts a transaction in the writer's session.
func (w *writer) begin(ctx context.Context) (driver.Session, error) {
	w.endNewOrphans(ctx)
	if w.session == nil {
		session, err := w.s.client.StartSession()
		if err != nil {
			return nil, classify(err)
		}
		w.session = session
	}
	err := w.session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot()))
	return w.session, classify(err)
}

// endSession ends the writer's session.
func (w *writer) endSession() {
	if w.session != nil {
		w.s.endSession(w.session)
		w.session = nil
	}
}

// abort ends the transaction and keeps the session for the next one, unless the
// database could not be told.
func (w *writer) abort(err error) {
	ctx, cancel := context.WithTimeout(context.Background(), w.s.options.UnresponsiveTimeout)
	defer cancel()
	if errors.Is(err, errUnresponsive) || !answered(err) || w.session.AbortTransaction(ctx) != nil {
		w.abandonSession()
	}
}

// commitTimeoutFactor times the timeout is how long a commit may take at a
// database that is alive: until most members confirm it, it is not answered,
// and callers that wait for the writer cannot give up either.
const commitTimeoutFactor = 5

// end commits. When the outcome is not known, the commit is sent again, which
// does nothing where it is committed; when the database has forgotten the
// transaction, the row that was written in it tells. What cannot be found out
// within the timeout is store.ErrUnknown.
func (w *writer) end(ctx context.Context, session driver.Session, id string) error {
	sent := time.Now()
	limit := min(commitTimeoutFactor*w.s.options.UnresponsiveTimeout, maxCallTime)
	err := w.s.health.callWithin(ctx, limit, session.CommitTransaction)
	if err == nil {
		return nil
	}
	w.s.log.Warn("the outcome of a commit is not known; finding out", "error", err)
	if time.Since(sent) >= limit {
		sent = time.Now() // the database was alive and may confirm now
	}
	// The caller has waited before, and answering it takes time too.
	ctx, cancel := context.WithDeadline(ctx, sent.Add(w.s.options.UnresponsiveTimeout*17/20))
	defer cancel()
	for ctx.Err() == nil {
		if err = w.s.health.call(ctx, session.CommitTransaction); err == nil {
			return nil
		}
		if hasLabel(err, labelTransient) || !errors.Is(err, store.ErrUnavailable) {
			// A transaction that is still open would block the write of its
			// row.
			if killed := w.s.killSessions(ctx, bson.A{session.ID()}); killed != nil {
				w.s.log.Debug("end a transaction", "error", killed)
			}
			happened, asked := w.s.wasCommitted(ctx, id)
			switch {
			case asked == nil && happened:
				return nil
			case asked == nil:
				return errors.Join(errRetry, err)
			}
		}
		w.s.health.waitUntilAvailable(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(w.s.options.UnresponsiveTimeout / 20):
		}
	}
	return fmt.Errorf("%w: %w", store.ErrUnknown, hideContext(err))
}

// wasCommitted finds out whether a transaction was committed, by writing its
// row: where the row is new, the transaction was not and cannot be committed
// any more. A majority has confirmed the answer.
func (c *connection) wasCommitted(ctx context.Context, id string) (bool, error) {
	var row struct {
		Void bool `bson:"void"`
	}
	err := c.health.call(ctx, func(ctx context.Context) error {
		update := bson.D{
			{Key: "$setOnInsert", Value: bson.D{{Key: "void", Value: true}, {Key: "at", Value: timestamp()}}},
			{Key: "$inc", Value: bson.D{{Key: "asked", Value: 1}}},
		}
		return c.db.Collection(commitCollection).FindOneAndUpdate(ctx, bson.D{{Key: memberID, Value: id}}, update,
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&row)
	})
	return err == nil && !row.Void, err
}
