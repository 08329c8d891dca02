package mongo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/sqlite"
	"weft/runtime/store/storetest"
)

// TestDiffer compares both stores with the predicate in memory. Comparisons
// across a reference are answered by lists of up to three ids, beyond that by
// joins, so that both are met. WEFT_SOAK=1 asks fifty times as much, of several
// pairs of stores at once; WEFT_SEED asks again what an earlier run asked.
func TestDiffer(t *testing.T) {
	t.Parallel()
	shards, cases, seed := 1, 2000, int64(5)
	if os.Getenv("WEFT_SOAK") != "" {
		shards, cases, seed = 4, 25_000, rand.Int64N(1_000_000)
	}
	if text := os.Getenv("WEFT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Fatalf("WEFT_SEED: %v", err)
		}
	}
	t.Logf("WEFT_SEED=%d", seed)
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			storetest.Differential(t, map[string]storetest.Opener{"MongoDB": shardServer(t, shard), "SQLite": openSQLite}, cases, seed+int64(shard))
		})
	}
}

// shardServer opens a database. The first shard takes the server of all tests,
// and so does every one where a mongod is given; the test server has only one
// processor to itself, so that others start their own.
func shardServer(t *testing.T, shard int) storetest.Opener {
	t.Helper()
	uri := ""
	if shard == 0 || mongotest.Real(t) {
		uri = mongotest.URI(t)
	} else {
		uri = mongotest.Start(t, mongotest.Options{}).URI
	}
	return func(t *testing.T) store.Store {
		s, err := Open(t.Context(), uri, Options{UnresponsiveTimeout: time.Minute, semiJoin: 3})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func openSQLite(t *testing.T) store.Store {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "weft.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
