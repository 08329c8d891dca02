package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func group(p query.Path) query.GroupTerm { return query.GroupTerm{Name: p.Name(), Path: p} }

var figures = []query.Metric{
	{Name: "n", Func: "count"}, {Name: "sum", Func: "sum", Path: amount}, {Name: "avg", Func: "avg", Path: amount},
	{Name: "min", Func: "min", Path: amount}, {Name: "max", Func: "max", Path: amount},
	{Name: "names", Func: "count_distinct", Path: name}, {Name: "points", Func: "sum", Path: score}, {Name: "mean", Func: "avg", Path: score},
}

func (b *suite) aggregate(a store.Aggregate) []store.Row {
	b.t.Helper()
	rows, err := b.s.Aggregate(b.ctx, "deal", a)
	b.must(err)
	return rows
}

func money(text string) string {
	stored, err := query.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return stored
}

func testAggregates(_ *testing.T, b *suite) {
	b.ensure()
	b.same("nothing, no groups", b.aggregate(store.Aggregate{Metrics: figures}), []store.Row{{"n": int64(0), "names": int64(0)}})
	b.same("nothing asked", b.aggregate(store.Aggregate{}), []store.Row{{}})
	b.same("nothing, groups", b.aggregate(store.Aggregate{Metrics: figures, Groups: []query.GroupTerm{group(stage)}}), []store.Row{})
	b.write(
		insert("account", "acc1", fields{"sector": "retail"}),
		insert("deal", "1", fields{"stage": "won", "amount": money("999999999999999.9999"), "name": "a", "score": 1, "account": "acc1", "tags": []any{"vip", "hot"}}),
		insert("deal", "2", fields{"stage": "won", "amount": money("999999999999999.9999"), "name": "a", "score": 2}),
		insert("deal", "3", fields{"stage": "new", "amount": money("-0.0001"), "name": "b", "score": 2.5, "account": "acc1", "tags": []any{"hot"}}),
		insert("deal", "4", fields{"stage": "new", "amount": money("0.0002"), "name": "B"}),
		insert("deal", "5", fields{"amount": money("-5")}),
	)
	rows := b.aggregate(store.Aggregate{Metrics: figures, Groups: []query.GroupTerm{group(stage)}})
	b.same("by stage", rows, []store.Row{
		{"stage": "new", "n": int64(2), "sum": money("0.0001"), "avg": money("0.0001"), "min": money("-0.0001"), "max": money("0.0002"), "names": int64(2), "points": 2.5, "mean": 2.5},
		{"stage": "won", "n": int64(2), "sum": "29999999999999999998", "avg": money("999999999999999.9999"), "min": money("999999999999999.9999"), "max": money("999999999999999.9999"), "names": int64(1), "points": 3.0, "mean": 1.5},
		{"n": int64(1), "sum": money("-5"), "avg": money("-5"), "min": money("-5"), "max": money("-5"), "names": int64(0)},
	})
	b.same("a great sum on the wire", query.FormatDecimal(rows[1]["sum"].(string)), "1999999999999999.9998")
	b.same("nothing asked of many", b.aggregate(store.Aggregate{Where: cmp(stage, query.Present, nil)}), []store.Row{{}})
	count := []query.Metric{{Name: "n", Func: "count"}}
	b.same("by sector", b.aggregate(store.Aggregate{Metrics: count, Groups: []query.GroupTerm{group(sector)}}),
		[]store.Row{{"account.sector": "retail", "n": int64(2)}, {"n": int64(3)}})
	b.same("by tag", b.aggregate(store.Aggregate{Metrics: count, Groups: []query.GroupTerm{group(tags)}}),
		[]store.Row{{"tags": "hot", "n": int64(2)}, {"tags": "vip", "n": int64(1)}, {"n": int64(3)}})
	seen := tags
	seen.Visible = cmp(stage, query.Eq, "won")
	b.same("by tag where visible", b.aggregate(store.Aggregate{Metrics: count, Groups: []query.GroupTerm{group(seen), group(stage)}, Sort: []store.RowSort{{Name: "stage"}}}),
		[]store.Row{{"stage": "new", "n": int64(2)}, {"tags": "hot", "stage": "won", "n": int64(1)}, {"tags": "vip", "stage": "won", "n": int64(1)}, {"stage": "won", "n": int64(1)}, {"n": int64(1)}})
	b.same("greatest first", b.aggregate(store.Aggregate{Metrics: count, Groups: []query.GroupTerm{group(stage)}, Limit: 2,
		Sort: []store.RowSort{{Name: "n", Desc: true}, {Name: "stage", Desc: true}}}),
		[]store.Row{{"stage": "won", "n": int64(2)}, {"stage": "new", "n": int64(2)}})
	hidden := stage
	hidden.Visible = cmp(score, query.Present, nil)
	b.same("where visible", b.aggregate(store.Aggregate{Metrics: count, Groups: []query.GroupTerm{group(hidden)}}),
		[]store.Row{{"stage": "new", "n": int64(1)}, {"stage": "won", "n": int64(2)}, {"n": int64(2)}})
	b.same("where", b.aggregate(store.Aggregate{Where: cmp(stage, query.Eq, "new"), Metrics: count}), []store.Row{{"n": int64(2)}})
}

