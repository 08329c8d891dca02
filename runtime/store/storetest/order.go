package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"weft/runtime/query"
	"weft/runtime/store"
)

func testPinyin(_ *testing.T, b *suite) {
	b.ensure()
	for i, text := range []string{"张", "李", "阿", "王", "陈", "item 10", "item 9"} {
		b.write(insert("deal", fmt.Sprint(i), fields{"name": text}))
	}
	b.write(insert("deal", "unset", nil), insert("deal", "without key", nil))
	d := makeDoc("without key", 2, fields{"name": "林"})
	d.Sort = nil // written before the field was sorted by
	b.write(store.Op{Kind: store.Replace, Collection: "deal", Doc: d})
	names := func(desc bool) (out []any) {
		docs, err := b.s.Find(b.ctx, "deal", store.Find{Sort: []query.SortTerm{{Path: name, Desc: desc}}, Limit: 50})
		b.must(err)
		for _, d := range docs {
			out = append(out, decode(b.t, d.Body)["name"])
		}
		return out
	}
	b.same("up", names(false), []any{"item 9", "item 10", "阿", "陈", "李", "林", "王", "张", nil})
	b.same("down", names(true), []any{"张", "王", "林", "李", "陈", "阿", "item 10", "item 9", nil})
}

// fill inserts n random documents whose values often repeat or are unset.
func (b *suite) fill(r *rand.Rand, n int) map[string]map[string]any {
	docs := map[string]map[string]any{}
	var ops []store.Op
	for i := range n {
		id := fmt.Sprintf("d%04d", (i*7919)%10000) // not in the order of writing
		ops = append(ops, insert("deal", id, randomFields(r)))
		docs[id] = decode(b.t, ops[i].Doc.Body)
	}
	b.write(ops...)
	return docs
}

func randomFields(r *rand.Rand) fields {
	f := fields{}
	set := func(key string, values ...any) {
		if n := r.IntN(len(values) + 1); n < len(values) {
			f[key] = values[n]
		}
	}
	set("name", "张三", "李四", "阿", "Item 10", "item 9", "ítem", "", "a%b_c")
	set("code", "A1", "a2", "a10", "ß", "Ａ１", "a", "\"quoted\"", "it's", "张", "陈") // no kept sort key
	set("score", 0, -1, 2.5, 1e15, 3, -0.5)
	set("amount", "10000000000000125000", "10000000000000000000", "09999999999999990000", "10000000000001000000")
	set("day", "2026-01-31", "2025-12-29", "2026-02-28")
	set("at", "2026-01-31T10:00:00.000Z", "2025-12-31T23:30:00.000Z", "2026-01-31T10:00:00.001Z")
	set("done", true, false)
	set("stage", "new", "won", "lost")
	set("account", "acc1", "acc2", "acc3", "gone")
	set("tags", []any{"vip"}, []any{"vip", "hot"}, []any{"cold"}, []any{})
	set("place", fields{"lat": 1.5, "lng": 2})
	return f
}

// wantedOrder is the expected order of a find, computed in memory.
func wantedOrder(f store.Find, docs map[string]map[string]any, get func(string, string) map[string]any) []map[string]any {
	var list []map[string]any
	for _, d := range docs {
		if query.Matches(f.Where, d, get) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b map[string]any) int {
		return query.PositionOf(f.Sort, a, get).Compare(query.PositionOf(f.Sort, b, get), f.Sort, f.IDDesc)
	})
	return list
}

// pagesAgree reads a find page by page and compares with the order in memory.
func (b *suite) pagesAgree(what string, f store.Find, docs map[string]map[string]any) {
	b.t.Helper()
	list := wantedOrder(f, docs, nil)
	for start := 0; ; start += f.Limit {
		got := b.find("deal", f)
		var want []string
		for _, d := range list[min(start, len(list)):min(start+f.Limit, len(list))] {
			want = append(want, d["id"].(string))
		}
		if !slices.Equal(got, want) {
			b.t.Errorf("%s: sort %s, id desc %v, from %d: got %v, want %v", what, query.OrderName(f.Sort), f.IDDesc, start, got, want)
			return
		}
		if len(got) < f.Limit {
			return
		}
		p := query.PositionOf(f.Sort, docs[got[len(got)-1]], nil)
		f.After = &store.Position{Values: p.Values, ID: p.ID}
	}
}

func testPages(_ *testing.T, b *suite) {
	b.ensure()
	r := rand.New(rand.NewPCG(1, 1))
	docs := b.fill(r, 300)
	visible := amount
	visible.Visible = query.Cmp{Path: stage, Op: query.Ne, Value: "won"}
	paths := []query.Path{name, code, score, amount, day, at, done, stage, visible}
	wheres := []query.Expr{nil, query.Cmp{Path: stage, Op: query.Eq, Value: "new"},
		query.All{query.Cmp{Path: stage, Op: query.Eq, Value: "won"}, query.Cmp{Path: done, Op: query.Ne, Value: true}}}
	for i := range 90 {
		var terms []query.SortTerm
		for _, p := range r.Perm(len(paths))[:r.IntN(4)] {
			terms = append(terms, query.SortTerm{Path: paths[p], Desc: r.IntN(2) == 0})
		}
		if i%3 == 0 { // what an index serves
			p := []query.Path{at, score, name, amount}[r.IntN(4)]
			terms = []query.SortTerm{{Path: p, Desc: r.IntN(2) == 0}}
		}
		f := store.Find{Where: wheres[r.IntN(len(wheres))], Sort: terms, IDDesc: r.IntN(3) == 0, Limit: 1 + r.IntN(80)}
		b.pagesAgree("random order", f, docs)
	}
}

// testEqualKeys reads many documents with equal keys, and without keys, in pages.
func testEqualKeys(_ *testing.T, b *suite) {
	b.ensure()
	docs := map[string]map[string]any{}
	var ops []store.Op
	for i := range 60 {
		f := fields{"stage": "new"}
		if i%3 > 0 {
			maps.Copy(f, fields{"at": fmt.Sprintf("2026-01-0%dT00:00:00.000Z", i%3), "name": "同名"})
		}
		ops = append(ops, insert("deal", fmt.Sprintf("d%02d", (i*37)%60), f))
		docs[ops[i].Doc.ID] = decode(b.t, ops[i].Doc.Body)
	}
	b.write(ops...)
	for _, where := range []query.Expr{nil, query.Cmp{Path: stage, Op: query.Eq, Value: "new"}} {
		for _, p := range []query.Path{at, name, score} {
			for _, desc := range []bool{false, true} {
				for _, idDesc := range []bool{false, true} {
					for _, limit := range []int{1, 7, 20, 60} {
						f := store.Find{Where: where, Sort: []query.SortTerm{{Path: p, Desc: desc}}, IDDesc: idDesc, Limit: limit}
						b.pagesAgree("equal keys", f, docs)
					}
				}
			}
		}
	}
}
