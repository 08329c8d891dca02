package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// errMismatch says that a revision was not what a batch of the group expected.
var errMismatch = errors.New("mongo: a revision is not what a batch relied on")

// batchError is the error of the batch that made the transaction fail.
type batchError struct {
	batch int
	err   error
}

func (c *batchError) Error() string { return c.err.Error() }
func (c *batchError) Unwrap() error { return c.err }

// apply sends everything but the commit. It fails with *batchError, with
// errMismatch when it is not known which batch failed, or with an error of the
// database.
func (p *plan) apply(ctx context.Context, s *Store, commitID string) error {
	_, err := s.db.Collection(commitCollection).InsertOne(ctx, bson.D{{Key: memberID, Value: commitID}, {Key: "at", Value: timestamp()}})
	if err != nil {
		return err
	}
	if err := p.checkAbsent(ctx, s); err != nil {
		return err
	}
	if err := p.moveFences(ctx, s); err != nil {
		return err
	}
	for _, w := range p.collections {
		if err := w.apply(ctx, s); err != nil {
			return err
		}
	}
	return s.injectedFault()
}

// checkAbsent looks for documents that must not exist.
func (p *plan) checkAbsent(ctx context.Context, s *Store) error {
	byColl := map[*collection][]string{}
	for _, a := range p.absent {
		byColl[a.coll] = append(byColl[a.coll], a.ID)
	}
	for k, ids := range byColl {
		revs, err := s.revisions(ctx, k, ids)
		if err != nil {
			return err
		}
		for _, a := range p.absent {
			if have := revs[a.ID]; a.coll == k && have > 0 {
				return &batchError{a.batch, a.conflict(have)}
			}
		}
	}
	return nil
}

// revisions reads those of the documents that exist.
func (c *connection) revisions(ctx context.Context, k *collection, ids []string) (map[string]int64, error) {
	revs := make(map[string]int64, len(ids))
	o := options.Find().SetProjection(bson.D{{Key: memberRev, Value: 1}}).SetBatchSize(int32(len(ids) + 1))
	cursor, err := c.docs(k).Find(ctx, bson.D{{Key: memberID, Value: bson.D{{Key: "$in", Value: ids}}}}, o)
	if err != nil {
		return nil, err
	}
	return revs, forEachDoc(ctx, cursor, func(raw bson.Raw) error {
		d, err := decodeBare(raw)
		revs[d.ID] = d.Rev
		return err
	})
}

func (p *plan) moveFences(ctx context.Context, s *Store) error {
	if len(p.fences) == 0 {
		return nil
	}
	models := make([]driver.WriteModel, 0, len(p.fences))
	for id := range p.fences {
		models = append(models, driver.NewUpdateOneModel().SetUpsert(true).SetFilter(bson.D{{Key: memberID, Value: id}}).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: "moves", Value: int64(1)}}}}))
	}
	_, err := s.db.Collection(fenceCollection).BulkWrite(ctx, models)
	if driver.IsDuplicateKeyError(err) { // another process made the counter a moment ago
		return errors.Join(errRetry, err)
	}
	return err
}

// apply sends the steps, consecutive ones of a kind as one command.
func (w *collectionSteps) apply(ctx context.Context, s *Store) error {
	for rest := w.steps; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].kind == rest[0].kind {
			n++
		}
		run := rest[:n]
		rest = rest[n:]
		for i := range run {
			if run[i].canFail {
				if err := s.injectedFault(); err != nil {
					return err
				}
			}
		}
		if err := w.send(ctx, s, run); err != nil {
			return w.attribute(run, err)
		}
	}
	return nil
}