// testTextGroups sorts groups by their texts, with and without a stored sort key.
func testTextGroups(_ *testing.T, b *suite) {
	b.ensure()
	inOrder := []string{"item 2", "item 10", "99999999999999999999", "100000000000000000000", "阿", "陈", "李", "王", "张"}
	slices.SortFunc(inOrder, func(x, y string) int { return strings.Compare(query.SortKey(x), query.SortKey(y)) })
	for i := range inOrder {
		text := inOrder[(i*4)%len(inOrder)]
		b.write(insert("deal", fmt.Sprint(i), fields{"name": text, "code": text, "account": text}),
			insert("account", text, fields{"code": text}))
	}
	b.write(insert("deal", "unset", nil))
	far := query.Path{Field: "code", Kind: query.Text, Through: "account", Via: "account"}
	for _, p := range []query.Path{name, code, far} {
		for _, desc := range []bool{false, true} {
			var got []any
			for _, row := range b.aggregate(store.Aggregate{Groups: []query.GroupTerm{group(p)}, Sort: []store.RowSort{{Name: p.Name(), Desc: desc}}}) {
				got = append(got, row[p.Name()])
			}
			var want []any
			for i := range inOrder {
				if desc {
					i = len(inOrder) - 1 - i
				}
				want = append(want, inOrder[i])
			}
			b.same(p.Name(), got, append(want, nil))
		}
	}
}

// testSumsOfDoubles: sums and averages of doubles have 15 significant digits, in
// rows and in their order. // V13
func testSumsOfDoubles(_ *testing.T, b *suite) {
	b.ensure()
	var ops []store.Op
	for i, c := range []struct {
		stage string
		score float64
	}{
		{"won", 0.1}, {"won", 0.2}, {"lost", 0.3}, {"big", 9007199254740991},
		{"small", 1e-300}, {"small", 2e-300}, {"huge", math.MaxFloat64},
	} {
		ops = append(ops, insert("deal", fmt.Sprint(i), fields{"stage": c.stage, "score": c.score}))
	}
	b.write(ops...)
	metrics := []query.Metric{{Name: "sum", Func: "sum", Path: score}, {Name: "avg", Func: "avg", Path: score}, {Name: "max", Func: "max", Path: score}}
	sums := map[string][]any{}
	for _, row := range b.aggregate(store.Aggregate{Metrics: metrics, Groups: []query.GroupTerm{group(stage)}}) {
		sums[row["stage"].(string)] = []any{row["sum"], row["avg"], row["max"]}
	}
	b.same("won", sums["won"], []any{0.3, 0.15, 0.2})
	b.same("lost", sums["lost"], []any{0.3, 0.3, 0.3})
	b.same("big", sums["big"], []any{9.00719925474099e15, 9.00719925474099e15, 9007199254740991.0})
	b.same("small", sums["small"], []any{3e-300, 1.5e-300, 2e-300})
	b.same("huge", sums["huge"], []any{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64})
	var order []any
	for _, row := range b.aggregate(store.Aggregate{Metrics: metrics[:1], Groups: []query.GroupTerm{group(stage)},
		Where: cmp(stage, query.In, []any{"won", "lost"}), Sort: []store.RowSort{{Name: "sum"}}}) {
		order = append(order, row["stage"])
	}
	b.same("equal sums in the order of their groups", order, []any{"lost", "won"})
}

