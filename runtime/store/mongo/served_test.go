package mongo

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/storetest"

	"go.mongodb.org/mongo-driver/bson"
)

// lookup is a list as the database is asked for it, with what query.Serve and
// query.PlanAggregate say of it.
type lookup struct {
	storetest.Lookup
	name          string
	plan, figures query.Plan
	coll          *collection
	where         bson.D // the filter without the position
	filter, sort  bson.D
	behind        bool // a position
}

// lookups are random lists, those of which an index serves the list or figures.
func lookups(t *testing.T, n int) (list []lookup) {
	t.Helper()
	for i, found := range storetest.Lookups(7, n) {
		l := lookup{Lookup: found, name: fmt.Sprintf("lookup%d", i)}
		sort := l.Find.Sort
		if l.Find.IDDesc {
			sort = append(append([]query.SortTerm{}, sort...), query.SortTerm{Path: query.Path{Field: "id", Kind: query.Key}, Desc: true})
		}
		l.plan = query.PlanList(query.MongoDB, l.Indexes, l.Find.Where, sort)
		l.figures = query.PlanAggregate(query.MongoDB, l.Indexes, l.Find.Where)
		if l.plan.Served() || l.figures.Reason == query.ByIndex {
			l.render(t)
			list = append(list, l)
		}
	}
	return list
}

func (l *lookup) render(t *testing.T) {
	t.Helper()
	var err error
	if l.coll, err = newCollection(store.Collection{Name: l.name, Kinds: storetest.LookupKinds(), Indexes: l.Indexes}, nil); err != nil {
		t.Fatal(err)
	}
	f := withoutConstantTerms(l.Find)
	r := &renderer{k: l.coll, paged: f.After != nil}
	o := r.newOrder(f)
	r.filter(f.Where)
	after, err := o.afterPosition(f.After)
	if err != nil || r.err != nil {
		t.Fatal(err, r.err)
	}
	if l.plan.Served() && !l.index(l.plan).Unique && (o.computed || o.keyless || len(r.joins) > 0) {
		t.Errorf("a pipeline makes the order of %v, which %+v serves", l, l.plan)
	}
	l.where, l.filter, l.sort, l.behind = r.own, and([]bson.D{r.own, after}), o.sort(), f.After != nil
}

// index is the one that a plan names, as the database has it. One that is
// unique serves a list by giving at most one document.
func (l *lookup) index(p query.Plan) index {
	for _, i := range l.coll.indexes {
		if i.Index.Name == p.Index {
			return i
		}
	}
	return index{name: "_id_", keys: bson.D{{Key: memberID, Value: 1}}}
}

// TestServedListsFitTheirIndexes holds what is asked of the database against
// the index that query.Serve names: its first keys are compared with one value
// in the filter, and the others are the order.
func TestServedListsFitTheirIndexes(t *testing.T) {
	t.Parallel()
	lists := 0
	for _, l := range lookups(t, 3000) {
		if !l.plan.Served() {
			continue
		}
		lists++
		if l.Find.After != nil && asksForNoMark(l.filter) {
			t.Errorf("an absent mark is asked for as null, which is two points before MongoDB 8.0: %v\n%v", l.Lookup, l.filter)
		}
		one := equalities(l.where)
		for _, field := range l.plan.Equality {
			if !one[field] {
				t.Errorf("%s is not compared with one value: %v", field, l)
			}
		}
		keys := l.index(l.plan).keys
		for len(keys) > 0 && one[keys[0].Key] && !reflect.DeepEqual(l.sort, keys) {
			keys = keys[1:]
		}
		backwards := len(l.sort) == 1 && len(keys) == 1 && l.sort[0].Key == keys[0].Key // an index of one key goes both ways
		if !reflect.DeepEqual(l.sort, keys) && !backwards && !l.index(l.plan).Unique {
			t.Errorf("the order %v is not that of the index, %v: %v\n%+v", l.sort, keys, l.Lookup, l.plan)
		}
	}
	if lists < 500 {
		t.Errorf("only %d lists of 3,000 are served", lists)
	}
}

// TestServedFiguresFitTheirIndexes: the filter bounds the first key of the index
// that query.PlanAggregate names and, if the index is partial, lies within it.
func TestServedFiguresFitTheirIndexes(t *testing.T) {
	t.Parallel()
	figures, partial := 0, 0
	for _, l := range lookups(t, 3000) {
		if l.figures.Reason != query.ByIndex {
			continue
		}
		figures++
		i := l.index(l.figures)
		compared := setMembers(l.where)
		first := i.keys[0].Key
		if strings.HasPrefix(first, memberUnset+".") {
			first = i.keys[1].Key
		}
		if !compared[first] {
			t.Errorf("%s is not compared: %v\n%+v", first, l.where, l.figures)
		}
		for _, e := range i.partial {
			partial++
			if !compared[e.Key] {
				t.Errorf("the partial index %s may lack matches of %v: %+v", i.Index.Name, l.where, l.figures)
			}
		}
	}
	if figures < 400 || partial < 50 {
		t.Errorf("only %d figures of 3,000 are served, with %d conditions of partial indexes", figures, partial)
	}
}

// setMembers are the members that a filter compares with a value for every match.
func setMembers(filter bson.D) map[string]bool {
	out := map[string]bool{}
	for _, e := range filter {
		if parts, ok := e.Value.(bson.A); ok && e.Key == "$and" {
			for _, part := range parts {
				maps.Copy(out, setMembers(part.(bson.D)))
			}
		}
		condition, ok := e.Value.(bson.D)
		if ok && condition[0].Key != "$ne" || !ok && e.Value != nil {
			out[e.Key] = true
		}
	}
	return out
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
			if reflect.DeepEqual(v, one("$exists", false)) {
				out[e.Key] = true
			}
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
