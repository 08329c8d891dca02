package live

import (
	"encoding/json"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
)

// handle does what a frame asks.
func (s *socket) handle(frame []byte) {
	r, err := readRequest(frame)
	switch {
	case err != nil:
		s.sendError(r.Ref, err)
	case r.Op == "unsubscribe":
		s.unsubscribe(r.Ref)
	default:
		if err := s.subscribe(r); err != nil {
			s.sendError(r.Ref, err)
		}
	}
}

// subscribe begins a subscription; one with the same ref ends.
func (s *socket) subscribe(r request) error {
	text, err := json.Marshal(r.Query)
	if err != nil {
		return problem.Wrap(problem.Malformed, err)
	}
	s.unsubscribe(r.Ref)
	sub := &subscription{socket: s, ref: r.Ref, entity: r.Entity, query: r.Query, text: string(text),
		ages: r.Query.Ages(), open: r.Query.Limit == 0}
	s.mu.Lock()
	switch {
	case s.subs == nil:
		s.mu.Unlock()
		return nil
	case len(s.subs) >= s.hub.Limits.Subscriptions:
		s.mu.Unlock()
		return problem.New(problem.Rate, "live_too_many_subscriptions", map[string]any{"max": s.hub.Limits.Subscriptions})
	}
	s.subs[r.Ref] = sub
	s.mu.Unlock()
	s.out.room()
	resume := uint64(0)
	if r.Seq > 0 {
		if sub.set = s.hub.parked.unpark(sub.parkKey(), r.Seq); sub.set != nil {
			resume = r.Seq
		} else {
			s.sendResync(r.Ref, s.hub.seq.Load())
		}
	}
	sub.refresh(resume)
	return nil
}

func (s *socket) unsubscribe(ref string) {
	s.mu.Lock()
	sub := s.subs[ref]
	delete(s.subs, ref)
	s.mu.Unlock()
	if sub != nil {
		sub.end(false)
	}
}

// refuse ends a subscription that the client may not, or cannot, have. What it
// shows of records that are no longer to be seen it is told to drop.
func (s *socket) refuse(sub *subscription, err error) {
	sub.mu.Lock()
	if sub.set != nil && !sub.ended {
		for _, m := range sub.set.order {
			s.sendDrop(sub.ref, s.hub.seq.Load(), m.id)
		}
	}
	sub.mu.Unlock()
	s.mu.Lock()
	if s.subs[sub.ref] == sub {
		delete(s.subs, sub.ref)
	}
	s.mu.Unlock()
	sub.end(false)
	s.sendError(sub.ref, underQuery(err))
}

// underQuery moves the paths of a query's problems to where the frame has them.
func underQuery(err error) error {
	p := problem.As(err)
	if p == nil || p.Code != problem.Invalid {
		return err
	}
	moved := *p
	moved.Fields = make([]problem.Field, len(p.Fields))
	for i, f := range p.Fields {
		f.Path = "/query" + f.Path
		moved.Fields[i] = f
	}
	return &moved
}

// end takes a subscription out of the hub; park keeps its set for a client
// that comes back.
func (s *subscription) end(park bool) {
	h := s.socket.hub
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	s.ended = true
	set, sh := s.set, s.shared
	s.shared, s.pending = nil, nil
	s.mu.Unlock()
	h.unlisten(s)
	h.release(sh)
	if park && set != nil {
		h.parked.park(s.parkKey(), set, time.Now())
	}
}

// follow reads anew when the rights are others than those of the selection.
func (s *subscription) follow(rights *access.Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared != nil && s.shared.sel.Rights.Compiled() != rights.Compiled() {
		s.refreshSoon(0)
	}
}
