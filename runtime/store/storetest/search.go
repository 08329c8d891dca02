package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

// searchWhere is the condition of a search in the field name.
func searchWhere(text string) query.All {
	var all query.All
	for _, w := range query.Words(text) {
		all = append(all, query.Cmp{Path: name, Op: query.Match, Value: w})
	}
	return all
}

// searchBothWhere is the condition of a search in name and code.
func searchBothWhere(text string) query.All {
	var all query.All
	for _, w := range query.Words(text) {
		all = append(all, query.Any{query.Cmp{Path: name, Op: query.Match, Value: w}, query.Cmp{Path: code, Op: query.Match, Value: w}})
	}
	return all
}

// search returns the ids that each text finds.
func (b *suite) search(texts ...string) string {
	b.t.Helper()
	var out []string
	for _, text := range texts {
		out = append(out, fmt.Sprint(b.find("deal", store.Find{Where: searchWhere(text)})))
	}
	return strings.Join(out, " ")
}

func testSearch(t *testing.T, b *suite) {
	b.ensure()
	b.write(
		insert("deal", "1", fields{"name": "上海浦东发展银行", "stage": "new", "score": 3}),
		insert("deal", "2", fields{"name": "浦发 Shanghai BANK", "stage": "new", "score": 1}),
		insert("deal", "3", fields{"name": "东发展浦", "stage": "won", "score": 2}),
		insert("deal", "4", fields{"name": "ＳＨＡＮＧＨＡＩ２０２６", "stage": "won"}),
		insert("deal", "5", nil),
	)
	for text, want := range map[string]string{
		"浦东": "[1]", "发展": "[1 3]", "浦": "[1 2 3]", "行": "[1]", "东发展": "[1 3]", "浦东发展": "[1]", "展银": "[1]",
		"浦发": "[2]", "shang": "[2 4]", "Bank shanghai": "[2]", "2026": "[]", "ank": "[]", "shanghai2": "[4]", "天": "[]",
	} {
		b.same("search "+text, b.search(text), want)
	}
	won := query.Cmp{Path: stage, Op: query.Eq, Value: "won"}
	b.same("and a filter", b.find("deal", store.Find{Where: query.All{won, searchWhere("浦")}}), []string{"3"})
	b.same("or a filter", b.find("deal", store.Find{Where: query.Any{won, searchWhere("浦")}}), []string{"1", "2", "3", "4"})
	b.same("not", b.find("deal", store.Find{Where: query.Not{X: searchWhere("浦")}}), []string{"4", "5"})
	b.same("in order", b.find("deal", store.Find{Where: searchWhere("浦"), Sort: []query.SortTerm{{Path: score}}}), []string{"2", "3", "1"})
	hidden := name
	hidden.Visible = won
	b.same("where visible", b.find("deal", store.Find{Where: query.Cmp{Path: hidden, Op: query.Match, Value: query.Words("浦")[0]}}), []string{"3"})
	n, err := b.s.Count(b.ctx, "deal", searchWhere("shang"), 0)
	b.must(err)
	b.same("count", n, 2)
	rows, err := b.s.Aggregate(b.ctx, "deal", store.Aggregate{Where: searchWhere("浦"),
		Groups: []query.GroupTerm{{Name: "stage", Path: stage}}, Metrics: []query.Metric{{Name: "n", Func: "count"}}})
	b.must(err)
	b.same("groups", rows, []store.Row{{"stage": "new", "n": int64(2)}, {"stage": "won", "n": int64(1)}})
}

func testSearchFollows(t *testing.T, b *suite) {
	b.ensure()
	b.write(insert("deal", "a", fields{"name": "alpha beta"}), insert("deal", "b", fields{"name": "beta"}))
	b.write(replace("deal", "a", 1, fields{"name": "gamma beta"}))
	b.same("after a change", b.search("alpha", "beta", "gamma"), "[] [a b] [a]")
	b.write(replace("deal", "a", 2, nil))
	b.same("after clearing", b.search("beta", "gamma"), "[b] []")
	b.write(remove("deal", "b", 1), insert("deal", "c", fields{"name": "beta"}), replace("deal", "c", 1, fields{"name": "delta"}),
		replace("deal", "c", 2, fields{"name": "beta again"}))
	b.same("after much in one batch", b.search("beta", "delta", "again"), "[c] [] [c]")
}

