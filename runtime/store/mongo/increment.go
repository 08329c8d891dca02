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

// Increment adds to the counter id, a document {id, rev, value} that is made at
// its first use. A value whose answer got lost is skipped.
func (s *Store) Increment(ctx context.Context, collection, id string, by int64) (int64, error) {
	k, err := s.catalog.get(collection)
	if err != nil {
		return 0, err
	}
	if id == "" {
		return 0, fmt.Errorf("mongo: a counter of %s has no id", collection)
	}
	if err := s.injectedFault(); err != nil {
		return 0, err
	}
	var value int64
	err = driver.ErrNoDocuments
	for try := 0; try <= claimTries && errors.Is(err, driver.ErrNoDocuments); try++ {
		if value, err = s.count(ctx, k, id, by); errors.Is(err, driver.ErrNoDocuments) {
			value, err = by, s.beginCounter(ctx, k, id, by)
		}
	}
	if err != nil {
		if errors.Is(err, store.ErrUnavailable) {
			s.feed.markChanged(k) // it may have been counted
		}
		return 0, err
	}
	s.feed.markChanged(k)
	return value, nil
}

// count fails with ErrNoDocuments when there is no counter yet. It does not
// insert one: of several concurrent upserts not each would learn its value.
func (s *Store) count(ctx context.Context, k *collection, id string, by int64) (int64, error) {
	var counter struct {
		Value int64 `bson:"value"`
	}
	err := s.health.call(ctx, func(ctx context.Context) error {
		return s.docs(k).FindOneAndUpdate(ctx, bson.D{{Key: memberID, Value: id}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: memberRev, Value: int64(1)}, {Key: "value", Value: by}}}},
			options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&counter)
	})
	return counter.Value, err
}

// beginCounter makes a counter; ErrNoDocuments says that another caller was
// faster.
func (s *Store) beginCounter(ctx context.Context, k *collection, id string, value int64) error {
	err := s.health.call(ctx, func(ctx context.Context) error {
		_, err := s.docs(k).InsertOne(ctx, bson.D{{Key: memberID, Value: id}, {Key: memberRev, Value: int64(1)}, {Key: "value", Value: value}})
		return err
	})
	if hasCode(err, codeDuplicateKey) {
		return driver.ErrNoDocuments
	}
	return err
}
