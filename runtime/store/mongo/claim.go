package mongo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// claimTries is how often a claim is repeated that found documents but lost all
// of them to other processes.
const claimTries = 8

// claims serializes the claims of one process on a collection, since concurrent
// ones would select the same documents.
type claims struct {
	mu    sync.Mutex
	locks map[string]chan struct{}
}

func (c *claims) lock(ctx context.Context, collection string) (unlock func(), err error) {
	c.mu.Lock()
	if c.locks == nil {
		c.locks = map[string]chan struct{}{}
	}
	lock := c.locks[collection]
	if lock == nil {
		lock = make(chan struct{}, 1)
		c.locks[collection] = lock
	}
	c.mu.Unlock()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Claim finds documents, marks those that still have the revision found with a
// token of its own and reads back what has the token, so that none is claimed
// twice. A nil value in Set removes the member.
func (s *Store) Claim(ctx context.Context, collection string, c store.Claim) ([]store.Doc, error) {
	k, err := s.catalog.get(collection)
	if err != nil || c.Limit <= 0 {
		return nil, err
	}
	unlock, err := s.claims.lock(ctx, collection)
	if err != nil {
		return nil, err
	}
	defer unlock()
	for try := 0; ; try++ {
		found, err := s.Find(ctx, collection, store.Find{Where: c.Where, Sort: c.Sort, Limit: c.Limit, IDsOnly: true})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		docs, err := s.mark(ctx, k, found, c.Set)
		if err != nil || len(docs) > 0 || try == claimTries {
			return docs, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(rand.N(firstPause << try)):
		}
	}
}

// mark merges set into documents and returns those that it marked, as changed.
func (s *Store) mark(ctx context.Context, k *collection, found []store.Doc, set map[string]any) ([]store.Doc, error) {
	token := primitive.NewObjectID()
	update, err := k.merge(set, token)
	if err != nil {
		return nil, fmt.Errorf("mongo: claim in %s: %w", k.Name, err)
	}
	models := make([]driver.WriteModel, len(found))
	ids := make([]string, len(found))
	for i, d := range found {
		if err := s.injectedFault(); err != nil {
			return nil, err
		}
		ids[i] = d.ID
		models[i] = driver.NewUpdateOneModel().SetFilter(atRevision(d.ID, d.Rev)).SetUpdate(update)
	}
	err = s.health.call(ctx, func(ctx context.Context) error {
		_, err := s.docs(k).BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
		return err
	})
	s.feed.markChanged(k)
	if err != nil {
		return nil, err
	}
	marked := map[string]store.Doc{}
	filter := bson.D{{Key: memberID, Value: bson.D{{Key: "$in", Value: ids}}}, {Key: memberClaim, Value: token}}
	err = s.reader().forEach(ctx, k, filter, options.Find().SetBatchSize(int32(len(ids)+1)), func(raw bson.Raw) error {
		d, err := decode(raw)
		marked[d.ID] = d
		return err
	})
	var docs []store.Doc
	for _, id := range ids {
		if d, ok := marked[id]; ok {
			docs = append(docs, d)
		}
	}
	return docs, err
}

// merge is the update that sets members and what is derived from them, and
// removes what an earlier definition derived.
func (k *collection) merge(set map[string]any, token primitive.ObjectID) (bson.D, error) {
	put := bson.D{{Key: memberClaim, Value: token}}
	var drop bson.D
	keep := func(place string, value any, yes bool) {
		if yes {
			put = append(put, bson.E{Key: place, Value: value})
		} else {
			drop = append(drop, bson.E{Key: place, Value: ""})
		}
	}
	for field, v := range set {
		if !fieldName.MatchString(field) {
			return nil, fmt.Errorf("%q cannot be the name of a field", field)
		}
		keeps := k.wantedForms(field)
		value, err := encodeValue(v, k.kind(field))
		if err != nil {
			return nil, err
		}
		text, isText := v.(string)
		folded := query.Fold(text)
		keep(field, value, v != nil)
		keep(unsetField(field), true, v == nil && keeps.Unset)
		keep(sortField(field), query.SortKey(text), isText && keeps.Sorted)
		keep(foldField(field), folded, isText && (keeps.Folded || keeps.Fold && folded != text))
	}
	update := bson.D{{Key: "$set", Value: put}, {Key: "$inc", Value: one(memberRev, int64(1))}}
	if drop != nil {
		update = append(update, bson.E{Key: "$unset", Value: drop})
	}
	return update, nil
}
