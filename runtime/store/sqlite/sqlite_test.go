package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "weft.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func own(field string, kind query.Kind) query.Path { return query.Path{Field: field, Kind: kind} }

func TestSmoke(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	if err := s.Ensure(ctx, []store.Collection{{Name: "lead", Searchable: true, Indexes: []store.Index{
		{Name: "stage_created", Keys: []store.IndexKey{{Path: own("stage", query.Key)}, {Path: own("created", query.Instant)}}},
		{Name: "ext", Unique: true, Keys: []store.IndexKey{{Path: own("ext", query.Text)}}},
	}}}); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		id := fmt.Sprintf("id%02d", i)
		body := fmt.Sprintf(`{"id":%q,"rev":1,"stage":"s%d","ext":"e%d","amount":"1000000000000%07d"}`, id, i%2, i, i)
		err := s.Commit(ctx, &store.Batch{Ops: []store.Op{{Kind: store.Insert, Collection: "lead", Doc: store.Doc{
			ID: id, Rev: 1, Body: []byte(body), Tokens: []store.Token{{Field: "name", Text: "阿里"}},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := s.Aggregate(ctx, "lead", store.Aggregate{
		Groups:  []query.GroupTerm{{Name: "stage", Path: own("stage", query.Key)}},
		Metrics: []query.Metric{{Name: "n", Func: "count"}, {Name: "sum", Func: "sum", Path: own("amount", query.Decimal)}},
	})
	t.Log(rows, err)
	docs, err := s.Find(ctx, "lead", store.Find{Where: query.All{
		query.Cmp{Path: own("stage", query.Key), Op: query.Eq, Value: "s1"},
		query.Cmp{Path: own("name", query.Text), Op: query.Match, Value: query.Words("阿")[0]},
	}, Sort: []query.SortTerm{{Path: own("created", query.Instant), Desc: true}}, Limit: 3})
	t.Log(docs, err)
	err = s.Commit(ctx, &store.Batch{Ops: []store.Op{{Kind: store.Insert, Collection: "lead", Doc: store.Doc{
		ID: "x", Rev: 1, Body: []byte(`{"id":"x","rev":1,"ext":"e3"}`)}}}})
	t.Log(err)
	n, err := s.Increment(ctx, "lead", "counter", 5)
	t.Log(n, err)
	claimed, err := s.Claim(ctx, "lead", store.Claim{Where: query.Cmp{Path: own("stage", query.Key), Op: query.Eq, Value: "s0"}, Limit: 2, Set: map[string]any{"stage": "taken"}})
	t.Logf("%s %v", claimed[0].Body, err)
	t.Log(s.CheckIntegrity(ctx))
}
