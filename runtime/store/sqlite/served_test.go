package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/storetest"
)

// TestServedQueriesAreServed compares what query.Serve says with what SQLite
// does: a list that an index serves reads no table from end to end, and nothing
// is sorted, unless SQLite finds the matches by a list of values, a range or
// unset, which it may prefer to the order.
func TestServedQueriesAreServed(t *testing.T) {
	t.Parallel()
	lookups := storetest.Lookups(5, 150)
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Readers: 1})
	fill(t, s, lookups)
	lists, aggregates := 0, 0
	for i, l := range lookups {
		if p := query.PlanList(query.SQLite, l.Indexes, l.Find.Where, sortOf(l.Find)); p.Served() {
			lists++
			checkList(t, s, i, l, p)
		}
		if p := query.PlanAggregate(query.SQLite, l.Indexes, l.Find.Where); p.Reason == query.ByIndex {
			aggregates++
			checkAggregate(t, s, i, l, p)
		}
	}
	if lists < 20 || aggregates < 20 {
		t.Errorf("of 150, only %d lists and %d aggregates were served", lists, aggregates)
	}
}

func checkList(t *testing.T, s *Store, i int, l storetest.Lookup, p query.Plan) {
	search := ""
	for _, step := range plan(t, s, func(q *reader) error {
		_, err := q.Find(t.Context(), lookupName(i), l.Find)
		return err
	}) {
		what, _, _ := strings.Cut(step, " of SELECT")
		switch {
		case strings.HasPrefix(what, "SCAN t") && !(strings.Contains(what, "INDEX") && len(p.Equality) == 0):
			t.Errorf("%d: %s\n%v\n%+v", i, step, l, p)
		case strings.Contains(what, "TEMP B-TREE") && !findsSeveral(search, l):
			t.Errorf("%d: %s\n%s\n%v\n%+v", i, step, search, l, p)
		case strings.HasPrefix(what, "SEARCH"):
			search = what
		}
	}
}

func checkAggregate(t *testing.T, s *Store, i int, l storetest.Lookup, p query.Plan) {
	for _, step := range plan(t, s, func(q *reader) error {
		_, err := q.Aggregate(t.Context(), lookupName(i), store.Aggregate{
			Where: l.Find.Where, Metrics: []query.Metric{{Name: "n", Func: "count"}},
		})
		return err
	}) {
		if strings.HasPrefix(step, "SCAN t") {
			t.Errorf("%d: %s\n%v\n%+v", i, step, l, p)
		}
	}
}

// findsSeveral tells that a search goes by the first field of an index, and
// that the filter names several values, a range or unset for it.
func findsSeveral(search string, l storetest.Lookup) bool {
	for _, i := range l.Indexes {
		if !strings.Contains(search, "_"+i.Name+"_") {
			continue
		}
		for _, c := range ownComparisons(l.Find.Where) {
			if c.Path.Field == i.Keys[0].Path.Field && c.Op != query.Eq {
				return true
			}
		}
	}
	return false
}

// ownComparisons are those that hold for every match.
func ownComparisons(x query.Expr) (list []query.Cmp) {
	switch x := x.(type) {
	case query.All:
		for _, part := range x {
			list = append(list, ownComparisons(part)...)
		}
	case query.Cmp:
		list = append(list, x)
	}
	return list
}

func sortOf(f store.Find) []query.SortTerm {
	if !f.IDDesc {
		return f.Sort
	}
	return append(append([]query.SortTerm{}, f.Sort...), query.SortTerm{Path: query.Path{Field: "id", Kind: query.Key}, Desc: true})
}

func lookupName(i int) string { return fmt.Sprintf("lookup%d", i) }

// fill makes a collection for each lookup, with documents.
func fill(t *testing.T, s *Store, lookups []storetest.Lookup) {
	t.Helper()
	var defs []store.Collection
	var ops []store.Op
	for i, l := range lookups {
		defs = append(defs, store.Collection{Name: lookupName(i), Kinds: storetest.LookupKinds(), Indexes: l.Indexes})
		for _, d := range storetest.LookupDocs(30) {
			ops = append(ops, store.Op{Kind: store.Insert, Collection: lookupName(i), Doc: d})
		}
	}
	if err := s.Ensure(t.Context(), defs); err != nil {
		t.Fatal(err)
	}
	write(t, s, ops...)
}

// TestDirectionsShareAnIndex: SQLite walks an index both ways, so the other
// direction of the same keys costs no second one.
func TestDirectionsShareAnIndex(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "weft.db"), Options{Readers: 1})
	up := store.Index{Name: "at_up", Keys: []store.IndexKey{{Path: atPath}}}
	down := store.Index{Name: "at_down", Keys: []store.IndexKey{{Path: atPath, Desc: true}}}
	for _, indexes := range [][]store.Index{{up, down}, {down}, {up, down}} {
		if err := s.Ensure(t.Context(), []store.Collection{{Name: "both", Indexes: indexes}}); err != nil {
			t.Fatal(err)
		}
		if n := len(s.catalog.all()["both"].indexes); n != 1 {
			t.Errorf("%d indexes, want 1", n)
		}
	}
}
