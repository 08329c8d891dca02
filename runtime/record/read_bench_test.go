package record_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/record"
	"weft/runtime/record/read"
)

// benchAccounts is a service with some accounts, and their ids.
func benchAccounts(b *testing.B, n int64) (*read.Service, []string) {
	b.Helper()
	s, reads := benchService(b, true)
	rows := make([]record.Row, n)
	for i := range rows {
		rows[i] = record.Row{Values: companyValues(int64(i))}
	}
	list, err := s.ImportRows(b.Context(), benchCall, "account", rows, false)
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]string, n)
	for i, r := range list {
		ids[i] = r.ID
	}
	return reads, ids
}

func BenchmarkGet(b *testing.B) {
	s, ids := benchAccounts(b, 2000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if _, _, err := s.Get(b.Context(), benchCall.Actor, "account", ids[i%len(ids)], nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	s, _ := benchAccounts(b, 2000)
	for name, q := range map[string]read.Query{
		"newest":   {Sort: []string{"-id"}},
		"filtered": {Where: json.RawMessage(`["sector","=","retail"]`), Sort: []string{"-id"}},
		"counted":  {Where: json.RawMessage(`["sector","=","retail"]`), Sort: []string{"-id"}, Count: "exact"},
		"sorted":   {Sort: []string{"name"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p, err := s.Query(b.Context(), benchCall.Actor, "account", q); err != nil || len(p.Items) != 50 {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAggregate(b *testing.B) {
	s, _ := benchAccounts(b, 2000)
	q := read.AggregateQuery{GroupBy: []json.RawMessage{json.RawMessage(`"sector"`)}, Metrics: map[string]json.RawMessage{"n": json.RawMessage(`["count"]`)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Aggregate(b.Context(), benchCall.Actor, "account", q); err != nil {
			b.Fatal(err)
		}
	}
}
