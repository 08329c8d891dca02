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
// query in its order or, when it is unlimited, those of the snapshot and all that
// changed since.
type set struct {
	limit     int
	unlimited bool
	terms     []query.SortTerm // without a term on id
	desc      bool             // of id
	byID      map[string]*member
	order     []*member
	// more says that there may be matching records after the last member.
	more bool
	// drops are the records that left last, sent to a client that resumes; older
	// ones, up to the seq floor, are no longer known.
	drops []dropped
	floor uint64
}

type dropped struct {
	id  string
	seq uint64
}

// maxDrops is how many drops a set remembers.
const maxDrops = 1000

// maxUnlimited bounds an unlimited set; with more the client starts again with a snapshot.
const maxUnlimited = 10_000

func newSet(limit int, unlimited bool, sort []query.SortTerm) *set {
	terms, desc := query.SplitID(sort)
	return &set{limit: limit, unlimited: unlimited, terms: terms, desc: desc, byID: map[string]*member{}}
}

// compare orders positions as the store orders records: unset values last both ways.
func (s *set) compare(a, b query.Position) int { return a.Compare(b, s.terms, s.desc) }

// beyond tells whether a position comes after every record that the set can hold.
func (s *set) beyond(p query.Position) bool {
	return s.more && !s.unlimited && (len(s.order) == 0 || s.compare(p, s.last().pos) > 0)
}

// refills tells whether another record moves into the set when one leaves.
func (s *set) refills() bool { return s.more && !s.unlimited }

func (s *set) last() *member { return s.order[len(s.order)-1] }

func (s *set) insert(m *member) {
	at, _ := slices.BinarySearchFunc(s.order, m.pos, func(o *member, p query.Position) int { return s.compare(o.pos, p) })
	s.order = slices.Insert(s.order, at, m)
	s.byID[m.id] = m
}

// take removes a member; nil when there is none.
func (s *set) take(id string) *member {
	m := s.byID[id]
	if m == nil {
		return nil
	}
	delete(s.byID, id)
	at, ok := slices.BinarySearchFunc(s.order, m.pos, func(o *member, p query.Position) int { return s.compare(o.pos, p) })
	if !ok { // the set was built under another order
		at = slices.Index(s.order, m)
	}
	s.order = slices.Delete(s.order, at, at+1)
	return m
}

// drop removes a member and remembers the drop.
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
