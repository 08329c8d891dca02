package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func cmp(p query.Path, op query.Op, value any) query.Cmp {
	return query.Cmp{Path: p, Op: op, Value: value}
}

func testFilters(_ *testing.T, b *suite) {
	b.ensure()
	b.write(
		insert("account", "acc1", fields{"sector": "retail", "size": 3}), insert("account", "acc2", fields{"size": 1}),
		insert("deal", "1", fields{"stage": "new", "score": 1, "name": "Ärger ＡＢＣ", "tags": []any{"vip", "hot"}, "account": "acc1", "done": true}),
		insert("deal", "2", fields{"stage": "won", "score": 2.5, "name": "abc", "tags": []any{"cold"}, "account": "acc2", "done": false}),
		insert("deal", "3", fields{"amount": "10000000000000000000", "account": "gone", "place": fields{"lat": 1}}),
	)
	scoped, visible := sector, score
	scoped.Scope = cmp(query.Path{Field: "size", Kind: query.Number}, query.Gt, 5.0)
	visible.Visible = cmp(stage, query.Eq, "new")
	for _, test := range []struct {
		what  string
		where query.Expr
		want  []string
	}{
		{"all", nil, []string{"1", "2", "3"}},
		{"an empty all", query.All{}, []string{"1", "2", "3"}},
		{"an empty any", query.Any{}, []string{}},
		{"equal", cmp(stage, query.Eq, "won"), []string{"2"}},
		{"unequal holds where unset", cmp(stage, query.Ne, "won"), []string{"1", "3"}},
		{"not holds where unset", query.Not{X: cmp(score, query.Gt, 1.0)}, []string{"1", "3"}},
		{"not of an any", query.Not{X: query.Any{cmp(score, query.Gt, 1.0), cmp(stage, query.Eq, "new")}}, []string{"3"}},
		{"less", cmp(score, query.Lt, 2.5), []string{"1"}},
		{"between includes both", cmp(score, query.Between, []any{1.0, 2.5}), []string{"1", "2"}},
		{"in", cmp(stage, query.In, []any{"won", "lost"}), []string{"2"}},
		{"in nothing", cmp(stage, query.In, []any{}), []string{}},
		{"in many", cmp(stage, query.In, []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "new"}), []string{"1"}},
		{"boolean", cmp(done, query.Eq, false), []string{"2"}},
		{"empty", cmp(place, query.Empty, nil), []string{"1", "2"}},
		{"present", cmp(place, query.Present, nil), []string{"3"}},
		{"contains, folded", cmp(name, query.Contains, query.Fold("ＡＢc")), []string{"1", "2"}},
		{"starts, folded", cmp(name, query.Starts, query.Fold("ÄR")), []string{"1"}},
		{"a key of a list", cmp(tags, query.Eq, "hot"), []string{"1"}},
		{"no such key in the list", cmp(tags, query.Ne, "hot"), []string{"2", "3"}},
		{"any of a list", cmp(tags, query.In, []any{"hot", "cold"}), []string{"1", "2"}},
		{"decimal", cmp(amount, query.Ge, "10000000000000000000"), []string{"3"}},
		{"by id", cmp(idPath, query.In, []any{"3", "1", "x"}), []string{"1", "3"}},
		{"by beginning of id", cmp(idPath, query.Starts, "2"), []string{"2"}},
		{"across a reference", cmp(sector, query.Eq, "retail"), []string{"1"}},
		{"across a reference, unequal", cmp(sector, query.Ne, "retail"), []string{"2", "3"}},
		{"across, out of scope", cmp(scoped, query.Eq, "retail"), []string{}},
		{"across, out of scope is unset", cmp(scoped, query.Empty, nil), []string{"1", "2", "3"}},
		{"where not visible it is unset", cmp(visible, query.Present, nil), []string{"1"}},
		{"where not visible, unequal", cmp(visible, query.Ne, 1.0), []string{"2", "3"}},
		{"a value with quotes", cmp(name, query.Eq, `'"; DROP TABLE deal; --`), []string{}},
	} {
		b.same(test.what, b.find("deal", store.Find{Where: test.where}), test.want)
	}
	if _, err := b.s.Find(b.ctx, "deal", store.Find{Where: cmp(query.Path{Field: `x') OR 1=1 --`, Kind: query.Text}, query.Eq, "x"), Limit: 1}); err == nil {
		b.t.Error("a field name that is none was taken")
	}
}

