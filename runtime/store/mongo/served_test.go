package mongo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/storetest"

	"go.mongodb.org/mongo-driver/bson"
)

// lookup is a list as the database is asked for it.
type lookup struct {
	storetest.Lookup
	name         string
	plan         query.Plan
	coll         *collection
	where        bson.D // the filter without the position
	filter, sort bson.D
}

// servedLookups are random lists that an index serves, as query.Serve says.
func servedLookups(t *testing.T, n int) (list []lookup) {
	t.Helper()
	for i, l := range storetest.Lookups(7, n) {
		sort := l.Find.Sort
		if l.Find.IDDesc {
			sort = append(append([]query.SortTerm{}, sort...), query.SortTerm{Path: query.Path{Field: "id", Kind: query.Key}, Desc: true})
		}
		p := query.Serve(query.MongoDB, l.Indexes, l.Find.Where, sort)
		if !p.Served() {
			continue
		}
		name := fmt.Sprintf("lookup%d", i)
		k, err := newCollection(store.Collection{Name: name, Kinds: storetest.LookupKinds(), Indexes: l.Indexes}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := &renderer{k: k, paged: l.Find.After != nil}
		o := r.newOrder(l.Find)
		r.filter(l.Find.Where)
		behind, err := o.behind(l.Find.After)
		if err != nil || r.err != nil {
			t.Fatal(err, r.err)
		}
		if o.computed || o.keyless || len(r.joins) > 0 {
			t.Errorf("a pipeline makes the order of %v, which %+v serves", l, p)
		}
		list = append(list, lookup{l, name, p, k, r.own, and([]bson.D{r.own, behind}), o.sort()})
	}
	return list
}

// TestServedListsFitTheirIndexes holds what is asked of the database against
// the index that query.Serve names: its first keys are compared with one value
// in the filter, and the others are the order.
func TestServedListsFitTheirIndexes(t *testing.T) {
	t.Parallel()
	list := servedLookups(t, 3000)
	for _, l := range list {
		keys := bson.D{{Key: memberID, Value: 1}}
		for _, i := range l.coll.indexes {
			if i.Index.Name == l.plan.Index {
				keys = i.keys
			}
		}
		if l.Find.After != nil && asksForNoMark(l.filter) {
			t.Errorf("an absent mark is asked for as null, which is two points before MongoDB 8.0: %v\n%v", l.Lookup, l.filter)
		}
		one := equalities(l.where)
		for _, field := range l.plan.Equality {
			if !one[field] {
				t.Errorf("%s is not compared with one value: %v", field, l)
			}
		}
		for len(keys) > 0 && one[keys[0].Key] {
			keys = keys[1:]
		}
		var order bson.D
		for _, e := range l.sort {
			if !one[e.Key] {
				order = append(order, e)
			}
		}
		backwards := len(order) == 1 && len(keys) == 1 && order[0].Key == keys[0].Key // an index of one key goes both ways
		if !reflect.DeepEqual(order, keys) && !backwards {
			t.Errorf("the order %v is not that of the index, %v: %v\n%+v", order, keys, l.Lookup, l.plan)
		}
	}
	if len(list) < 500 {
		t.Errorf("only %d lists of 3,000 are served", len(list))
	}
}

// equalities are the members that a filter compares with one value for every match.
func equalities(filter bson.D) map[string]bool {
	out := map[string]bool{}
	for _, e := range filter {
		if parts, ok := e.Value.(bson.A); ok && e.Key == "$and" {
			for _, part := range parts {
				for key := range equalities(part.(bson.D)) {
					out[key] = true
				}
			}
		}
		switch v := e.Value.(type) {
		case bson.D:
			out[e.Key] = reflect.DeepEqual(v, one("$exists", false))
		case bson.A:
		default:
			out[e.Key] = true
		}
	}
	return out
}

// asksForNoMark tells whether a filter asks by null for a mark that is not there.
func asksForNoMark(filter any) bool {
	switch v := filter.(type) {
	case bson.A:
		return slices.ContainsFunc(v, asksForNoMark)
	case bson.D:
		for _, e := range v {
			mark := strings.HasPrefix(e.Key, memberUnset+".")
			if mark && (e.Value == nil || reflect.DeepEqual(e.Value, one("$eq", nil))) || asksForNoMark(e.Value) {
				return true
			}
		}
	}
	return false
}

// TestServedListsByExplain asks a mongod how it runs such lists: it reads no
// whole collection, and sorts only what it prefers to find by a list of values,
// a range or unset.
func TestServedListsByExplain(t *testing.T) {
	t.Parallel()
	if !mongotest.Real(t) {
		t.Skip("explain says what a mongod does; the test server plans otherwise")
	}
	s, err := Open(t.Context(), mongotest.URI(t), Options{Patience: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // nothing to save
	for _, l := range servedLookups(t, 200) {
		fillLookup(t, s, l)
		stages, names := explained(t, s, l)
		if stages["COLLSCAN"] {
			t.Errorf("a collection scan of %v\n%+v", l.Lookup, l.plan)
		}
		if stages["SORT"] && names[l.plan.Index] {
			t.Errorf("a sort of what the index orders: %v\n%+v", l.Lookup, l.plan)
		}
	}
}

func fillLookup(t *testing.T, s *Store, l lookup) {
	t.Helper()
	def := store.Collection{Name: l.name, Kinds: storetest.LookupKinds(), Indexes: l.Indexes}
	if err := s.Ensure(t.Context(), []store.Collection{def}); err != nil {
		t.Fatal(err)
	}
	b := &store.Batch{}
	for _, d := range storetest.LookupDocs(200) {
		b.Ops = append(b.Ops, store.Op{Kind: store.Insert, Collection: l.name, Doc: d})
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// explained gives the stages of the plan that the database would take, and the
// indexes it uses.
func explained(t *testing.T, s *Store, l lookup) (stages, names map[string]bool) {
	t.Helper()
	var answer struct {
		QueryPlanner struct {
			WinningPlan bson.M `bson:"winningPlan"`
		} `bson:"queryPlanner"`
	}
	find := bson.D{{Key: "find", Value: l.name}, {Key: "filter", Value: l.filter}, {Key: "sort", Value: l.sort}, {Key: "limit", Value: l.Find.Limit}}
	err := s.db.RunCommand(t.Context(), bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&answer)
	if err != nil {
		t.Fatal(err)
	}
	stages, names = map[string]bool{}, map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case bson.M:
			if stage, ok := v["stage"].(string); ok {
				stages[stage] = true
			}
			if name, ok := v["indexName"].(string); ok {
				names[l.coll.nameOf(name)] = true
			}
			for _, part := range v {
				walk(part)
			}
		case bson.A:
			for _, part := range v {
				walk(part)
			}
		}
	}
	walk(answer.QueryPlanner.WinningPlan)
	return stages, names
}
