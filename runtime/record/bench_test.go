package record_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/runtime/store/storetest/anystore"
)

// benchService is a service on the real store; commit false leaves the commit
// out, so that only the method's own work is measured.
func benchService(b *testing.B, commit bool) (*record.Service, *read.Service) {
	b.Helper()
	ctx := b.Context()
	st := anystore.Open(b)
	current := &model.Current{}
	current.Swap(compile(b))
	if err := st.Ensure(ctx, append(record.Collections(current.Model()), access.Collections()...)); err != nil {
		b.Fatal(err)
	}
	var port store.Store = st
	if !commit {
		port = uncommitted{st}
	}
	authority := access.New(access.Options{Store: st, Current: current})
	return record.New(record.Options{Store: port, Current: current, Authority: authority}), read.New(read.Options{Store: st, Authority: authority})
}

// uncommitted is a store whose commits cost nothing.
type uncommitted struct{ store.Store }

func (uncommitted) Commit(context.Context, *store.Batch) error { return nil }

var benchCall = record.Call{Actor: &access.Actor{Login: "admin", Admin: true}, Source: "api"}

func companyValues(n int64) map[string]any {
	return map[string]any{"name": fmt.Sprint("Company 公司 ", n), "sector": "retail", "secret": "a text of some length to store"}
}

// BenchmarkCreate is a durable create by 64 callers, all included.
func BenchmarkCreate(b *testing.B) {
	s, _ := benchService(b, true)
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Create(b.Context(), benchCall, "account", companyValues(n.Add(1))); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkCreateWithoutStore is the same create without the store.
func BenchmarkCreateWithoutStore(b *testing.B) {
	s, _ := benchService(b, false)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range int64(b.N) {
		if _, err := s.Create(b.Context(), benchCall, "account", companyValues(n)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImport is an import of rows with a unique key and a stage.
func BenchmarkImport(b *testing.B) {
	s, _ := benchService(b, true)
	rows := dealRows(b.N, func(i int) map[string]any {
		return map[string]any{"name": fmt.Sprint("deal ", i), "external_id": fmt.Sprint("E", i), "amount": i, "stage": "open"}
	})
	b.ReportAllocs()
	b.ResetTimer()
	list, err := s.ImportRows(b.Context(), benchCall, "deal", rows, false)
	if err != nil || list[0].Problem != nil {
		b.Fatal(err, list[0].Problem)
	}
}
