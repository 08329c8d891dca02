package storetest

import (
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
)

// dealPath is a random path that a filter can compare, some across a reference.
func (w *fixture) dealPath() query.Path {
	d := differFields
	paths := []query.Path{d.name, d.title, d.note, d.code, d.score, d.odd, d.amount, d.cost, d.day, d.since, d.at, d.due,
		d.done, d.stage, d.account, d.tags, d.place, d.mixed, d.loose, {Field: "id", Kind: query.Key}, {Field: "rev", Kind: query.Number}}
	return paths[w.r.IntN(len(paths))]
}

func (w *fixture) accountPath() query.Path {
	d := differFields
	paths := []query.Path{d.name, d.title, d.score, d.amount, d.at, d.done, d.stage, d.tags, {Field: "id", Kind: query.Key}}
	return paths[w.r.IntN(len(paths))]
}

// randomPath may cross the reference and may be visible in some rows only.
func (w *fixture) randomPath(depth int) query.Path {
	p := w.dealPath()
	if w.r.IntN(5) == 0 {
		p = w.accountPath()
		p.Through, p.Via = "account", "account"
		if w.r.IntN(3) == 0 {
			p.Scope = w.accountWhere()
		}
	}
	if depth > 0 && w.r.IntN(8) == 0 {
		p.Visible = w.randomWhere(depth - 1)
	}
	return p
}

// accountWhere is a row scope on accounts, which may cross to another account.
func (w *fixture) accountWhere() query.Expr {
	p := w.accountPath()
	if w.r.IntN(4) == 0 {
		p.Through, p.Via = "account", "account"
	}
	c := w.comparison(p)
	if w.r.IntN(3) == 0 {
		return query.Not{X: c}
	}
	return c
}

// randomWhere is a filter of at most this depth.
func (w *fixture) randomWhere(depth int) query.Expr {
	if depth == 0 || w.r.IntN(4) == 0 {
		if w.r.IntN(5) == 0 {
			return w.randomSearch()
		}
		return w.comparison(w.randomPath(depth))
	}
	parts := make([]query.Expr, w.r.IntN(4))
	for i := range parts {
		parts[i] = w.randomWhere(depth - 1)
	}
	switch w.r.IntN(4) {
	case 0, 1:
		return query.All(parts)
	case 2:
		return query.Any(parts)
	}
	return query.Not{X: w.randomWhere(depth - 1)}
}

// randomSearch matches when every word of a text is in one of the searchable fields.
func (w *fixture) randomSearch() query.Expr {
	d := differFields
	fields := []query.Path{d.name, d.title, d.note, d.code}
	text := w.part(w.phrase())
	if w.r.IntN(2) == 0 {
		text = []string{"浦", "浦东", "浦东发展", "bank", "ba", "item 1", "长", "x", "word", "文长文"}[w.r.IntN(10)]
	}
	var all query.All
	for _, word := range query.Words(text) {
		var either query.Any
		for _, i := range w.r.Perm(len(fields))[:1+w.r.IntN(2)] {
			either = append(either, cmp(fields[i], query.Match, word))
		}
		all = append(all, either)
	}
	return all
}

// operatorsOf returns the operators that the query language allows for a kind.
func operatorsOf(p query.Path) []query.Op {
	ops := []query.Op{query.Empty, query.Present}
	switch p.Kind {
	case query.Object:
		return ops
	case query.Keys, query.Bool:
		ops = append(ops, query.Eq, query.Ne, query.In)
	default:
		ops = append(ops, query.Eq, query.Ne, query.In, query.Lt, query.Le, query.Gt, query.Ge, query.Between)
	}
	if p.Kind == query.Text {
		ops = append(ops, query.Contains, query.Starts, query.Contains, query.Starts)
	}
	return ops
}

func (w *fixture) comparison(p query.Path) query.Cmp {
	ops := operatorsOf(p)
	op := ops[w.r.IntN(len(ops))]
	switch op {
	case query.Empty, query.Present:
		return cmp(p, op, nil)
	case query.In:
		list := make([]any, w.r.IntN(12))
		for i := range list {
			list[i] = w.operand(p)
		}
		return cmp(p, op, list)
	case query.Between:
		return cmp(p, op, []any{w.operand(p), w.operand(p)})
	case query.Contains, query.Starts:
		text := w.one(query.Text).(string)
		if v, ok := w.storedValue(p).(string); ok && w.r.IntN(2) == 0 {
			text = v
		}
		if op == query.Contains {
			text = w.part(text)
		}
		return cmp(p, op, query.Fold(prefixOf(text, 1+w.r.IntN(4))))
	}
	return cmp(p, op, w.operand(p))
}

