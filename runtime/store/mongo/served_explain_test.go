package mongo

import (
	"slices"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo/mongotest"
	"weft/runtime/store/storetest"

	"go.mongodb.org/mongo-driver/bson"
)

// TestServedListsByExplain asks a mongod how it runs such lists and figures: it
// reads no whole collection, and sorts only what it prefers to find by a list of
// values, a range or unset. Told to take the index that query.Serve names it
// sorts nothing, and can begin at a position instead of before it.
func TestServedListsByExplain(t *testing.T) {
	t.Parallel()
	if !mongotest.Real(t) {
		t.Skip("explain says what a mongod does; the test server plans otherwise")
	}
	s, err := Open(t.Context(), mongotest.URI(t), Options{UnresponsiveTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // nothing to save
	for _, l := range lookups(t, 200) {
		fillLookup(t, s, l)
		if l.figures.Served() {
			l.checkFigures(t, s)
		}
		if l.plan.Served() {
			l.checkFree(t, s)
			l.checkHinted(t, s)
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

func (l *lookup) checkFigures(t *testing.T, s *Store) {
	t.Helper()
	won, _ := explained(t, s, bson.D{{Key: "find", Value: l.name}, {Key: "filter", Value: l.where}})
	if l.figures.Index != "" && won.stages["COLLSCAN"] {
		t.Errorf("a collection scan for figures of %v\n%+v", l.Lookup, l.figures)
	}
}

// command is the list as findPlain asks for it.
func (l *lookup) command(more ...bson.E) bson.D {
	return append(bson.D{{Key: "find", Value: l.name}, {Key: "filter", Value: l.filter}, {Key: "sort", Value: l.sort}, {Key: "limit", Value: l.Find.Limit}}, more...)
}

// checkFree lets the database choose.
func (l *lookup) checkFree(t *testing.T, s *Store) {
	t.Helper()
	won, _ := explained(t, s, l.command())
	index := l.index(l.plan)
	if won.stages["COLLSCAN"] {
		t.Errorf("a collection scan of %v\n%+v", l.Lookup, l.plan)
	}
	if won.stages["SORT"] && won.names[index.name] && !index.Unique {
		t.Errorf("a sort of what the index orders: %v\n%+v", l.Lookup, l.plan)
	}
}

// checkHinted names the index. Behind a position the planner may try to walk
// there from the beginning, too; which plan wins is for its trial to say.
func (l *lookup) checkHinted(t *testing.T, s *Store) {
	t.Helper()
	index := l.index(l.plan)
	if index.Unique { // one document; where it is partial or sparse a hint asks for no less
		return
	}
	won, lost := explained(t, s, l.command(bson.E{Key: "hint", Value: index.name}))
	if won.stages["SORT"] || won.stages["COLLSCAN"] {
		t.Errorf("the index does not give the order: %v\n%+v", l.Lookup, l.plan)
	}
	if l.behind && !slices.ContainsFunc(append(lost, won), func(w way) bool { return !w.stages["SORT"] && w.begins(l.sort) }) {
		t.Errorf("no way begins at the position: %v\n%+v", l.Lookup, l.plan)
	}
}

// way is a plan of the database: its stages, the indexes it uses (by their names
// in the database), and the bounds of each scan of an index.
type way struct {
	stages, names map[string]bool
	bounds        []bson.M
}

// begins tells whether each scan is bounded by a member of the order.
func (w way) begins(sort bson.D) bool {
	for _, bounds := range w.bounds {
		if !slices.ContainsFunc(sort, func(e bson.E) bool { return isBounded(bounds[e.Key]) }) {
			return false
		}
	}
	return true
}

// isBounded tells whether intervals leave something of a key out.
func isBounded(v any) bool {
	intervals, ok := v.(bson.A)
	whole := func(i any) bool { return i == "[MinKey, MaxKey]" || i == "[MaxKey, MinKey]" }
	return ok && !slices.ContainsFunc(intervals, whole)
}

// explained gives the way that the database would take, and those that it
// would not.
func explained(t *testing.T, s *Store, find bson.D) (won way, lost []way) {
	t.Helper()
	var answer struct {
		QueryPlanner bson.M `bson:"queryPlanner"`
	}
	err := s.db.RunCommand(t.Context(), bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&answer)
	if err != nil {
		t.Fatal(err)
	}
	won = wayOf(answer.QueryPlanner["winningPlan"])
	rejected, _ := answer.QueryPlanner["rejectedPlans"].(bson.A)
	for _, plan := range rejected {
		lost = append(lost, wayOf(plan))
	}
	return won, lost
}

func wayOf(plan any) way {
	w := way{stages: map[string]bool{}, names: map[string]bool{}}
	w.walk(plan)
	return w
}

func (w *way) walk(v any) {
	switch v := v.(type) {
	case bson.M:
		if stage, ok := v["stage"].(string); ok {
			w.stages[stage] = true
		}
		if name, ok := v["indexName"].(string); ok {
			w.names[name] = true
		}
		if bounds, ok := v["indexBounds"].(bson.M); ok {
			w.bounds = append(w.bounds, bounds)
		}
		for key, part := range v {
			if key != "rejectedPlans" { // of a shard
				w.walk(part)
			}
		}
	case bson.A:
		for _, part := range v {
			w.walk(part)
		}
	}
}