// testOtherTypes: a value of a field's former type is never equal to a value of
// the new type, nor less or greater.
func testOtherTypes(_ *testing.T, b *suite) {
	b.ensure()
	b.write(
		insert("deal", "number", fields{"score": 5, "code": 5, "name": 5, "day": 5}),
		insert("deal", "text", fields{"score": "5", "code": "5", "name": "5", "day": "2026-01-31"}),
	)
	for _, test := range []struct {
		path  query.Path
		value any
		want  string
	}{{score, 5.0, "number"}, {code, "5", "text"}, {name, "5", "text"}, {day, "2026-01-31", "text"}} {
		for _, op := range []query.Op{query.Eq, query.Le, query.Ge} {
			b.same(test.path.Field+" "+string(op), b.find("deal", store.Find{Where: cmp(test.path, op, test.value)}), []string{test.want})
		}
		b.same(test.path.Field+" in", b.find("deal", store.Find{Where: cmp(test.path, query.In, []any{test.value})}), []string{test.want})
		other := map[string]string{"number": "text", "text": "number"}[test.want]
		b.same(test.path.Field+" !=", b.find("deal", store.Find{Where: cmp(test.path, query.Ne, test.value)}), []string{other})
	}
	b.same("less", b.find("deal", store.Find{Where: cmp(day, query.Lt, "2027-01-01")}), []string{"text"})
	b.same("more", b.find("deal", store.Find{Where: cmp(score, query.Gt, 4.0)}), []string{"number"})
	for _, p := range []query.Path{code, name} {
		b.same(p.Field+" contains", b.find("deal", store.Find{Where: cmp(p, query.Contains, "5")}), []string{"text"})
		b.same(p.Field+" starts", b.find("deal", store.Find{Where: cmp(p, query.Starts, "5")}), []string{"text"})
	}
}

// testFiltersProperty compares random filters with query.Matches (S-13, R-30).
func testFiltersProperty(_ *testing.T, b *suite) {
	b.ensure()
	r := rand.New(rand.NewPCG(7, 11))
	docs := b.fill(r, 120)
	accounts := map[string]map[string]any{}
	for id, f := range map[string]fields{"acc1": {"sector": "retail", "score": 1, "tags": []any{"vip"}}, "acc2": {"sector": "tech"}, "acc3": {"score": 5}} {
		op := insert("account", id, f)
		b.write(op)
		accounts[id] = decode(b.t, op.Doc.Body)
	}
	get := func(collection, id string) map[string]any {
		if collection != "account" {
			return nil
		}
		return accounts[id]
	}
	for range 250 {
		f := store.Find{Where: randomExpr(r, 3)}
		var want []string
		for _, d := range wantedOrder(f, docs, get) {
			want = append(want, d["id"].(string))
		}
		got := b.find("deal", f)
		if !slices.Equal(got, want) {
			b.t.Fatalf("%#v: got %v, want %v", f.Where, got, want)
		}
		n, err := b.s.Count(b.ctx, "deal", f.Where, 0)
		b.must(err)
		if int(n) != len(want) {
			b.t.Fatalf("count of %#v: got %d, want %d", f.Where, n, len(want))
		}
	}
}

func randomExpr(r *rand.Rand, depth int) query.Expr {
	if depth == 0 || r.IntN(3) == 0 {
		return randomCmp(r, depth)
	}
	parts := make([]query.Expr, r.IntN(4))
	for i := range parts {
		parts[i] = randomExpr(r, depth-1)
	}
	switch r.IntN(3) {
	case 0:
		return query.All(parts)
	case 1:
		return query.Any(parts)
	}
	return query.Not{X: randomExpr(r, depth-1)}
}

