package sqlite

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
)

var (
	companyPath = query.Path{Field: "company", Kind: query.Text, SortKey: true}
	createdPath = query.Path{Field: "created", Kind: query.Instant}
	benchStages = strings.Fields("new contacted qualified proposal negotiation won lost nurture")
	benchWords  = strings.Fields("amber basalt cobalt delta ember falcon garnet harbor indigo jasper kestrel lumen maple nectar orbit pioneer quartz ridge summit timber umber vector willow xenon yarrow zephyr acorn birch cedar drift eagle fjord grove haven iris juniper karst lotus meadow nimbus onyx prairie quill raven slate tundra union vale wharf aspen bluff crest dune elm fern glade heath islet jetty knoll ledge marsh north oasis")
	benchKinds  = strings.Fields("Ltd JSC Group Trading Logistics Tech Foods Works")
)

func benchCollections() []store.Collection {
	return []store.Collection{
		{Name: "lead", Searchable: true, Indexes: []store.Index{
			{Name: "stage_created", Keys: []store.IndexKey{{Path: stagePath}, {Path: createdPath}}},
		}},
		{Name: "weft_history", Unwatched: true}, {Name: "weft_idempotency", Unwatched: true},
	}
}

// reportCPU gives the processor time per operation, which other programs on
// the machine disturb less than the time that passes.
func reportCPU(b *testing.B) func() {
	used := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric(float64((used()-before).Microseconds())/float64(b.N), "cpu-µs/op") }
}

// benchLead makes a lead of about 560 bytes, one word of which 3 % share.
func benchLead(i uint64) store.Doc {
	r := rand.New(rand.NewPCG(i, 77))
	company := benchWords[r.IntN(64)] + " " + benchWords[r.IntN(64)] + " " + benchKinds[r.IntN(8)]
	id := fmt.Sprintf("%08x-%04x-7000-8000-%012x", i>>16, i&0xffff, r.Uint64()&0xffffffffffff)
	at := r.IntN(300 * 24 * 3600)
	body := fmt.Sprintf(`{"id":"%s","rev":1,"created_at":"2026-11-22T10:00:00.000Z","created_by":"01945c3e-0000-7000-8000-000000000001","updated_at":"2026-11-22T10:00:00.000Z","updated_by":"01945c3e-0000-7000-8000-000000000001","name":"Nguyen %07d","phone":"+84912345678","company":"%s","region":"north","industry":"retail","source":"web","stage":"%s","owner":"user%d","score":%d,"created":"2026-%02d-%02dT%02d:%02d:%02d.000Z","note":"%s","tags":["vip","hot"]}`,
		id, i, company, benchStages[r.IntN(8)], r.IntN(40), r.IntN(101),
		at/86400/30+1, at/86400%28+1, at/3600%24, at/60%60, at%60, strings.Repeat("client asked for a quote ", 12))
	d := store.Doc{ID: id, Rev: 1, Body: []byte(body), Sort: map[string]string{"company": query.SortKey(company)}}
	for _, w := range query.Tokens(company) {
		d.Tokens = append(d.Tokens, store.Token{Field: "company", Text: w})
	}
	return d
}

func benchStore(b *testing.B, n int) (*Store, []string) {
	b.Helper()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "weft.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Ensure(b.Context(), benchCollections()); err != nil {
		b.Fatal(err)
	}
	var ids []string
	for i := 0; i < n; {
		var ops []store.Op
		for ; len(ops) < 2000 && i < n; i++ {
			d := benchLead(uint64(i))
			ids = append(ids, d.ID)
			ops = append(ops, store.Op{Kind: store.Insert, Collection: "lead", Doc: d})
		}
		write(b, s, ops...)
	}
	return s, ids
}

// BenchmarkCreate is a create with all that belongs to it: record, words,
// history row and idempotency row in one durable commit, 64 callers.
func BenchmarkCreate(b *testing.B) {
	s, _ := benchStore(b, 0)
	var next atomic.Uint64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	defer reportCPU(b)()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := next.Add(1)
			d := benchLead(i)
			history := store.Doc{ID: d.ID + ":0000000001", Rev: 1, Body: d.Body}
			key := store.Doc{ID: fmt.Sprintf("user:key-%d", i), Rev: 1, Body: []byte(fmt.Sprintf(`{"id":"user:key-%d","rev":1,"answer":"201"}`, i))}
			err := s.Commit(b.Context(), &store.Batch{
				Expect: []store.Expect{{Collection: "weft_idempotency", ID: key.ID}},
				Ops: []store.Op{{Kind: store.Insert, Collection: "lead", Doc: d},
					{Kind: store.Insert, Collection: "weft_history", Doc: history},
					{Kind: store.Insert, Collection: "weft_idempotency", Doc: key}},
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		s, ids := benchStore(b, size)
		var next atomic.Uint64
		won := query.Cmp{Path: stagePath, Op: query.Eq, Value: "won"}
		newest := []query.SortTerm{{Path: createdPath, Desc: true}}
		byStage := store.Aggregate{Groups: []query.GroupTerm{{Name: "stage", Path: stagePath}}, Metrics: []query.Metric{{Name: "n", Func: "count"}}}
		word := func(i uint64) query.Expr {
			return query.Cmp{Path: companyPath, Op: query.Match, Value: query.Words(benchWords[i%64])[0]}
		}
		for name, run := range map[string]func(i uint64) error{
			"get": func(i uint64) error { _, err := s.Get(b.Context(), "lead", ids[i*7919%uint64(size)]); return err },
			"list": func(uint64) error {
				docs, err := s.Find(b.Context(), "lead", store.Find{Where: won, Sort: newest, Limit: 50})
				if len(docs) != 50 {
					return fmt.Errorf("%d documents: %w", len(docs), err)
				}
				return err
			},
			"search": func(i uint64) error {
				docs, err := s.Find(b.Context(), "lead", store.Find{Where: word(i), Sort: newest, Limit: 50})
				if len(docs) != 50 {
					return fmt.Errorf("%d documents: %w", len(docs), err)
				}
				return err
			},
			"count": func(uint64) error { _, err := s.Count(b.Context(), "lead", won, 0); return err },
			"group": func(uint64) error { _, err := s.Aggregate(b.Context(), "lead", byStage); return err },
			"group with one write in 20": func(i uint64) error {
				if i%20 == 0 {
					write(b, s, store.Op{Kind: store.Insert, Collection: "lead", Doc: benchLead(1<<40 + i)})
				}
				_, err := s.Aggregate(b.Context(), "lead", byStage)
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetParallelism(8)
				b.ReportAllocs()
				for range 100 { // what is kept in memory is made by the first callers
					if err := run(next.Add(1)); err != nil {
						b.Fatal(err)
					}
				}
				b.ResetTimer()
				defer reportCPU(b)()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := run(next.Add(1)); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// BenchmarkStart opens a file of 40 collections and ensures them unchanged.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "weft.db")
	var cs []store.Collection
	for i := range 40 {
		c := benchCollections()[0]
		c.Name = fmt.Sprintf("lead%d", i)
		cs = append(cs, c)
	}
	defer reportCPU(b)()
	for b.Loop() {
		s, err := Open(b.Context(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Ensure(b.Context(), cs); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
