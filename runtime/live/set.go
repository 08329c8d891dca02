package live

import (
	"slices"

	"weft/runtime/query"
)

// member is one record that the client has.
type member struct {
	id  string
	rev int64
	pos query.Position
	sum uint64 // of what the client was sent
	seq uint64 // of the event that sent it
}

// set is what one subscription's client has: the first limit records of the
// query in its order or, when it is open, those of the snapshot and all that
// has changed since.
type set struct {
	limit int
	open  bool
	terms []query.SortTerm // without a term on id
	desc  bool             // of id
	byID  map[string]*member
	order []*member
	// more says that there may be matching records behind the last member.
	more bool
	// drops are the last records that left, by which a client that was away
	// learns what it missed; floor is the seq up to which they are forgotten.
	drops []dropped
	floor uint64
}

type dropped struct {
	id  string
	seq uint64
}

// maxDrops is how many drops a set remembers.
const maxDrops = 1000

// maxOpen is how many records an open set holds; then the client begins anew.
const maxOpen = 10_000

func newSet(limit int, open bool, sort []query.SortTerm) *set {
	terms, desc := query.SplitID(sort)
	return &set{limit: limit, open: open, terms: terms, desc: desc, byID: map[string]*member{}}
}

// compare orders positions as the store orders records: unset values last both ways.
func (s *set) compare(a, b query.Position) int { return a.Compare(b, s.terms, s.desc) }

// beyond tells whether a position lies behind all that the set can hold.
func (s *set) beyond(p query.Position) bool {
	return s.more && !s.open && (len(s.order) == 0 || s.compare(p, s.last().pos) > 0)
}

// follows tells whether records behind the set move up when one leaves.
func (s *set) follows() bool { return s.more && !s.open }

func (s *set) last() *member { return s.order[len(s.order)-1] }

func (s *set) insert(m *member) {
	at, _ := slices.BinarySearchFunc(s.order, m.pos, func(o *member, p query.Position) int { return s.compare(o.pos, p) })
	s.order = slices.Insert(s.order, at, m)
	s.byID[m.id] = m
}

// take takes a member out, nil when there is none.
func (s *set) take(id string) *member {
	m := s.byID[id]
	if m == nil {
		return nil
	}
	delete(s.byID, id)
	at, ok := slices.BinarySearchFunc(s.order, m.pos, func(o *member, p query.Position) int { return s.compare(o.pos, p) })
	if !ok { // equal positions name one record, so this is a set built under another order
		at = slices.Index(s.order, m)
	}
	s.order = slices.Delete(s.order, at, at+1)
	return m
}

// drop takes a member out for its client and remembers it.
func (s *set) drop(id string, seq uint64) bool {
	if s.take(id) == nil {
		return false
	}
	s.forget(id, seq)
	return true
}

func (s *set) forget(id string, seq uint64) {
	if len(s.drops) >= maxDrops {
		s.floor = s.drops[maxDrops/2-1].seq
		s.drops = slices.Delete(s.drops, 0, maxDrops/2)
	}
	s.drops = append(s.drops, dropped{id, seq})
}

// positionOf is the place of a record under the terms of a selection.
func positionOf(sort []query.SortTerm, doc map[string]any, far func(string, string) map[string]any) query.Position {
	terms, _ := query.SplitID(sort)
	return query.PositionOf(terms, doc, far)
}
