package live

import (
	"context"
	"sync"
	"time"

	"weft/runtime/record/read"
	"weft/runtime/store"
)

// refreshDelay is how long a subscription waits for further changes before it reads
// the store again.
const refreshDelay = 50 * time.Millisecond

// maxPending is how many changes are queued while a subscription reads; with
// more it reads once more instead.
const maxPending = 2000

// subscription is one live query of one socket.
type subscription struct {
	socket    *socket
	ref       string
	entity    string
	query     read.Query
	text      string // canonical JSON of the query
	usesNow   bool   // has relative dates
	unlimited bool   // has no limit: every matching change is sent
	others    []string
	// ctx ends with the subscription.
	ctx    context.Context
	cancel context.CancelFunc
	cost   int // records that it may hold

	mu      sync.Mutex
	ended   bool
	shared  *sharedSelection
	set     *set // nil until the snapshot is sent
	pending []*event
	reading bool // changes wait in pending
	again   bool // read once more
	waiting bool // a refresh is due
}

// deliver is called in commit order for every change of the entity.
func (s *subscription) deliver(e *event) {
	h := s.socket.hub
	rights, err := h.Authority.Rights(h.ctx, s.socket.actor)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
	case s.reading:
		if len(s.pending) >= maxPending {
			s.pending, s.again = nil, true
		}
		s.pending = append(s.pending, e)
	case err != nil || s.set == nil || rights.Compiled() != s.shared.sel.Rights.Compiled():
		// The selection was made under other rights: read the store.
		s.refreshSoon(0)
	default:
		s.apply(e)
	}
}

// apply updates the set by one change. The subscription is locked.
func (s *subscription) apply(e *event) {
	o := e.outcome(s.ctx, s.shared.sel)
	if o.err != nil {
		s.refreshSoon(refreshDelay)
		return
	}
	id := e.Doc.ID
	m := s.set.byID[id]
	switch {
	case !o.matches:
		if s.set.drop(id, e.Seq) {
			s.socket.sendDrop(s.ref, e.Seq, id)
			if s.set.refills() {
				s.refreshSoon(refreshDelay)
			}
		}
	case m != nil && m.rev >= e.Doc.Rev, m == nil && s.set.beyond(o.pos):
	default:
		s.put(e.Doc, o, m, e.Seq)
	}
}

// put adds a record, or moves it to its new position.
func (s *subscription) put(d store.Doc, o *outcome, old *member, seq uint64) {
	m := &member{id: d.ID, rev: d.Rev, pos: o.pos, sum: o.sum, seq: seq}
	if old != nil {
		s.set.take(d.ID)
	}
	s.set.insert(m)
	if old == nil || old.sum != m.sum {
		s.socket.sendPut(s.ref, seq, o.wire)
	} else {
		m.seq = old.seq
	}
	if s.set.unlimited {
		if len(s.set.order) > maxUnlimited {
			s.restart(seq)
		}
		return
	}
	if len(s.set.order) > s.set.limit {
		last := s.set.last().id
		s.set.drop(last, seq)
		s.set.more = true
		s.socket.sendDrop(s.ref, seq, last)
	}
	if old != nil && s.set.more && s.set.last() == m && s.set.compare(m.pos, old.pos) > 0 {
		s.refreshSoon(refreshDelay) // a record after it may now come before it
	}
}

// restart makes the client discard what it has, so that its set cannot grow
// without bound. The subscription is locked.
func (s *subscription) restart(seq uint64) {
	s.set = nil
	s.socket.sendResync(s.ref, seq)
	s.refreshSoon(0)
}

func (s *subscription) refreshIn(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshSoon(d)
}

func (s *subscription) refreshIfUsesNow() {
	if s.usesNow {
		s.refreshIn(0)
	}
}

// refreshSoon schedules a refresh after d. The subscription is locked.
func (s *subscription) refreshSoon(d time.Duration) {
	if s.ended || s.waiting {
		return
	}
	s.waiting = true
	time.AfterFunc(d, func() { s.refresh(0) })
}
