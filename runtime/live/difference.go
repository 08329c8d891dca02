package live

import (
	"encoding/json"

	"weft/runtime/store"
)

// sendDifference replaces the set of the subscription by the records that were
// read. The client gets a snapshot when it has nothing yet, else puts and drops.
// The subscription is locked.
func (s *subscription) sendDifference(found []*outcome, docs []store.Doc, more bool, seq, resume uint64) {
	sel := s.shared.sel
	next := newSet(sel.Limit, s.unlimited, sel.Sort)
	next.more = more
	items := make([]json.RawMessage, 0, len(docs))
	old := s.set
	for i, d := range docs {
		o := found[i]
		if !o.matches {
			continue
		}
		m := &member{id: d.ID, rev: d.Rev, pos: o.pos, sum: o.sum, seq: seq}
		next.insert(m)
		if old == nil {
			items = append(items, o.wire)
			continue
		}
		if had := old.byID[d.ID]; had != nil && had.sum == m.sum && (resume == 0 || had.seq <= resume) {
			m.seq = had.seq
			continue
		}
		s.socket.sendPut(s.ref, seq, o.wire)
	}
	s.set = next
	if old == nil {
		next.floor = seq
		s.socket.sendSnapshot(s.ref, seq, items)
		return
	}
	next.drops, next.floor = old.drops, old.floor
	s.sendDrops(old, seq, resume)
}

// sendDrops drops the records that the client has and that left the set.
func (s *subscription) sendDrops(old *set, seq, resume uint64) {
	if resume > 0 {
		for _, d := range old.drops {
			if d.seq > resume && s.set.byID[d.id] == nil {
				s.socket.sendDrop(s.ref, seq, d.id)
			}
		}
	}
	for _, m := range old.order {
		if s.set.byID[m.id] == nil {
			s.set.forget(m.id, seq)
			s.socket.sendDrop(s.ref, seq, m.id)
		}
	}
}
