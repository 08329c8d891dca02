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
	"slices"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
)

// The stores, and the places of attachments.
const (
	SQLite  = "sqlite"
	MongoDB = "mongodb"
	Folder  = "folder"
	S3      = "s3"
)

// patience of a store with a test server that shares its processors with the tests.
const patience = 30 * time.Second

// chosen is what a variable of the environment chooses; the first choice is
// that of a variable that is not set.
func chosen(t testing.TB, variable string, choices ...string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		return choices[0]
	}
	if !slices.Contains(choices, value) {
		t.Fatalf("%s is %q, not one of %q", variable, value, choices)
	}
	return value
}

// running is the store that this run is about.
func running(t testing.TB) string {
	t.Helper()
	return chosen(t, "WEFT_TEST_STORE", SQLite, MongoDB)
}

// Files is the place of attachments that this run is about.
func Files(t testing.TB) string {
	t.Helper()
	return chosen(t, "WEFT_TEST_FILES", Folder, S3)
}

// Open opens an empty store, which ends with the test.
func Open(t testing.TB) store.Store {
	t.Helper()
	// Cleanups still use the store when the test's context has ended.
	ctx := context.WithoutCancel(t.Context())
	var s store.Store
	var err error
	if running(t) == MongoDB {
		s, err = mongo.Open(ctx, mongotest.URI(t), mongo.Options{UnresponsiveTimeout: patience})
	} else {
		s, err = sqlite.Open(ctx, filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{})
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
