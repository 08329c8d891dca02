package mongo

import (
	"slices"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
)

// TestJoinsComeLate: a page joins no more documents than it takes, unless what
// it is ordered by lies across the reference.
func TestJoinsComeLate(t *testing.T) {
	t.Parallel()
	seen := testScore
	seen.Visible = compare(testFar, query.Gt, 1.0)
	for _, c := range []struct {
		what string
		sort query.Path
		want []string
	}{
		{"kept order", testStage, []string{"$match", "$match", "$sort", "$lookup", "$match"}},
		{"computed order", testScore, []string{"$match", "$set", "$set", "$match", "$sort", "$lookup", "$match"}},
		{"order seen by the same join", seen, []string{"$match", "$lookup", "$match", "$set", "$set", "$match", "$sort"}},
		{"order across", testFar, []string{"$match", "$lookup", "$lookup", "$match", "$set", "$set", "$match", "$sort"}},
	} {
		r := testRenderer(t)
		f := store.Find{Where: query.All{compare(testStage, query.Eq, "won"), compare(testFar, query.Gt, 1.0)}, Sort: []query.SortTerm{{Path: c.sort}}}
		o := r.newOrder(f)
		r.filter(f.Where)
		stages, err := r.sortedStages(o, nil)
		var names []string
		for _, s := range stages {
			names = append(names, s.(bson.D)[0].Key)
		}
		if err != nil || !slices.Equal(names, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.what, names, err, c.want)
		}
	}
}

// TestFixedTermsOrderNothing: a term of which all matches have one value is not
// asked for, since an index may have it the other way round; behind a position
// of another value it is.
func TestFixedTermsOrderNothing(t *testing.T) {
	t.Parallel()
	won := query.All{compare(testStage, query.Eq, "won")}
	visible := testStage
	visible.Visible = compare(testScore, query.Gt, 1.0)
	for _, c := range []struct {
		what  string
		where query.Expr
		path  query.Path
		after any
		left  int
	}{
		{"fixed", won, testStage, nil, 1},
		{"fixed, behind its value", won, testStage, "won", 1},
		{"fixed, behind another value", won, testStage, "lost", 2},
		{"a fixed text, behind its sort key", query.All{compare(testName, query.Eq, "李")}, testName, query.SortKey("李"), 1},
		{"seen on some rows", won, visible, nil, 2},
		{"perhaps", query.Any{won, compare(testScore, query.Gt, 1.0)}, testStage, nil, 2},
		{"across a reference", query.All{compare(testFar, query.Eq, 1.0)}, testFar, nil, 2},
	} {
		f := store.Find{Where: c.where, Sort: []query.SortTerm{{Path: c.path}, {Path: testAt, Desc: true}}}
		if c.after != nil {
			f.After = &store.Position{ID: "x", Values: []any{c.after, nil}}
		}
		got := withoutConstantTerms(f)
		if len(got.Sort) != c.left || got.After != nil && len(got.After.Values) != c.left || len(f.Sort) != 2 {
			t.Errorf("%s: sorted by %v behind %v", c.what, got.Sort, got.After)
		}
	}
}