// values by kind, some of which documents hold.
var values = map[query.Kind][]any{
	query.Text:    {"张三", "item 9", "Item 10", "", "a", "ß", "it's"},
	query.Number:  {0.0, -1.0, 2.5, 1e15, 7.0, 1.0},
	query.Decimal: {"10000000000000125000", "09999999999999990000", "10000000000000000001"},
	query.Date:    {"2026-01-31", "2025-12-29", "2026-01-01"},
	query.Instant: {"2026-01-31T10:00:00.000Z", "2026-01-01T00:00:00.000Z"},
	query.Bool:    {true, false},
	query.Key:     {"new", "won", "acc1", "retail", "zzz"},
	query.Keys:    {"vip", "hot", "none"},
}

func randomCmp(r *rand.Rand, depth int) query.Cmp {
	farTags := query.Path{Field: "tags", Kind: query.Keys, Through: "account", Via: "account"}
	farScore := query.Path{Field: "score", Kind: query.Number, Through: "account", Via: "account"}
	paths := []query.Path{name, code, score, amount, day, at, done, stage, tags, account, sector, farTags, farScore, place}
	p := paths[r.IntN(len(paths))]
	if r.IntN(6) == 0 && depth > 0 {
		p.Visible = randomExpr(r, depth-1)
	}
	if p.Through != "" && r.IntN(3) == 0 {
		p.Scope = cmp(query.Path{Field: "score", Kind: query.Number}, query.Lt, 3.0)
	}
	ops := []query.Op{query.Empty, query.Present}
	switch p.Kind {
	case query.Object:
	case query.Keys:
		ops = append(ops, query.Eq, query.Ne, query.In)
	case query.Bool:
		ops = append(ops, query.Eq, query.Ne)
	case query.Text:
		ops = append(ops, query.Eq, query.Ne, query.In, query.Contains, query.Starts, query.Lt, query.Ge)
	default:
		ops = append(ops, query.Eq, query.Ne, query.In, query.Lt, query.Le, query.Gt, query.Ge, query.Between)
	}
	op := ops[r.IntN(len(ops))]
	return cmp(p, op, randomValue(r, p.Kind, op))
}

func randomValue(r *rand.Rand, kind query.Kind, op query.Op) any {
	one := func() any { return values[kind][r.IntN(len(values[kind]))] }
	switch op {
	case query.Empty, query.Present:
		return nil
	case query.In:
		list := make([]any, r.IntN(12))
		for i := range list {
			list[i] = one()
		}
		return list
	case query.Between:
		return []any{one(), one()}
	case query.Contains, query.Starts:
		return query.Fold(fmt.Sprint(one()))
	}
	return one()
}

func testCounts(_ *testing.T, b *suite) {
	b.ensure()
	var ops []store.Op
	for i := range 20 {
		ops = append(ops, insert("deal", fmt.Sprintf("d%02d", i), fields{"stage": []string{"new", "won"}[i%2]}))
	}
	b.write(ops...)
	count := func(where query.Expr, limit int) int64 {
		n, err := b.s.Count(b.ctx, "deal", where, limit)
		b.must(err)
		return n
	}
	won := cmp(stage, query.Eq, "won")
	for range 2 { // also when the store has counted before
		b.same("all", count(nil, 0), 20)
		b.same("capped", count(nil, 7), 7)
		b.same("a cap that is not reached", count(nil, 100), 20)
		b.same("where", count(won, 0), 10)
		b.same("where, capped", count(won, 3), 3)
		b.same("of a key that is not there", count(cmp(stage, query.Eq, "none"), 0), 0)
	}
	b.write(remove("deal", "d01", 0), replace("deal", "d00", 1, fields{"stage": "won"}), replace("deal", "d02", 1, nil))
	b.same("after writes", count(won, 0), 10)
	b.same("all after writes", count(nil, 0), 19)
	b.same("unset after writes", count(cmp(stage, query.Empty, nil), 0), 1)
}