// testSearchProperty compares searches of a changing collection with query.Matches.
func testSearchProperty(t *testing.T, b *suite) {
	b.ensure()
	r := rand.New(rand.NewPCG(4, 2))
	parts := []string{"浦东", "发展", "银行", "上", "Bank", "bart", "b", "2026", "é", " ", "-", "东"}
	text := func() string {
		var s strings.Builder
		for range 1 + r.IntN(5) {
			s.WriteString(parts[r.IntN(len(parts))])
		}
		return s.String()
	}
	docs := map[string]map[string]any{}
	for round := range 12 {
		var ops []store.Op
		for i := range 40 {
			id := fmt.Sprintf("d%03d", r.IntN(90))
			old := docs[id]
			f := fields{"name": text(), "score": r.IntN(4), "at": fmt.Sprintf("2026-01-%02dT00:00:00.000Z", 1+r.IntN(28))}
			switch {
			case old == nil:
				ops = append(ops, insert("deal", id, f))
			case i%5 == 0:
				ops = append(ops, remove("deal", id, 0))
				delete(docs, id)
				continue
			default:
				ops = append(ops, replace("deal", id, int64(old["rev"].(float64)), f))
			}
			docs[id] = decode(t, ops[len(ops)-1].Doc.Body)
		}
		b.write(ops...)
		for range 8 {
			where := query.Expr(searchWhere(text()))
			if r.IntN(3) == 0 {
				where = query.All{where, query.Cmp{Path: score, Op: query.Lt, Value: 2.0}}
			}
			f := store.Find{Where: where, Limit: 1 + r.IntN(20), Sort: []query.SortTerm{{Path: at, Desc: r.IntN(2) == 0}}}
			b.pagesAgree(fmt.Sprintf("round %d, %+v", round, where), f, docs)
		}
	}
}

// testSearchCommon searches words that most documents contain, in every order,
// while documents change: adapters choose other plans for them.
func testSearchCommon(t *testing.T, b *suite) {
	const many = 900
	b.ensure()
	r := rand.New(rand.NewPCG(9, 9))
	docs := map[string]map[string]any{}
	some := func() fields {
		f := randomFields(r)
		f["name"] = []string{"common 上海银行", "common rare", "Commonplace 10", "other"}[r.IntN(4)]
		if r.IntN(4) > 0 {
			f["at"] = fmt.Sprintf("2026-01-%02dT%02d:00:00.000Z", 1+r.IntN(28), r.IntN(24))
		}
		return f
	}
	var ops []store.Op
	for i := range many {
		op := insert("deal", fmt.Sprintf("d%04d", (i*7919)%10000), some())
		ops = append(ops, op)
		docs[op.Doc.ID] = decode(t, op.Doc.Body)
	}
	b.write(ops...)
	paths := []query.Path{at, score, amount, name, code, done, stage, day}
	for round := range 25 {
		for id, old := range docs {
			op := replace("deal", id, int64(old["rev"].(float64)), some())
			b.write(op)
			docs[id] = decode(t, op.Doc.Body)
			break
		}
		where := query.All{searchWhere([]string{"common", "common 海银", "c", "上海银"}[r.IntN(4)])}
		if r.IntN(3) == 0 {
			where = query.All{searchBothWhere([]string{"a", "a common", "quoted", "a1"}[r.IntN(4)])}
		}
		if r.IntN(2) == 0 {
			where = append(where, query.Cmp{Path: stage, Op: query.Eq, Value: "new"})
		}
		f := store.Find{Where: where, Limit: 30 + r.IntN(200), IDDesc: r.IntN(2) == 0}
		if n := r.IntN(len(paths) + 2); n < len(paths) {
			f.Sort = []query.SortTerm{{Path: paths[n], Desc: r.IntN(2) == 0}}
		}
		b.pagesAgree(fmt.Sprint("round ", round, where), f, docs)
	}
}
