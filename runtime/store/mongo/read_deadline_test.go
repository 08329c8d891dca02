package mongo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// Every read tells the database until when somebody waits for it, so that an
// expensive one ends there too when the request is over. // R6
func TestReadsEndAtTheDatabaseWithTheirDeadline(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var limits []time.Duration // of reads of the collection, -1 for none
	proxy := mongotest.StartProxy(t, mongotest.URI(t), mongotest.ProxyRules{ForwardRequest: func(request []byte) bool {
		for _, command := range []string{"\x02find\x00", "\x02aggregate\x00"} {
			if !bytes.Contains(request, []byte(command+"\x05\x00\x00\x00deal\x00")) {
				continue
			}
			limit := time.Duration(-1)
			if at := bytes.Index(request, []byte("\x12maxTimeMS\x00")); at >= 0 {
				limit = time.Duration(binary.LittleEndian.Uint64(request[at+len("\x12maxTimeMS\x00"):])) * time.Millisecond
			}
			mu.Lock()
			limits = append(limits, limit)
			mu.Unlock()
		}
		return true
	}})
	s, err := mongo.Open(t.Context(), proxy.URI, mongo.Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal"}}); err != nil {
		t.Fatal(err)
	}
	doc := store.Doc{ID: "a", Rev: 1, Body: []byte(`{"id":"a","rev":1,"stage":"won"}`)}
	if err := s.Commit(t.Context(), &store.Batch{Ops: []store.Op{{Kind: store.Insert, Collection: "deal", Doc: doc}}}); err != nil {
		t.Fatal(err)
	}
	stage := query.Path{Field: "stage", Kind: query.Key}
	won := query.Cmp{Path: stage, Op: query.Eq, Value: "won"}
	reads := map[string]func(context.Context, store.Reader) error{
		"get": func(ctx context.Context, r store.Reader) error { _, err := r.Get(ctx, "deal", "a"); return err },
		"get many": func(ctx context.Context, r store.Reader) error {
			_, err := r.GetMany(ctx, "deal", []string{"a"})
			return err
		},
		"find": func(ctx context.Context, r store.Reader) error {
			_, err := r.Find(ctx, "deal", store.Find{Where: won, Limit: 10})
			return err
		},
		"sorted find": func(ctx context.Context, r store.Reader) error {
			_, err := r.Find(ctx, "deal", store.Find{Sort: []query.SortTerm{{Path: stage}}, Limit: 10})
			return err
		},
		"count": func(ctx context.Context, r store.Reader) error { _, err := r.Count(ctx, "deal", won, 0); return err },
		"aggregate": func(ctx context.Context, r store.Reader) error {
			_, err := r.Aggregate(ctx, "deal", store.Aggregate{Metrics: []query.Metric{{Name: "n", Func: "count_distinct", Path: stage}}})
			return err
		},
		"full read": func(ctx context.Context, _ store.Reader) error { _, err := s.ReadFull(ctx, "deal", "", 10); return err },
	}
	check := func(name string, ctx context.Context, most time.Duration, read func(context.Context) error) {
		t.Helper()
		limits = nil
		if err := read(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(limits) == 0 {
			t.Errorf("%s: no read was seen", name)
		}
		for _, limit := range limits {
			if limit <= 0 || limit > most {
				t.Errorf("%s: limit %v, want one up to %v", name, limit, most)
			}
		}
	}
	deadline, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for name, read := range reads {
		check(name, deadline, 21*time.Second, func(ctx context.Context) error { return read(ctx, s) })
		check(name+" in a view", deadline, 21*time.Second, func(ctx context.Context) error {
			return s.View(ctx, func(r store.Reader) error { return read(ctx, r) })
		})
		check(name+" without a deadline", t.Context(), 3*time.Minute, func(ctx context.Context) error { return read(ctx, s) })
	}
}
