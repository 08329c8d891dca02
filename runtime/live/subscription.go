package live

import (
	"sync"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/store"
)

// calm is how long a subscription waits for further changes before it reads
// the store again.
const calm = 50 * time.Millisecond

// maxPending is how many changes may wait while a subscription reads; beyond,
// it reads once more instead.
const maxPending = 2000

// subscription is one live query of one socket.
type subscription struct {
	socket *socket
	ref    string
	entity string
	query  record.Query
	text   string // of the query, in one spelling
	ages   bool   // speaks of the present time
	others []string

	mu      sync.Mutex
	ended   bool
	shared  *shared
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
		// What the change means under other rights is for the store to say.
		s.refreshSoon(0)
	default:
		s.apply(e)
	}
}

// apply lets the set follow one change. The subscription is locked.
func (s *subscription) apply(e *event) {
	o := e.of(s.socket.hub.ctx, s.shared.sel)
	if o.err != nil {
		s.refreshSoon(calm)
		return
	}
	id := e.Doc.ID
	m := s.set.byID[id]
	switch {
	case !o.matches:
		if s.set.drop(id, e.Seq) {
			s.socket.sendDrop(s.ref, e.Seq, id)
			if s.set.more {
				s.refreshSoon(calm)
			}
		}
	case m != nil && m.rev >= e.Doc.Rev, m == nil && s.set.beyond(o.pos):
	default:
		s.put(e.Doc, o, m, e.Seq)
	}
}

// put takes a record in, or again at its new place.
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
	if len(s.set.order) > s.set.limit {
		last := s.set.last().id
		s.set.drop(last, seq)
		s.set.more = true
		s.socket.sendDrop(s.ref, seq, last)
	}
	if old != nil && s.set.more && s.set.last() == m && s.set.compare(m.pos, old.pos) > 0 {
		s.refreshSoon(calm) // one behind may come before it now
	}
}

func (s *subscription) refreshIn(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshSoon(d)
}

func (s *subscription) age() {
	if s.ages {
		s.refreshIn(0)
	}
}

// refreshSoon makes the subscription read the store anew. It is locked.
func (s *subscription) refreshSoon(d time.Duration) {
	if s.ended || s.waiting {
		return
	}
	s.waiting = true
	time.AfterFunc(d, func() { s.refresh(0) })
}

// refresh reads the query and tells the client what differs from what it has;
// the first time, or when nothing is known of what it has, everything. resume
// is the seq up to which a returning client was told, 0 for none.
func (s *subscription) refresh(resume uint64) {
	s.mu.Lock()
	s.waiting = false
	if s.ended || s.reading {
		s.again = true
		s.mu.Unlock()
		return
	}
	s.reading = true
	s.mu.Unlock()
	for {
		err := s.read(resume)
		resume = 0
		if s.finish(err) {
			break
		}
	}
}

// finish ends a reading: what was committed meanwhile is applied. It returns
// false when the store must be read once more.
func (s *subscription) finish(err error) bool {
	s.mu.Lock()
	if err == nil && s.again && !s.ended {
		s.again, s.pending = false, nil
		s.mu.Unlock()
		return false
	}
	pending := s.pending
	s.reading, s.again, s.pending = false, false, nil
	if err == nil && !s.ended && s.set != nil {
		for _, e := range pending {
			s.apply(e)
		}
	}
	s.mu.Unlock()
	if err != nil {
		s.fail(err)
	}
	return true
}

// read is one reading. Changes that are committed meanwhile wait.
func (s *subscription) read(resume uint64) error {
	h := s.socket.hub
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-h.ctx.Done():
		return nil
	}
	sh, err := h.selection(h.ctx, s)
	if err != nil {
		return err
	}
	if !s.hold(sh) {
		return nil
	}
	seq := h.seq.Load()
	docs, err := sh.sel.Find(h.ctx)
	if err != nil {
		return err
	}
	found, err := h.outcomes(sh.sel, docs)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	s.settle(found, docs, seq, resume)
	return nil
}

// hold makes a selection the subscription's, unless it has ended.
func (s *subscription) hold(sh *shared) bool {
	h := s.socket.hub
	s.mu.Lock()
	old := s.shared
	if s.ended {
		old = sh
	} else {
		s.shared = sh
	}
	s.mu.Unlock()
	h.release(old)
	h.listen(s, sh.sel.Depends())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended { // it may have ended before it was entered
		h.unlisten(s)
	}
	return !s.ended
}

// outcomes renders the records that were read. One that a failed look across
// a reference leaves in doubt fails the reading.
func (h *Hub) outcomes(sel *record.Selection, docs []store.Doc) ([]*outcome, error) {
	out := make([]*outcome, len(docs))
	for i, d := range docs {
		e := docEvent(d, h.Store)
		doc, err := e.decoded()
		if err != nil {
			return nil, err
		}
		o := &outcome{matches: true}
		o.pos = positionOf(sel.Sort, doc, e.far(h.ctx, &o.err))
		if o.err != nil {
			return nil, o.err
		}
		if o.wire, err = sel.Render(h.ctx, d.Body, doc); problem.CodeOf(err) == problem.NotFound {
			o.matches = false // gone since it was found
		} else if err != nil {
			return nil, err
		}
		o.sum = sumOf(o.wire)
		out[i] = o
	}
	return out, nil
}

// fail ends a subscription that cannot go on, or tries again when the store
// could not be reached.
func (s *subscription) fail(err error) {
	switch problem.CodeOf(err) {
	case problem.Unauthenticated:
		s.socket.out.close(signedOut)
	case problem.Forbidden, problem.NotFound, problem.Invalid:
		s.socket.refuse(s, err)
	default:
		s.socket.hub.Logger.Warn("live query", "entity", s.entity, "error", err)
		s.refreshIn(time.Second)
	}
}
