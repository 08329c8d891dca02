package storetest

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"

	"weft/runtime/query"
	"weft/runtime/store"
)

// The fields of the fixture, by their indexes and texts.
var differFields = struct {
	name, title, note, code, score, odd, amount, cost, day, since, at, due, done, stage, account, tags, place, mixed, loose query.Path
}{
	name:    query.Path{Field: "name", Kind: query.Text, SortKey: true},  // indexed by sort key
	title:   query.Path{Field: "title", Kind: query.Text, SortKey: true}, // has a sort key, maybe
	note:    query.Path{Field: "note", Kind: query.Text},                 // never has one
	code:    query.Path{Field: "code", Kind: query.Text},                 // indexed folded and as it is
	score:   query.Path{Field: "score", Kind: query.Number},              // sums are exact
	odd:     query.Path{Field: "odd", Kind: query.Number},                // of every size
	amount:  query.Path{Field: "amount", Kind: query.Decimal},
	cost:    query.Path{Field: "cost", Kind: query.Decimal},
	day:     query.Path{Field: "day", Kind: query.Date},
	since:   query.Path{Field: "since", Kind: query.Date},
	at:      query.Path{Field: "at", Kind: query.Instant},
	due:     query.Path{Field: "due", Kind: query.Instant},
	done:    query.Path{Field: "done", Kind: query.Bool},
	stage:   query.Path{Field: "stage", Kind: query.Key},
	account: query.Path{Field: "account", Kind: query.Key},
	tags:    query.Path{Field: "tags", Kind: query.Keys},
	place:   query.Path{Field: "place", Kind: query.Object},
	mixed:   query.Path{Field: "mixed", Kind: query.Number}, // holds texts too
	loose:   query.Path{Field: "loose", Kind: query.Text},   // holds numbers and booleans too
}

// collections returns collections with ascending, descending, folded and sort key
// indexes, and without any.
func (w *fixture) collections() []store.Collection {
	d := differFields
	down := func(p query.Path) []store.IndexKey { return []store.IndexKey{{Path: p, Desc: true}} }
	return []store.Collection{
		{Name: "deal", Searchable: true,
			Kinds: kindsOf(d.name, d.title, d.note, d.code, d.score, d.odd, d.amount, d.cost, d.day, d.since, d.at, d.due,
				d.done, d.stage, d.account, d.tags, d.place, d.mixed, d.loose),
			Indexes: []store.Index{
				{Name: "name", Keys: keys(d.name)}, {Name: "code", Keys: keys(d.code)},
				{Name: "code_starts", Keys: []store.IndexKey{{Path: d.code, Folded: true}}},
				{Name: "stage_score", Keys: keys(d.stage, d.score)}, {Name: "day", Keys: keys(d.day), Sparse: true},
				{Name: "amount", Keys: down(d.amount)}, {Name: "at", Keys: down(d.at)}, {Name: "account", Keys: keys(d.account)},
				{Name: "mixed", Keys: keys(d.mixed)},
			}},
		{Name: "account", Searchable: true, Kinds: kindsOf(d.name, d.title, d.score, d.amount, d.at, d.done, d.stage, d.tags, d.account),
			Indexes: []store.Index{{Name: "name", Keys: keys(d.name)}, {Name: "stage", Keys: keys(d.stage)}}},
	}
}

