package record_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store/sqlite"
)

// BenchmarkCreate is a durable create by 64 callers, all included.
func BenchmarkCreate(b *testing.B) {
	ctx := b.Context()
	st, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "weft.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	current := &model.Current{}
	current.Swap(compile(b))
	if err := st.Ensure(ctx, append(record.Collections(current.Model()), access.Collections()...)); err != nil {
		b.Fatal(err)
	}
	s := record.New(record.Options{Store: st, Current: current, Authority: access.New(access.Options{Store: st, Current: current})})
	call := record.Call{Actor: &access.Actor{Login: "admin", Admin: true}, Door: "api"}
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			v := map[string]any{"name": fmt.Sprint("Company 公司 ", n.Add(1)), "sector": "retail", "secret": "a text of some length to store"}
			if _, err := s.Create(ctx, call, "account", v); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkImport(b *testing.B) {
	ctx := b.Context()
	st, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "weft.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	current := &model.Current{}
	current.Swap(compile(b))
	if err := st.Ensure(ctx, append(record.Collections(current.Model()), access.Collections()...)); err != nil {
		b.Fatal(err)
	}
	s := record.New(record.Options{Store: st, Current: current, Authority: access.New(access.Options{Store: st, Current: current})})
	call := record.Call{Actor: &access.Actor{Login: "admin", Admin: true}, Door: "import"}
	rows := dealRows(b.N, func(i int) map[string]any {
		return map[string]any{"name": fmt.Sprint("deal ", i), "external_id": fmt.Sprint("E", i), "amount": i, "stage": "open"}
	})
	b.ReportAllocs()
	b.ResetTimer()
	list, err := s.ImportRows(ctx, call, "deal", rows, false)
	if err != nil || list[0].Problem != nil {
		b.Fatal(err, list[0].Problem)
	}
}
