// Package anystore is the one switch over the tests of all rooms: they open
// their store here, and the environment says which. WEFT_TEST_STORE is sqlite
// (where it is not set) or mongodb.
//
// What a test cannot ask of one of the stores stands in Differences, with its
// reason; nothing else may leave a test out.
package anystore

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"weft/runtime/store"
	"weft/runtime/store/sqlite"
)

// The stores.
const (
	SQLite  = "sqlite"
	MongoDB = "mongodb"
)

// running is the store that this run is about.
func running(t testing.TB) string {
	t.Helper()
	switch name := os.Getenv("WEFT_TEST_STORE"); name {
	case "", SQLite:
		return SQLite
	default:
		t.Fatalf("WEFT_TEST_STORE is %q, neither %s nor %s", name, SQLite, MongoDB)
		return ""
	}
}

// Open opens an empty store, which ends with the test.
func Open(t testing.TB) store.Store {
	t.Helper()
	var s store.Store
	var err error
	switch running(t) {
	case SQLite:
		s, err = sqlite.Open(context.WithoutCancel(t.Context()), filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}
