package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"
)

// Lookup is a list query with the indexes of its collection.
type Lookup struct {
	Indexes []store.Index
	Find    store.Find
}

// String shows a lookup in a failed test.
func (l Lookup) String() string {
	return fmt.Sprintf("indexes %+v, where %+v, sort %+v, after %+v", l.Indexes, l.Find.Where, l.Find.Sort, l.Find.After)
}

// lookupPaths are the fields that generated lists filter and sort by.
var lookupPaths = []query.Path{
	{Field: "stage", Kind: query.Key},
	{Field: "owner", Kind: query.Key},
	{Field: "amount", Kind: query.Decimal},
	{Field: "at", Kind: query.Instant},
	{Field: "score", Kind: query.Number},
	{Field: "open", Kind: query.Bool},
	{Field: "name", Kind: query.Text, SortKey: true},
	{Field: "city", Kind: query.Text},
	{Field: "code", Kind: query.Key}, // each document has its own
	{Field: "tags", Kind: query.Keys},
}

// LookupKinds are the kinds of the fields of LookupDocs.
func LookupKinds() map[string]query.Kind {
	kinds := map[string]query.Kind{}
	for _, p := range lookupPaths {
		kinds[p.Field] = p.Kind
	}
	return kinds
}

// LookupDocs makes n documents for lookups; each field is unset in some.
func LookupDocs(n int) []store.Doc {
	r := rand.New(rand.NewSource(int64(n)))
	docs := make([]store.Doc, n)
	for i := range docs {
		id := fmt.Sprintf("l%05d", i)
		body := map[string]any{"id": id, "rev": 1}
		d := store.Doc{ID: id, Rev: 1, Sort: map[string]string{}}
		for _, p := range lookupPaths {
			if r.Intn(6) == 0 {
				continue
			}
			body[p.Field] = lookupValue(r, p)
			if p.Field == "code" {
				body[p.Field] = fmt.Sprintf("code %d", i)
			}
			if p.Kind == query.Keys {
				body[p.Field] = []any{lookupValue(r, p)}
			}
			if p.SortKey {
				d.Sort[p.Field] = query.SortKey(body[p.Field].(string))
			}
		}
		d.Body, _ = json.Marshal(body) // of strings and numbers
		docs[i] = d
	}
	return docs
}

func lookupValue(r *rand.Rand, p query.Path) any {
	n := r.Intn(5)
	switch p.Kind {
	case query.Decimal:
		return fmt.Sprintf("%020d", 10_000_000_000_000_000_00+int64(n)*10_000)
	case query.Instant:
		return fmt.Sprintf("2026-01-0%dT08:00:00.000Z", n+1)
	case query.Number:
		return float64(n)
	case query.Bool:
		return n%2 == 0
	}
	return fmt.Sprintf("%s %d", p.Field, n)
}

// Lookups makes n lists with random indexes, filters, orders and positions.
func Lookups(seed int64, n int) []Lookup {
	r := rand.New(rand.NewSource(seed))
	list := make([]Lookup, n)
	for i := range list {
		f := store.Find{Where: lookupWhere(r), Sort: lookupSort(r), IDDesc: r.Intn(5) == 0, Limit: 1 + r.Intn(20)}
		if r.Intn(3) == 0 {
			f.After = &store.Position{ID: "l00007"}
			for _, t := range f.Sort {
				f.After.Values = append(f.After.Values, lookupPosition(r, t.Path, f.Where))
			}
		}
		list[i] = Lookup{Indexes: lookupIndexes(r), Find: f}
	}
	return list
}

// lookupPosition is the value of a position: the one that the filter fixes, or any.
func lookupPosition(r *rand.Rand, p query.Path, where query.Expr) any {
	v := lookupValue(r, p)
	for _, x := range query.FixedFields(where) {
		if x.Path.Field == p.Field {
			body := map[string]any{p.Field: x.Value}
			return query.PositionOf([]query.SortTerm{{Path: p}}, body, nil).Values[0]
		}
	}
	if text, ok := v.(string); ok && p.Kind == query.Text {
		return query.SortKey(text)
	}
	if r.Intn(4) == 0 {
		return nil
	}
	return v
}

// Operators of generated filters; the first are those that indexes serve.
var lookupOps = []query.Op{
	query.Eq, query.Eq, query.Eq, query.In, query.Between, query.Ge, query.Lt, query.Ne, query.Empty, query.Present, query.Contains, query.Starts,
}

func lookupWhere(r *rand.Rand) query.Expr {
	var all query.All
	for range r.Intn(4) {
		all = append(all, lookupCmp(r))
	}
	if r.Intn(6) == 0 {
		all = append(all, query.Any{lookupCmp(r), query.Not{X: lookupCmp(r)}})
	}
	return query.And(all...)
}

func lookupCmp(r *rand.Rand) query.Expr {
	p := lookupPaths[r.Intn(len(lookupPaths))]
	op := lookupOps[r.Intn(len(lookupOps))]
	c := query.Cmp{Path: p, Op: op}
	switch op {
	case query.Empty, query.Present:
		return c
	case query.Contains, query.Starts:
		if p.Kind != query.Text {
			return query.Cmp{Path: p, Op: query.Present}
		}
		c.Value = query.Fold(p.Field)
		return c
	case query.In, query.Between:
		c.Value = []any{lookupValue(r, p), lookupValue(r, p)}
	default:
		c.Value = lookupValue(r, p)
	}
	if (p.Kind == query.Keys || p.Kind == query.Bool) && op != query.Eq && op != query.In && op != query.Ne {
		c.Op, c.Value = query.Present, nil
	}
	return c
}

func lookupSort(r *rand.Rand) []query.SortTerm {
	var terms []query.SortTerm
	for _, i := range r.Perm(len(lookupPaths))[:r.Intn(4)] {
		if lookupPaths[i].Kind != query.Keys {
			terms = append(terms, query.SortTerm{Path: lookupPaths[i], Desc: r.Intn(2) == 0})
		}
	}
	return terms
}

func lookupIndexes(r *rand.Rand) []store.Index {
	var list []store.Index
	for i := range 1 + r.Intn(6) {
		x := store.Index{Name: fmt.Sprintf("i%d", i), Unique: r.Intn(5) == 0, Sparse: r.Intn(5) == 0}
		for _, j := range r.Perm(len(lookupPaths))[:1+r.Intn(3)] {
			if p := lookupPaths[j]; p.Kind != query.Keys {
				x.Keys = append(x.Keys, lookupKey(r, p, x.Unique))
			}
		}
		if x.Unique {
			x.Sparse = false
			x.Keys = withCode(r, x.Keys)
		}
		if len(x.Keys) > 0 {
			list = append(list, x)
		}
	}
	return list
}

// lookupKey is a key of an index; a unique index has raw values, a folded one no
// sort keys.
func lookupKey(r *rand.Rand, p query.Path, unique bool) store.IndexKey {
	text := p.Kind == query.Text && !unique
	folded := text && r.Intn(4) == 0
	p.SortKey = text && !folded && (p.SortKey || r.Intn(2) == 0)
	return store.IndexKey{Path: p, Desc: !unique && r.Intn(2) == 0, Folded: folded}
}

// withCode adds the code, which makes keys unique.
func withCode(r *rand.Rand, keys []store.IndexKey) []store.IndexKey {
	code := store.IndexKey{Path: query.Path{Field: "code", Kind: query.Key}}
	keys = slices.DeleteFunc(keys, func(k store.IndexKey) bool { return k.Path.Field == "code" })
	return slices.Insert(keys, r.Intn(len(keys)+1), code)
}
