package sqlite

import (
	"cmp"
	"slices"

	"weft/runtime/query"
	"weft/runtime/store"
)

// candidate is a hit with its rank in the wanted order: smaller comes first.
type candidate struct {
	rank uint64
	seq  int64
}

// byRank reads only the hits of the lowest ranks; the database compares their
// values. ok is false when there is no rank column yet: one is built for the next
// search.
func (p *searchPlan) byRank() (docs []store.Doc, ok bool, err error) {
	path := p.f.Sort[0].Path
	kept := p.s.kept.find(p.k.Name, columnName(path))
	if kept == nil {
		if !p.inView {
			p.s.requestRanks(p.k, path)
		}
		return nil, false, nil
	}
	exact := p.use(kept, true, func(d keptData) { p.candidates(d.(*rankColumn)) })
	if !exact {
		p.retry = !p.inView && kept.ready()
		return nil, false, nil
	}
	docs, err = p.readBest()
	return docs, err == nil, err
}

// candidates collects the hits that are not before the position, with their ranks;
// those without a value come last in both directions.
func (p *searchPlan) candidates(o *rankColumn) {
	t := p.f.Sort[0]
	least, fromUnset := p.start(t)
	flip := uint64(0)
	if t.Desc {
		flip = ^uint64(0)
	}
	p.set = p.c.scratch[:0]
	p.hits.each(func(seq int64) {
		if !o.isSet.has(seq) {
			p.unset = append(p.unset, seq)
		} else if r := o.ranks[seq] ^ flip; r >= least && !fromUnset {
			p.set = append(p.set, candidate{r, seq})
		}
	})
	p.c.scratch = p.set[:0]
}

// start is the rank of the position.
func (p *searchPlan) start(t query.SortTerm) (least uint64, fromUnset bool) {
	if p.f.After == nil {
		return 0, false
	}
	r, ok := rankValue(t.Path, p.f.After.Values[0])
	if p.f.After.Values[0] == nil {
		return 0, true
	}
	if !ok {
		return 0, false
	}
	if t.Desc {
		r = ^r
	}
	return r, false
}

// readBest reads candidates in growing batches until the page is full. Candidates of
// equal rank stay in one batch, since only their values decide their order.
func (p *searchPlan) readBest() ([]store.Doc, error) {
	var docs []store.Doc
	size := p.f.Limit
	if len(p.rest) > 0 {
		size *= 2
	}
	for len(p.set) > 0 && len(docs) < p.f.Limit {
		more, err := p.readSome(p.takeLowest(size), p.f.Limit-len(docs))
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
		size *= 4
	}
	if len(docs) >= p.f.Limit || len(p.unset) == 0 {
		return docs, nil
	}
	more, err := p.readSome(p.unset, p.f.Limit-len(docs))
	return append(docs, more...), err
}

// readSome reads one batch, sorted.
func (p *searchPlan) readSome(seqs []int64, limit int) ([]store.Doc, error) {
	f := p.f
	f.Limit = limit
	if len(seqs) > 4*limit+p.s.options.limits.fewHits || f.IDsOnly {
		return p.findAmong(seqs, f)
	}
	return p.sorted(seqs, f)
}

// takeLowest removes the n candidates of the lowest ranks from the set, and all
// that have the same rank as the last of them.
func (p *searchPlan) takeLowest(n int) []int64 {
	last := ^uint64(0)
	if n < len(p.set) {
		last = nthRank(p.set, n)
	}
	seqs := make([]int64, 0, n)
	left := 0
	for _, c := range p.set {
		if c.rank <= last {
			seqs = append(seqs, c.seq)
		} else {
			p.set[left] = c
			left++
		}
	}
	p.set = p.set[:left]
	return seqs
}

// nthRank finds the n-th lowest rank with a max-heap of n.
func nthRank(set []candidate, n int) uint64 {
	heap := make([]uint64, n)
	for i := range heap {
		heap[i] = set[i].rank
	}
	slices.SortFunc(heap, func(a, b uint64) int { return cmp.Compare(b, a) }) // a sorted slice is a heap
	for _, c := range set[n:] {
		if c.rank < heap[0] {
			siftDown(heap, c.rank)
		}
	}
	return heap[0]
}

// siftDown replaces the greatest element of a max-heap.
func siftDown(heap []uint64, r uint64) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(heap) {
			break
		}
		if child+1 < len(heap) && heap[child+1] > heap[child] {
			child++
		}
		if heap[child] <= r {
			break
		}
		heap[i] = heap[child]
		i = child
	}
	heap[i] = r
}
