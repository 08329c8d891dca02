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
	for _, c := range []struct {
		what string
		sort query.Path
		want []string
	}{
		{"kept order", testStage, []string{"$match", "$match", "$sort", "$lookup", "$match"}},
		{"computed order", testScore, []string{"$match", "$set", "$set", "$match", "$sort", "$lookup", "$match"}},
		{"order across", testFar, []string{"$match", "$lookup", "$lookup", "$match", "$set", "$set", "$match", "$sort"}},
	} {
		r := testRenderer(t)
		f := store.Find{Where: query.All{compare(testStage, query.Eq, "won"), compare(testFar, query.Gt, 1.0)}, Sort: []query.SortTerm{{Path: c.sort}}}
		o := r.newOrder(f)
		r.filter(f.Where)
		stages, err := r.sorted(o, nil)
		var names []string
		for _, s := range stages {
			names = append(names, s.(bson.D)[0].Key)
		}
		if err != nil || !slices.Equal(names, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.what, names, err, c.want)
		}
	}
}