// randomSort sorts by one to three fields, none of which holds several kinds of
// values: difference "order of mixed kinds".
func (w *fixture) randomSort() []query.SortTerm {
	d := differFields
	paths := []query.Path{d.name, d.title, d.note, d.code, d.score, d.odd, d.amount, d.cost, d.day, d.since, d.at, d.due, d.done, d.stage, d.account,
		{Field: "rev", Kind: query.Number}}
	var terms []query.SortTerm
	for _, i := range w.r.Perm(len(paths))[:1+w.r.IntN(3)] {
		p := paths[i]
		if w.r.IntN(8) == 0 {
			p.Visible = w.randomWhere(1)
		}
		terms = append(terms, query.SortTerm{Path: p, Desc: w.r.IntN(2) == 0})
	}
	return terms
}

var (
	differBuckets = []string{"day", "week", "month", "quarter", "year"}
	// Rules that have not changed for long: difference "rules of time zones".
	differZones = []string{"", "UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland"}
)

// randomAggregate has up to two groups and up to four metrics.
func (w *fixture) randomAggregate() store.Aggregate {
	var a store.Aggregate
	if w.r.IntN(3) > 0 {
		a.Where = w.randomWhere(w.r.IntN(3))
	}
	for i := range w.r.IntN(3) {
		a.Groups = append(a.Groups, w.randomGroup([]string{"g", "h"}[i]))
	}
	for i := range w.r.IntN(5) {
		a.Metrics = append(a.Metrics, w.randomMetric(string(rune('p'+i))))
	}
	names := []string{}
	for _, g := range a.Groups {
		names = append(names, g.Name)
	}
	for _, m := range a.Metrics {
		names = append(names, m.Name)
	}
	for _, i := range w.r.Perm(len(names))[:w.r.IntN(len(names)+1)] {
		a.Sort = append(a.Sort, store.RowSort{Name: names[i], Desc: w.r.IntN(2) == 0})
	}
	if w.r.IntN(4) == 0 {
		a.Limit = 1 + w.r.IntN(5)
	}
	return a
}

func (w *fixture) randomGroup(name string) query.GroupTerm {
	d := differFields
	paths := []query.Path{d.name, d.note, d.score, d.odd, d.amount, d.day, d.at, d.due, d.done, d.stage, d.account, d.tags,
		{Field: "name", Kind: query.Text, Through: "account", Via: "account"}, {Field: "at", Kind: query.Instant, Through: "account", Via: "account"},
		{Field: "done", Kind: query.Bool, Through: "account", Via: "account", Scope: w.accountWhere()}}
	g := query.GroupTerm{Name: name, Path: paths[w.r.IntN(len(paths))]}
	if w.r.IntN(6) == 0 {
		g.Path.Visible = w.randomWhere(1)
	}
	switch g.Path.Kind {
	case query.Date, query.Instant:
		if w.r.IntN(4) > 0 {
			g.Bucket = differBuckets[w.r.IntN(len(differBuckets))]
			g.Zone = differZones[w.r.IntN(len(differZones))]
		}
	}
	return g
}

func (w *fixture) randomMetric(name string) query.Metric {
	d := differFields
	m := query.Metric{Name: name, Func: []string{"count", "count_distinct", "sum", "avg", "min", "max"}[w.r.IntN(6)]}
	paths := map[string][]query.Path{
		"count_distinct": {d.name, d.note, d.score, d.odd, d.amount, d.day, d.at, d.done, d.stage},
		"sum":            {d.score, d.amount, d.cost}, "avg": {d.score, d.amount, d.cost},
		"min": {d.score, d.odd, d.amount, d.cost, d.day, d.at, d.due}, "max": {d.score, d.odd, d.amount, d.cost, d.day, d.at, d.due},
	}[m.Func]
	if paths == nil {
		return m
	}
	m.Path = paths[w.r.IntN(len(paths))]
	if w.r.IntN(6) == 0 {
		m.Path.Visible = w.randomWhere(1)
	}
	return m
}

// describe prints a question and the remaining documents.
func (w *fixture) describe(q question) string {
	var b strings.Builder
	b.WriteString(describeQuestion(q))
	for _, collection := range []string{"account", "deal"} {
		for _, id := range w.ids(collection) {
			d := w.docs[collection][id].doc
			b.WriteString("\n" + collection + " " + string(d.Body))
			if d.Sort["title"] != "" {
				b.WriteString(" (title has a sort key)")
			}
		}
	}
	return b.String()
}
