package mongo_test

import (
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

func TestExamine(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := open(t, uri, mongo.Options{})
	def := store.Collection{Name: "deal", Indexes: []store.Index{{Name: "stage", Keys: []store.IndexKey{{Path: keyPath("stage")}}}}}
	if err := s.Ensure(t.Context(), []store.Collection{def}); err != nil {
		t.Fatal(err)
	}
	r, err := s.Diagnose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.SetName == "" && !r.Sharded || len(r.Hosts) == 0 && !r.Sharded || r.Version == "" || r.DurableError != nil || r.DurableWrite <= 0 ||
		r.DocumentFormat != 1 || r.TextFormat != 1 || r.ClockAhead.Abs() > time.Minute || len(r.MissingIndexes) != 0 {
		t.Errorf("%+v", r)
	}
	c := database(t, uri).Collection("deal")
	if _, err := c.Indexes().DropAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err = s.Diagnose(t.Context())
	if err != nil || len(r.MissingIndexes) != 1 || r.MissingIndexes[0] != (mongo.MissingIndex{Collection: "deal", Index: "stage"}) {
		t.Errorf("a dropped index: %+v %v", r, err)
	}
	t.Logf("%+v", r)
}