func (w *collectionSteps) send(ctx context.Context, s *Store, run []step) error {
	c := s.docs(w.coll)
	if run[0].kind == insert {
		docs := make([]any, len(run))
		for i := range run {
			docs[i] = run[i].op.raw
		}
		_, err := c.InsertMany(ctx, docs)
		return err
	}
	models := make([]driver.WriteModel, len(run))
	for i := range run {
		models[i] = run[i].model()
	}
	result, err := c.BulkWrite(ctx, models)
	switch {
	case err != nil:
		return err
	case run[0].kind == update && result.MatchedCount != int64(len(run)), run[0].kind == deleteOne && result.DeletedCount != int64(len(run)):
		return errMismatch
	}
	return nil
}

// model is the write of a step that is no insert.
func (s *step) model() driver.WriteModel {
	if s.op == nil {
		return driver.NewUpdateOneModel().SetFilter(atRevision(s.expect.ID, s.expect.Rev)).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: memberTouch, Value: int64(1)}}}})
	}
	filter := atRevision(s.op.id, s.op.oldRev)
	if s.kind == update {
		return driver.NewReplaceOneModel().SetFilter(filter).SetReplacement(s.op.raw)
	}
	return driver.NewDeleteOneModel().SetFilter(filter)
}

// atRevision matches a document at a revision; 0 is any.
func atRevision(id string, rev int64) bson.D {
	filter := bson.D{{Key: memberID, Value: id}}
	if rev != 0 {
		filter = append(filter, bson.E{Key: memberRev, Value: rev})
	}
	return filter
}

// attribute finds the batch whose document a unique index or the database
// refuses.
func (w *collectionSteps) attribute(run []step, err error) error {
	var bulk driver.BulkWriteException
	if !hasLabel(err, labelTransient) && errors.As(err, &bulk) && len(bulk.WriteErrors) > 0 && bulk.WriteErrors[0].Index < len(run) {
		first := bulk.WriteErrors[0]
		return &batchError{run[first.Index].batch, w.writeError(&run[first.Index], first.WriteError)}
	}
	if errors.Is(err, errMismatch) && len(run) == 1 {
		return &batchError{run[0].batch, err}
	}
	return err
}

func (w *collectionSteps) writeError(s *step, err driver.WriteError) error {
	if !err.HasErrorCode(codeDuplicateKey) {
		return fmt.Errorf("mongo: %s/%s: %w", w.coll.Name, s.id(), err)
	}
	name := w.coll.nameOf(indexOf(err.Message))
	if name == "id" && s.expect != nil {
		return errMismatch // a batch expects that there is none, but there is one
	}
	return &store.UniqueError{Collection: w.coll.Name, Index: name, ID: s.id()}
}

// indexOf reads the name of the index from an error message:
// "E11000 duplicate key error collection: weft.deal index: weft_key_0a1b2c3d
// dup key: …".
func indexOf(message string) string {
	const before = " index: "
	for at := 0; at+len(before) < len(message); at++ {
		if message[at:at+len(before)] != before {
			continue
		}
		name := message[at+len(before):]
		for i := range name {
			if name[i] == ' ' {
				return name[:i]
			}
		}
		return name
	}
	return ""
}

// readAll reads the revisions of all documents that a group expects or changes,
// so that a new plan finds which batches are refused.
func (c *connection) readAll(ctx context.Context, group []*request) (map[docKey]int64, error) {
	byColl := map[*collection][]string{}
	note := func(k *collection, id string) {
		if !slices.Contains(byColl[k], id) {
			byColl[k] = append(byColl[k], id)
		}
	}
	for _, r := range group {
		for i := range r.batch.expect {
			note(r.batch.expect[i].coll, r.batch.expect[i].ID)
		}
		for i := range r.batch.ops {
			note(r.batch.ops[i].coll, r.batch.ops[i].id)
		}
	}
	read := map[docKey]int64{}
	for k, ids := range byColl {
		err := c.health.call(ctx, func(ctx context.Context) error {
			revs, err := c.revisions(ctx, k, ids)
			for _, id := range ids {
				read[docKey{k, id}] = revs[id]
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return read, nil
}
