package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

// BenchmarkKept compares what the store keeps in memory (counts by stage, the
// rank column of a sort) with plain SQL, while a writer commits a record every
// 10 ms. docs/performance.md has the results for WEFT_BENCH_RECORDS=1000000, which
// takes minutes.
func BenchmarkKept(b *testing.B) {
	size := 10_000
	if n, err := strconv.Atoi(os.Getenv("WEFT_BENCH_RECORDS")); err == nil {
		size = n
	}
	path := filepath.Join(b.TempDir(), "weft.db")
	fillLeads(b, path, size)
	plain := defaultLimits
	plain.counts, plain.rankColumns = 0, 0
	byStage := store.Aggregate{Groups: []query.GroupTerm{{Name: "stage", Path: stagePath}}, Metrics: []query.Metric{{Name: "n", Func: "count"}}}
	for _, mode := range []struct {
		name   string
		limits limits
	}{{"kept", defaultLimits}, {"plain", plain}} {
		s, err := Open(b.Context(), path, Options{limits: mode.limits})
		if err != nil {
			b.Fatal(err)
		}
		stop := writeSteadily(b, s)
		for name, run := range map[string]func(i int) error{
			"count by stage": func(int) error { _, err := s.Aggregate(b.Context(), "lead", byStage); return err },
			"search": func(i int) error {
				_, err := s.Find(b.Context(), "lead", store.Find{
					Where: query.Cmp{Path: companyPath, Op: query.Match, Value: query.Words(benchWords[i%64])[0]},
					Sort:  []query.SortTerm{{Path: createdPath, Desc: true}}, Limit: 50})
				return err
			},
		} {
			b.Run(name+"/"+mode.name, func(b *testing.B) { benchKept(b, s, run) })
		}
		stop()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchKept(b *testing.B, s *Store, run func(i int) error) {
	if err := run(0); err != nil { // starts building what is kept
		b.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); s.options.limits.rankColumns > 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if k := s.kept.find("lead", columnName(createdPath)); k == nil || k.ready() {
			break
		}
	}
	b.ResetTimer()
	report := reportCPU(b)
	for i := range b.N {
		if err := run(i); err != nil {
			b.Fatal(err)
		}
	}
	report()
}

func fillLeads(b *testing.B, path string, n int) {
	s, err := Open(b.Context(), path, Options{Synchronous: "OFF"})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Ensure(b.Context(), benchCollections()); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; {
		var ops []store.Op
		for ; len(ops) < 4000 && i < n; i++ {
			ops = append(ops, store.Op{Kind: store.Insert, Collection: "lead", Doc: benchLead(uint64(i))})
		}
		write(b, s, ops...)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

var written uint64 = 1 << 40

// writeSteadily commits a record every 10 ms until stop is called.
func writeSteadily(b *testing.B, s *Store) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			written++
			op := store.Op{Kind: store.Insert, Collection: "lead", Doc: benchLead(written)}
			if err := s.Commit(context.WithoutCancel(ctx), &store.Batch{Ops: []store.Op{op}}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}
