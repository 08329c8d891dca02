package mongo_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// BenchmarkCommit makes records as the engine does: document, history row, and
// the expectation that no newer version was published.
func BenchmarkCommit(b *testing.B) {
	s, err := mongo.Open(b.Context(), mongotest.URI(b), mongo.Options{UnresponsiveTimeout: slowTimeout})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	deal := store.Collection{Name: "deal", Kinds: map[string]query.Kind{"name": query.Text, "amount": query.Decimal, "created_at": query.Instant},
		Indexes: []store.Index{{Name: "stage", Keys: []store.IndexKey{{Path: keyPath("stage")}}}, {Name: "owner", Keys: []store.IndexKey{{Path: keyPath("owner")}}}}}
	if err := s.Ensure(b.Context(), []store.Collection{deal, {Name: "log", Unwatched: true}, {Name: "version", ExpectAbsent: true}}); err != nil {
		b.Fatal(err)
	}
	var made atomic.Int64
	batch := func(records int) *store.Batch {
		x := &store.Batch{Expect: []store.Expect{{Collection: "version", ID: "next"}}}
		for range records {
			id := fmt.Sprintf("%012d", made.Add(1))
			x.Ops = append(x.Ops, op(store.Insert, "deal", id, 1, `,"created_at":"2026-01-31T08:00:00.123Z","name":"上海某某有限公司","amount":"10000000000000125000","stage":"new","owner":"u1"`),
				op(store.Insert, "log", id+":1", 1, `,"entity":"deal","op":"create"`))
		}
		return x
	}
	for _, c := range []struct{ callers, records int }{{1, 1}, {32, 1}, {1, 500}} {
		b.Run(fmt.Sprintf("%d callers, %d records each", c.callers, c.records), func(b *testing.B) {
			var wg sync.WaitGroup
			work := make(chan struct{})
			for range c.callers {
				wg.Go(func() {
					for range work {
						if err := s.Commit(b.Context(), batch(c.records)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			wg.Wait()
			b.ReportMetric(float64(b.N*c.records)/b.Elapsed().Seconds(), "records/s")
		})
	}
	b.Run("get", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Get(b.Context(), "deal", "000000000001"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