// testAggregatesFollow repeats the same aggregates after every write, as a
// dashboard does, and compares them with freshly computed ones.
func testAggregatesFollow(t *testing.T, b *suite) {
	b.ensure()
	r := rand.New(rand.NewPCG(3, 5))
	docs := map[string]map[string]any{}
	whole := store.Aggregate{Groups: []query.GroupTerm{group(stage)}, Metrics: figures[:3]}
	scratch := store.Aggregate{Groups: whole.Groups, Metrics: whole.Metrics, Where: query.All{cmp(idPath, query.Present, nil)}}
	for round := range 60 {
		id := fmt.Sprintf("d%02d", r.IntN(30))
		op := insert("deal", id, randomFields(r))
		if old := docs[id]; old != nil {
			op = replace("deal", id, int64(old["rev"].(float64)), randomFields(r))
			if round%4 == 0 {
				op = remove("deal", id, 0)
			}
		}
		delete(docs, id)
		if op.Kind != store.Delete {
			docs[id] = decode(t, op.Doc.Body)
		}
		err := b.commit(op, insert("account", fmt.Sprint(round), fields{"code": fmt.Sprint(round / 5 * 5)}))
		if round%5 > 0 { // refused: the figures must not follow
			if err == nil {
				t.Fatal("a code twice was taken")
			}
			b.write(op)
		}
		b.same(fmt.Sprint("round ", round), b.aggregate(whole), b.aggregate(scratch))
		n, err := b.s.Count(b.ctx, "deal", cmp(stage, query.Eq, "won"), 0)
		b.must(err)
		b.same("count", n, len(b.find("deal", store.Find{Where: cmp(stage, query.Eq, "won")})))
	}
}

func testBuckets(_ *testing.T, b *suite) {
	b.ensure()
	b.write(
		insert("deal", "1", fields{"day": "2024-12-30", "at": "2024-12-30T15:59:59.999Z"}),
		insert("deal", "2", fields{"day": "2025-01-01", "at": "2024-12-31T16:00:00.000Z"}),
		insert("deal", "3", fields{"day": "2021-01-03", "at": "2021-01-03T20:00:00.000Z"}),
		insert("deal", "4", nil),
	)
	for _, test := range []struct {
		path     query.Path
		by, zone string
		want     []string
	}{
		{day, "day", "", []string{"2021-01-03", "2024-12-30", "2025-01-01"}},
		{day, "week", "", []string{"2020-W53", "2025-W01"}},
		{day, "month", "", []string{"2021-01", "2024-12", "2025-01"}},
		{day, "quarter", "", []string{"2021Q1", "2024Q4", "2025Q1"}},
		{day, "year", "", []string{"2021", "2024", "2025"}},
		{at, "day", "Asia/Shanghai", []string{"2021-01-04", "2024-12-30", "2025-01-01"}},
		{at, "day", "UTC", []string{"2021-01-03", "2024-12-30", "2024-12-31"}},
		{at, "week", "Asia/Shanghai", []string{"2021-W01", "2025-W01"}},
		{at, "month", "America/New_York", []string{"2021-01", "2024-12"}},
		{at, "quarter", "Asia/Shanghai", []string{"2021Q1", "2024Q4", "2025Q1"}},
		{at, "year", "Asia/Shanghai", []string{"2021", "2024", "2025"}},
	} {
		rows := b.aggregate(store.Aggregate{
			Groups:  []query.GroupTerm{{Name: "g", Path: test.path, Bucket: test.by, Zone: test.zone}},
			Metrics: []query.Metric{{Name: "n", Func: "count"}},
		})
		var got []string
		for _, row := range rows {
			if g, ok := row["g"].(string); ok {
				got = append(got, g)
			}
		}
		b.same(test.path.Field+" by "+test.by, got, test.want)
		b.same("the last group is unset", rows[len(rows)-1], store.Row{"n": int64(1)})
	}
}
