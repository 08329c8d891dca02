package storetest

import (
	"testing"

	"weft/runtime/query"
)

// coverage counts what the random questions reached: answers that are all empty
// would be equal whatever a store does.
type coverage struct {
	finds, nonEmpty, severalPages int
	aggregates, severalRows       int
	// matched are the comparisons that held for a document, by operator and kind.
	matched map[comparisonKind]bool
	asked   map[comparisonKind]int
}

type comparisonKind struct {
	op   query.Op
	kind query.Kind
}

// count records what a question reaches.
func (w *fixture) count(q question) {
	m := &w.met
	if m.matched == nil {
		m.matched, m.asked = map[comparisonKind]bool{}, map[comparisonKind]int{}
	}
	if q.aggregate != nil {
		m.aggregates++
		if len(w.rows(*q.aggregate)) > 1 {
			m.severalRows++
		}
		return
	}
	n := len(w.answer(q.find))
	m.finds++
	if n > 0 {
		m.nonEmpty++
	}
	if n > q.limits[0] {
		m.severalPages++
	}
	w.countComparisons(q.find.Where)
}

func (w *fixture) countComparisons(x query.Expr) {
	switch x := x.(type) {
	case query.All:
		for _, part := range x {
			w.countComparisons(part)
		}
	case query.Any:
		for _, part := range x {
			w.countComparisons(part)
		}
	case query.Not:
		w.countComparisons(x.X)
	case query.Cmp:
		key := comparisonKind{x.Op, x.Path.Kind}
		w.met.asked[key]++
		if w.met.matched[key] {
			return
		}
		for _, d := range w.docs["deal"] {
			if query.Matches(x, d.body, w.get) {
				w.met.matched[key] = true
				return
			}
		}
	}
}

// minAsked is the number of uses after which a comparison must have held once.
const minAsked = 40

// check fails when too little was reached.
func (m *coverage) check(t *testing.T) {
	t.Helper()
	t.Logf("%d lists, %d with an answer, %d with several pages; %d aggregates, %d with several rows; %d of %d comparisons held",
		m.finds, m.nonEmpty, m.severalPages, m.aggregates, m.severalRows, len(m.matched), len(m.asked))
	if m.nonEmpty*100 < m.finds*40 || m.severalPages*100 < m.finds*20 || m.severalRows*100 < m.aggregates*20 {
		t.Errorf("too few answers to compare: %+v", *m)
	}
	for key, n := range m.asked {
		if n >= minAsked && !m.matched[key] {
			t.Errorf("%s of kind %d was asked %d times and held for no document", key.op, key.kind, n)
		}
	}
}
