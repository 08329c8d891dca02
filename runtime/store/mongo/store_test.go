package mongo_test

import (
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/storetest"
)

// slowTimeout is for tests that are not about timeouts: the test server is slow.
const slowTimeout = 30 * time.Second

func open(t *testing.T, uri string, o mongo.Options) *mongo.Store {
	t.Helper()
	if o.UnresponsiveTimeout == 0 {
		o.UnresponsiveTimeout = slowTimeout
	}
	s, err := mongo.Open(t.Context(), uri, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, mongotest.URI(t), mongo.Options{}) })
}
