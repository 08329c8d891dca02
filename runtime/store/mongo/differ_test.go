package mongo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
	"weft/runtime/store/storetest"
)

// seed of the random questions; any other must do as well.
const seed = 5

// TestDiffer compares both stores with the predicate in memory. Comparisons
// across a reference are answered by lists of up to three ids, beyond that by
// joins, so that both are met. WEFT_SOAK=1 asks fifty times as much.
func TestDiffer(t *testing.T) {
	t.Parallel()
	cases := 2000
	if os.Getenv("WEFT_SOAK") != "" {
		cases = 100_000
	}
	storetest.Differ(t, map[string]storetest.Opener{
		"MongoDB": func(t *testing.T) store.Store {
			s, err := Open(t.Context(), mongotest.URI(t), Options{Patience: time.Minute, semiJoin: 3})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		"SQLite": func(t *testing.T) store.Store {
			s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	}, cases, seed)
}
