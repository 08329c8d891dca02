package mongo_test

import (
	"errors"
	"testing"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// TestDiskOfTheDatabaseThatIsFull: said so, and it ends by itself.
func TestDiskOfTheDatabaseThatIsFull(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{"insert", "findAndModify"}}, {Key: "errorCode", Value: 14031}}))
	if err := s.Commit(t.Context(), pair("a")); !errors.Is(err, store.ErrFull) {
		t.Errorf("a commit: %v", err)
	}
	if _, err := s.Increment(t.Context(), "deal", "n", 1); !errors.Is(err, store.ErrFull) {
		t.Errorf("a number: %v", err)
	}
	run(failCommand("off", nil))
	if err := s.Commit(t.Context(), pair("a")); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// TestAnswersThatMeanNotNow: they pass, and are no fault of weft.
func TestAnswersThatMeanNotNow(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	for _, code := range []int{43, 64, 100, 202, 237, 239, 365, 11601} {
		run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{"find"}}, {Key: "errorCode", Value: code}}))
		_, err := s.Get(t.Context(), "deal", "a")
		run(failCommand("off", nil))
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%d: %v", code, err)
		}
	}
}
