package mongo

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

var (
	testName   = query.Path{Field: "name", Kind: query.Text, SortKey: true}
	testCode   = query.Path{Field: "code", Kind: query.Text}
	testNote   = query.Path{Field: "note", Kind: query.Text}
	testStage  = query.Path{Field: "stage", Kind: query.Key}
	testScore  = query.Path{Field: "score", Kind: query.Number}
	testAmount = query.Path{Field: "amount", Kind: query.Decimal}
	testAt     = query.Path{Field: "at", Kind: query.Instant}
	testTags   = query.Path{Field: "tags", Kind: query.Keys}
	testFar    = query.Path{Field: "score", Kind: query.Number, Through: "account", Via: "account"}
)

// testRenderer knows a collection with an index of each sort.
func testRenderer(t *testing.T) *renderer {
	t.Helper()
	def := store.Collection{Name: "deal", Searchable: true,
		Kinds: map[string]query.Kind{"name": query.Text, "code": query.Text, "note": query.Text, "stage": query.Key, "score": query.Number,
			"amount": query.Decimal, "at": query.Instant, "tags": query.Keys, "account": query.Key},
		Indexes: []store.Index{
			{Name: "name", Keys: []store.IndexKey{{Path: testName}}},
			{Name: "code", Keys: []store.IndexKey{{Path: testCode, Folded: true}}},
			{Name: "stage", Keys: []store.IndexKey{{Path: testStage}, {Path: testAt, Desc: true}}},
		}}
	deal, err := newCollection(def, nil)
	if err != nil {
		t.Fatal(err)
	}
	account, err := newCollection(store.Collection{Name: "account", Kinds: map[string]query.Kind{"score": query.Number}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	k := &catalog{}
	k.put(deal, account)
	return &renderer{k: deal, catalog: k}
}

func compare(p query.Path, op query.Op, v any) query.Cmp { return query.Cmp{Path: p, Op: op, Value: v} }

// TestFilter shows how conditions are written, so that an index can serve them.
func TestFilter(t *testing.T) {
	t.Parallel()
	word := func(text string) query.Word { return query.Words(text)[0] }
	for _, c := range []struct {
		where query.Expr
		want  string
	}{
		{nil, `{}`},
		{query.All{query.All{}, nil}, `{}`},
		{query.Any{}, `{"_id":{"$in":[]}}`},
		{query.Not{X: query.All{}}, `{"_id":{"$in":[]}}`},
		{compare(testScore, query.Gt, 2.5), `{"score":{"$gt":2.5}}`},
		{compare(testScore, query.Eq, "2.5"), `{"_id":{"$in":[]}}`},
		{compare(testScore, query.Ne, "2.5"), `{}`},
		{compare(testScore, query.Empty, nil), `{"score":null}`},
		{compare(testStage, query.Eq, "won"), `{"stage":"won","_unset.stage":null}`},
		{compare(testStage, query.Empty, nil), `{"stage":null,"_unset.stage":true}`},
		{compare(testStage, query.Ne, "won"), `{"stage":{"$ne":"won"}}`},
		{compare(testStage, query.In, []any{"won", 1.0, "new"}), `{"stage":{"$in":["won","new"]},"_unset.stage":{"$eq":null}}`},
		{compare(testTags, query.Eq, "vip"), `{"tags":"vip"}`},
		{compare(testAmount, query.Between, []any{"10000000000000125000", "10000000000000130000"}), `{"amount":{"$gte":{"$numberDecimal":"12.5"},"$lte":{"$numberDecimal":"13"}}}`},
		{compare(testAt, query.Lt, "2026-01-31T10:00:00.000Z"), `{"at":{"$lt":{"$date":"2026-01-31T10:00:00Z"}}}`},
		{compare(testName, query.Eq, "李"), `{"name":"李","_unset.name":null,"_sort.name":"` + query.SortKey("李") + `"}`},
		{compare(testCode, query.Starts, "a1"), `{"_fold.code":{"$gte":"a1","$lt":"a2"},"_unset.code":{"$eq":null}}`},
		{compare(testCode, query.Starts, "\uD7FF"), "{\"_fold.code\":{\"$gte\":\"\uD7FF\",\"$lt\":\"\uE000\"},\"_unset.code\":{\"$eq\":null}}"},
		{compare(testNote, query.Starts, "a."), `{"$or":[{"_fold.note":{"$regex":"^a\\."}},{"_fold.note":{"$eq":null},"note":{"$regex":"^a\\."}}]}`},
		{compare(testName, query.Match, word("浦东")), `{"_words":"name 浦东"}`},
		{compare(testName, query.Match, word("ba")), `{"_words":{"$elemMatch":{"$gte":"name ba","$lt":"name bb"}}}`},
		{compare(testCode, query.Match, word("浦东发")), `{"$and":[{"_words":"code 浦东"},{"_words":"code 东发"},{"_fold.code":{"$regex":"浦东发"}}]}`},
		{compare(testFar, query.Gt, 1.0), `{"_join0":{"$ne":[]}}`},
	} {
		r := testRenderer(t)
		got, err := bson.MarshalExtJSON(r.match(c.where), false, false)
		if err != nil || r.err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s, %v, %v\nwant %s", query.AppendCanonical(nil, c.where), got, err, r.err, c.want)
		}
	}
}

// TestFilterBehindAPosition: an equality is one point of the index, so that the
// parts of a position are stretches of it.
func TestFilterBehindAPosition(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	r.paged = true
	got, err := bson.MarshalExtJSON(r.match(compare(testStage, query.Eq, "won")), false, false)
	if want := `{"stage":"won","_unset.stage":{"$exists":false}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

// TestPosition: each part of the condition is a stretch of the index.
func TestPosition(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	f := store.Find{Sort: []query.SortTerm{{Path: testStage}, {Path: testAt, Desc: true}}, After: &store.Position{Values: []any{"won", nil}, ID: "x"}}
	o := r.newOrder(f)
	after, err := o.afterPosition(f.After)
	if err != nil || o.computed {
		t.Fatal(err, o.computed)
	}
	for _, c := range []struct {
		got  bson.D
		want string
	}{
		{o.sort(), `{"_unset.stage":1,"stage":1,"at":-1,"_id":1}`},
		{after, `{"$or":[{"stage":{"$gt":"won"},"_unset.stage":{"$exists":false}},{"_unset.stage":{"$eq":true}},` +
			`{"$and":[{"stage":{"$eq":"won"},"_unset.stage":{"$exists":false}},{"at":{"$eq":null}},{"_id":{"$gt":"x"}}]}]}`},
	} {
		if got, err := bson.MarshalExtJSON(c.got, false, false); err != nil || string(got) != c.want {
			t.Errorf("got %s, %v\nwant %s", got, err, c.want)
		}
	}
}

func TestRefusedFields(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"$where", "_id", "_words", "a.b", "", "a\x00b", "a$b"} {
		r := testRenderer(t)
		r.match(compare(query.Path{Field: field, Kind: query.Key}, query.Eq, "x"))
		if r.err == nil {
			t.Errorf("a field called %q was taken", field)
		}
	}
}

// allowedOperators are all that this package ever writes (S-13).
var allowedOperators = strings.Fields(`$and $or $nor $not $eq $ne $lt $lte $gt $gte $in $regex $elemMatch $expr $literal $cond $let $arrayElemAt
	$exists $ifNull $isArray $isNumber $type $size $setIntersection $indexOfBytes $anyElementTrue $map $match $lookup $project`)

var plainPath = regexp.MustCompile(`^(_id|[A-Za-z][A-Za-z0-9_]*|_(sort|fold|unset)\.[A-Za-z][A-Za-z0-9_]*|_words|_join[0-9]+|vars|far|in|input|as|word|from|localField|foreignField|pipeline)$`)

// FuzzFilter: whatever the values of a condition are, only allowed operators
// and known paths come out, and no text of the caller stands where the database
// would read a path.
func FuzzFilter(f *testing.F) {
	f.Add("$where", int64(1))
	f.Add("$$ROOT", int64(2))
	f.Add(`{"$gt":""}`, int64(3))
	f.Add("a\x00b", int64(4))
	f.Add(strings.Repeat("(", 20000), int64(5))
	f.Fuzz(func(t *testing.T, text string, seed int64) {
		r := testRenderer(t)
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		where := fuzzed(random, text, 3)
		rendered := bson.A{r.match(where), bson.D{{Key: "$expr", Value: r.condition(where)}}}
		rendered = append(rendered, r.lookups()...)
		if r.err != nil {
			t.Fatal(r.err)
		}
		if _, err := bson.Marshal(bson.D{{Key: "a", Value: rendered}}); err != nil {
			t.Fatal(err)
		}
		inspect(t, rendered, false)
	})
}

// fuzzed is a random condition about a text of the caller.
func fuzzed(r *rand.Rand, text string, depth int) query.Expr {
	if depth == 0 || r.IntN(3) == 0 {
		p := []query.Path{testName, testCode, testNote, testStage, testTags, testFar, testAmount, testAt}[r.IntN(8)]
		op := []query.Op{query.Eq, query.Ne, query.Lt, query.Ge, query.In, query.Between, query.Contains, query.Starts, query.Match}[r.IntN(9)]
		textual := p.Kind == query.Text
		switch {
		case op == query.In || op == query.Between:
			return compare(p, op, []any{text, text})
		case op == query.Match && textual:
			return compare(p, op, query.Word{Text: text, Terms: []query.Term{{Token: text}, {Token: text, Prefix: true}}, CompareText: true})
		case op == query.Match, (op == query.Contains || op == query.Starts) && !textual:
			return compare(p, query.Eq, text)
		}
		return compare(p, op, text)
	}
	parts := []query.Expr{fuzzed(r, text, depth-1), fuzzed(r, text, depth-1)}
	switch r.IntN(3) {
	case 0:
		return query.All(parts)
	case 1:
		return query.Any(parts)
	}
	return query.Not{X: parts[0]}
}

// inspect walks what was rendered; expression tells that texts are read as
// paths when they begin with $.
func inspect(t *testing.T, v any, expression bool) {
	switch v := v.(type) {
	case bson.D:
		for _, e := range v {
			switch {
			case strings.HasPrefix(e.Key, "$"):
				if !slices.Contains(allowedOperators, e.Key) {
					t.Fatalf("operator %q", e.Key)
				}
			case !plainPath.MatchString(e.Key):
				t.Fatalf("path %q", e.Key)
			}
			if e.Key != "$literal" {
				inspect(t, e.Value, expression || e.Key == "$expr")
			}
		}
	case bson.A:
		for _, part := range v {
			inspect(t, part, expression)
		}
	case []any:
		inspect(t, bson.A(v), expression)
	case string:
		path := strings.TrimLeft(v, "$")
		path = strings.TrimPrefix(strings.TrimPrefix(path, "word"), "far.")
		if expression && strings.HasPrefix(v, "$") && path != "" && !plainPath.MatchString(path) {
			t.Fatalf("%q is read as a path", v)
		}
	case nil, float64, int, int64, bool, primitive.Decimal128, primitive.DateTime:
	default:
		t.Fatalf("a value of type %T", v)
	}
}
