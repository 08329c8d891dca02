package mongo_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// TestConnectionsThatAreRefused: while the pool grows, the database takes no
// connections any more. Whoever meets that hears that the database is away.
func TestConnectionsThatAreRefused(t *testing.T) {
	t.Parallel()
	proxy := mongotest.StartProxy(t, mongotest.Start(t, mongotest.Options{}).URI, mongotest.ProxyRules{})
	s := open(t, proxy.URI, mongo.Options{UnresponsiveTimeout: 4 * time.Second})
	ensurePairs(t, s)
	if err := s.Commit(t.Context(), pair("before")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		proxy.StopListening()
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				_, err := s.Get(t.Context(), "deal", "before")
				if err != nil && !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("read: %v", err)
				}
			})
		}
		callers.Wait()
		proxy.Listen()
		eventually(t, "back", 20*time.Second, func() bool { _, err := s.Get(t.Context(), "deal", "before"); return err == nil })
	}
}
