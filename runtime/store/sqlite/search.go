package sqlite

import (
	"context"
	"strconv"

	"weft/runtime/query"
	"weft/runtime/store"
)

// snapshotTries is how often a search is repeated when the rank column reflects a
// newer commit than its snapshot.
const snapshotTries = 4

// splitWords splits a condition into the part that the inverted index decides and
// the rest. Words that must also be compared with the text are in both.
func splitWords(where query.Expr) (found, rest query.All) {
	all, ok := where.(query.All)
	if !ok {
		all = query.All{where}
	}
	for _, part := range all {
		if sub, ok := part.(query.All); ok {
			f, r := splitWords(sub)
			found, rest = append(found, f...), append(rest, r...)
			continue
		}
		pure, recheck := wordsOnly(part)
		if pure {
			found = append(found, part)
		}
		if !pure || recheck {
			rest = append(rest, part)
		}
	}
	return found, rest
}

// wordsOnly tells whether a condition consists of words in fields of the document
// itself that are always visible.
func wordsOnly(x query.Expr) (pure, recheck bool) {
	var parts []query.Expr
	switch x := x.(type) {
	case query.Cmp:
		word, ok := x.Value.(query.Word)
		return ok && x.Op == query.Match && isOwnField(x.Path), word.CompareText
	case query.All:
		parts = x
	case query.Any:
		parts = x
	default:
		return false, false
	}
	for _, part := range parts {
		p, r := wordsOnly(part)
		if !p {
			return false, false
		}
		recheck = recheck || r
	}
	return len(parts) > 0, recheck
}

// hits returns the documents that a condition of words matches.
func (q *reader) hits(k *collection, x query.Expr) (out bitmap, err error) {
	if c, ok := x.(query.Cmp); ok {
		return q.c.wordBits(k, c.Path.Field, c.Value.(query.Word))
	}
	parts, all := x.(query.All)
	if !all {
		parts = query.All(x.(query.Any))
	}
	for i, part := range parts {
		bits, err := q.hits(k, part)
		switch {
		case err != nil:
			return nil, err
		case i == 0:
			out = bits
		case all:
			out = out.and(bits)
		default:
			out = out.or(bits)
		}
	}
	return out, nil
}

// search answers a find whose condition contains words.
func (q *reader) search(ctx context.Context, k *collection, f store.Find) ([]store.Doc, error) {
	found, rest := splitWords(f.Where)
	plan := searchPlan{reader: q, k: k, f: f, rest: rest}
	for try := 0; ; try++ {
		var docs []store.Doc
		plan.useRanks = try < snapshotTries
		plan.retry, plan.set, plan.unset = false, nil, nil
		err := q.snapshot(func() error {
			return q.interruptible(ctx, func() (err error) {
				if len(found) == 0 {
					docs, err = q.find(k, f)
					return err
				}
				if plan.hits, err = q.hits(k, found); err != nil || plan.hits.count() == 0 {
					return err
				}
				if err = q.learnCommit(); err == nil { // the hits were read from the snapshot
					docs, err = plan.run()
				}
				return err
			})
		})
		if err != nil || !plan.retry {
			return docs, err
		}
	}
}

// searchPlan is one attempt to answer a search on one snapshot.
type searchPlan struct {
	*reader
	k    *collection
	f    store.Find
	rest query.All
	hits bitmap
	// set and unset are the hits with and without a value to sort by.
	set   []candidate
	unset []int64
	// useRanks allows the rank column; retry asks for another attempt, because the
	// rank column reflects another commit than the snapshot.
	useRanks, retry bool
}

// run chooses the method by the number of hits.
func (p *searchPlan) run() ([]store.Doc, error) {
	n, limits := p.hits.count(), &p.s.options.limits
	switch {
	case n <= coveringLimit && p.sortableInMemory():
		return p.sorted(p.allHits(n), p.f)
	case n > limits.fewHits && p.useRanks && sortsByColumn(p.f):
		docs, ok, err := p.byRank()
		if ok || err != nil || p.retry {
			return docs, err
		}
	case n > limits.fewHits && len(p.f.Sort) == 0:
		return p.pageByID()
	}
	if n > limits.manyHits {
		return p.find(p.k, p.f)
	}
	return p.findAmong(p.allHits(n), p.f)
}

// allHits returns the n hits.
func (p *searchPlan) allHits(n int) []int64 {
	seqs := make([]int64, 0, n)
	p.hits.each(func(seq int64) { seqs = append(seqs, seq) })
	return seqs
}

// sortableInMemory tells whether every hit matches and the order depends on one
// field of the document.
func (p *searchPlan) sortableInMemory() bool {
	return len(p.rest) == 0 && !p.f.IDsOnly && sortsByColumn(p.f) && p.f.Sort[0].Path.Kind != query.Text
}

// findAmong answers a find among some documents.
func (p *searchPlan) findAmong(seqs []int64, f store.Find) ([]store.Doc, error) {
	b := p.newBuilder(p.k)
	b.write("SELECT t.id, t.rev", bodyColumn(f.IDsOnly), " FROM json_each(")
	b.arg(listOf(seqs))
	b.write(") j CROSS JOIN ", p.k.table, " t WHERE t.seq=j.value AND ")
	b.expr(p.rest)
	b.rest(f)
	return b.docs(f.IDsOnly)
}

// listOf writes numbers as a JSON array.
func listOf(seqs []int64) string {
	list := append(make([]byte, 0, 8*len(seqs)+2), '[')
	for i, seq := range seqs {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, seq, 10)
	}
	return textOf(append(list, ']'))
}

// pageByID reads the documents in the order of id until the page is full of hits,
// or reads all hits where that is less work.
func (p *searchPlan) pageByID() ([]store.Doc, error) {
	total, err := p.c.number("SELECT max(seq) FROM " + p.k.table)
	n := int64(p.hits.count())
	if err != nil || total*int64(p.f.Limit) < n*n || n > int64(p.s.options.limits.manyHits) {
		return p.scanByID(err)
	}
	return p.findAmong(p.allHits(int(n)), p.f)
}

func (p *searchPlan) scanByID(err error) ([]store.Doc, error) {
	if err != nil {
		return nil, err
	}
	b := p.newBuilder(p.k)
	p.c.bits = append(p.c.bits, p.hits)
	b.write("SELECT t.id, t.rev", bodyColumn(p.f.IDsOnly), " FROM ", p.k.table, " t WHERE ", fnBit, "(0, t.seq) AND ")
	b.expr(p.rest)
	b.rest(p.f)
	return b.docs(p.f.IDsOnly)
}
