package sqlite

import (
	"path/filepath"
	"testing"

	"weft/runtime/store"
	"weft/runtime/store/storetest"
)

// TestDifferBeyondLimits compares the store with the predicate in memory where
// a handful of documents is many: searches go by the kept order, by id and by
// all documents, and counts are kept.
func TestDifferBeyondLimits(t *testing.T) {
	t.Parallel()
	storetest.Differential(t, map[string]storetest.Opener{
		"SQLite": func(t *testing.T) store.Store {
			return openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{limits: limits{fewHits: 1, manyHits: 6, count: 2, counts: 20, rankColumns: 4, log: 1 << 18}})
		},
	}, 3000, 11)
}
