package mongo

import (
	"context"
	"errors"
	"fmt"

	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Increment adds to the counter id, a document {id, rev, value} that is made
// when first used. A value whose answer got lost is skipped.
func (s *Store) Increment(ctx context.Context, collection, id string, by int64) (int64, error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if id == "" {
		return 0, fmt.Errorf("mongo: a counter of %s has no id", collection)
	}
	if err := s.faulty(); err != nil {
		return 0, err
	}
	var counter struct {
		Value int64 `bson:"value"`
	}
	for try := 0; ; try++ {
		err = s.health.call(ctx, func(ctx context.Context) error {
			return s.docs(k).FindOneAndUpdate(ctx, bson.D{{Key: memberID, Value: id}},
				bson.D{{Key: "$inc", Value: bson.D{{Key: memberRev, Value: int64(1)}, {Key: "value", Value: by}}}},
				options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&counter)
		})
		// Two made it at once, or it was counted and the answer left it out.
		if !hasCode(err, codeDuplicateKey) && !errors.Is(err, driver.ErrNoDocuments) || try >= claimTries {
			break
		}
	}
	if err != nil {
		if errors.Is(err, store.ErrUnavailable) {
			s.feed.bump(k) // it may have been done
		}
		return 0, err
	}
	s.feed.bump(k)
	return counter.Value, nil
}