// differValues are values by kind, in stored form.
var differValues = map[query.Kind][]any{
	query.Text: {"", "a", "A", "ａ", "b", "ß", "ss", "ſ", "İ", "ς", "Σας", "é", "e\u0301", "ﾊﾝｶｸ", "Ⅳ", "１２３", "123", "item 2", "Item 10", "item ２",
		"阿", "陈", "李四", "王", "张三", "重庆", "上海浦东发展银行", "浦发 Bank", "第0单", "第1单", "第10单", "😀", "👨‍👩‍👧", "a😀b", "\uFFFD", "a\uFFFDb", "陈\uFFFD", "\U0010FFFF", "\uD7FF", "\uE000",
		"100%", "a_b", "a.b*c", "^a$", `\Q\E\d`, "(", "[a-z]", `"quoted"`, "it's", "$name", "$$ROOT", `{"$gt":""}`, "line\nbreak", "tab\t", " a", "a ", "\u200b", "\u00a0",
		"99999999999999999999", "100000000000000000000", strings.Repeat("长文", 200), strings.Repeat("x", 300), strings.Repeat("x", 299) + "y",
		strings.Repeat("wordwithoutend", 6), "null", "true", "5", "10000000000000125000"},
	query.Number:  {0.0, 1.0, -1.0, 2.5, 0.25, 3.0, 1000000.0, -0.75, 7.0},
	query.Decimal: {"10000000000000000000", "10000000000000125000", "10000000000000000001", "09999999999999999999", "19999999999999999999", "00000000000000000001", "10000000000000130000"},
	query.Date:    {"2026-01-31", "2025-12-29", "2026-01-01", "2024-02-29", "2021-01-03", "1970-01-01", "1899-12-31", "9999-12-31", "2020-12-31", "2026-03-31", "2026-04-01"},
	query.Instant: {"2026-01-31T10:00:00.000Z", "2026-01-31T10:00:00.001Z", "2025-12-31T16:00:00.000Z", "2025-12-31T15:59:59.999Z", "2025-03-30T00:59:59.999Z", "2025-03-30T01:00:00.000Z",
		"2025-11-02T05:30:00.000Z", "2025-11-02T06:30:00.000Z", "1986-05-03T18:00:00.000Z", "1990-09-15T15:30:00.000Z", "1900-12-31T15:54:17.000Z", "1969-12-31T23:59:59.999Z",
		"9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "2021-01-03T20:00:00.000Z"},
	query.Bool: {true, false},
	query.Key:  {"new", "won", "lost", "a0", "a1", "a2", "a3", "a7", "gone", "Z", "é"},
	query.Keys: {"vip", "hot", "cold", "热"},
}

// oddNumbers are compared, but not added: their sums depend on the order.
var oddNumbers = []any{0.1, 1e15, 1e20, 1e21, 1e300, -1e300, 1e-7, 9007199254740992.0, 9007199254740991.0, 0.30000000000000004, 2147483648.0, -9223372036854775808.0}

func (w *fixture) one(kind query.Kind) any {
	list := differValues[kind]
	return list[w.r.IntN(len(list))]
}

// fill sets a field, sets it to null or leaves it out.
func (w *fixture) fill(f fields, p query.Path) {
	switch n := w.r.IntN(8); {
	case n == 0:
		f[p.Field] = nil
	case n > 3:
		f[p.Field] = w.fieldValue(p)
	}
}

// fieldValue is of the field's kind, except for two fields. Numbers hold no
// booleans: difference "booleans among numbers"; a field of one value holds no
// list: difference "arrays in scalar fields".
func (w *fixture) fieldValue(p query.Path) any {
	d := differFields
	switch {
	case p.Field == d.odd.Field && w.r.IntN(2) == 0:
		return oddNumbers[w.r.IntN(len(oddNumbers))]
	case p.Field == d.mixed.Field:
		return w.one([]query.Kind{query.Text, query.Number, query.Decimal}[w.r.IntN(3)])
	case p.Field == d.loose.Field:
		return w.one([]query.Kind{query.Text, query.Number, query.Bool}[w.r.IntN(3)])
	case p.Kind == query.Keys:
		list := []any{}
		for _, i := range w.r.Perm(len(differValues[query.Keys]))[:w.r.IntN(4)] {
			list = append(list, differValues[query.Keys][i])
		}
		return list
	case p.Kind == query.Object:
		return fields{"lat": 1.5, "lng": nil, "$where": "x"}
	case p.Kind == query.Text && w.r.IntN(3) == 0:
		return w.phrase()
	}
	return w.one(p.Kind)
}

// phrase joins a few texts.
func (w *fixture) phrase() string {
	var parts []string
	for range 1 + w.r.IntN(3) {
		parts = append(parts, w.one(query.Text).(string))
	}
	return strings.Join(parts, []string{"", " ", "-", "\u3000"}[w.r.IntN(4)])
}

func (w *fixture) deal() fields {
	d := differFields
	f := fields{}
	for _, p := range []query.Path{d.name, d.title, d.note, d.code, d.score, d.odd, d.amount, d.cost, d.day, d.since, d.at, d.due,
		d.done, d.stage, d.account, d.tags, d.place, d.mixed, d.loose} {
		w.fill(f, p)
	}
	return f
}

func (w *fixture) account() fields {
	d := differFields
	f := fields{}
	for _, p := range []query.Path{d.name, d.title, d.score, d.amount, d.at, d.done, d.stage, d.tags, d.account} {
		w.fill(f, p)
	}
	return f
}

// withLoneSurrogates writes some U+FFFD as a lone surrogate, which must read as U+FFFD.
func (w *fixture) withLoneSurrogates(body []byte) []byte {
	escape := []string{`\ud800`, `\udbff`, `\udc00`, `\uDFFF`, "\uFFFD"}[w.r.IntN(5)]
	return bytes.ReplaceAll(body, []byte("\uFFFD"), []byte(escape))
}

// document makes a document with sort keys (of title only sometimes) and tokens.
func (w *fixture) document(id string, rev int64, f fields) store.Doc {
	full := fields{"id": id, "rev": rev}
	maps.Copy(full, f)
	body, err := json.Marshal(full)
	if err != nil {
		w.t.Fatal(err)
	}
	d := store.Doc{ID: id, Rev: rev, Body: w.withLoneSurrogates(body)}
	for _, field := range []string{"name", "title", "note", "code"} {
		text, ok := f[field].(string)
		if !ok {
			continue
		}
		if field == "name" || field == "title" && w.r.IntN(4) > 0 {
			if d.Sort == nil {
				d.Sort = map[string]string{}
			}
			d.Sort[field] = query.SortKey(text)
		}
		for _, token := range query.Tokens(text) {
			d.Tokens = append(d.Tokens, store.Token{Field: field, Text: token})
		}
	}
	return d
}
