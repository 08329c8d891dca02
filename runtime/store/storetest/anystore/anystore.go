// Package anystore opens the store for the tests of all packages; the environment
// says which: WEFT_TEST_STORE is sqlite (the default) or mongodb.
//
// Differences lists with reasons what tests cannot ask of one of the stores; no
// test may be skipped for other reasons, except those in OtherSkips.
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

// The stores, and the storages of attachments.
const (
	SQLite  = "sqlite"
	MongoDB = "mongodb"
	Folder  = "folder"
	S3      = "s3"
)

// timeout is long because the test server shares its processors with the tests.
const timeout = 30 * time.Second

// setting returns the choice in an environment variable; the first is the default.
func setting(t testing.TB, variable string, choices ...string) string {
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

// current is the store of this test run.
func current(t testing.TB) string {
	t.Helper()
	return setting(t, "WEFT_TEST_STORE", SQLite, MongoDB)
}

// Files is the storage of attachments of this test run.
func Files(t testing.TB) string {
	t.Helper()
	return setting(t, "WEFT_TEST_FILES", Folder, S3)
}

// Open opens an empty store, which ends with the test.
func Open(t testing.TB) store.Store {
	t.Helper()
	// Cleanups still use the store when the test's context has ended.
	ctx := context.WithoutCancel(t.Context())
	var s store.Store
	var err error
	if current(t) == MongoDB {
		s, err = mongo.Open(ctx, mongotest.URI(t), mongo.Options{UnresponsiveTimeout: timeout})
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
