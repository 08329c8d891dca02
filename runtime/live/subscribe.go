package live

import (
	"context"
	"encoding/json"
	"time"

	"weft/runtime/access"
	"weft/runtime/problem"
)

// handle executes the command of a frame.
func (s *socket) handle(frame []byte) {
	r, err := readCommand(frame)
	switch {
	case err != nil:
		s.sendError(r.Ref, err)
	case r.Op == "unsubscribe":
		s.unsubscribe(r.Ref)
		s.leaveInbox(r.Ref)
	case r.Op == "notifications":
		s.followInbox(r.Ref)
	default:
		if err := s.subscribe(r); err != nil {
			s.sendError(r.Ref, err)
		}
	}
}

// subscribe begins a subscription; one with the same ref ends.
func (s *socket) subscribe(r command) error {
	text, err := json.Marshal(r.Query)
	if err != nil {
		return problem.Wrap(problem.Malformed, err)
	}
	s.unsubscribe(r.Ref)
	sub := &subscription{socket: s, ref: r.Ref, entity: r.Entity, query: r.Query, text: string(text),
		usesNow: r.Query.UsesNow(), unlimited: r.Query.Limit == 0}
	sub.ctx, sub.cancel = context.WithCancel(s.hub.ctx)
	if err := s.hub.reserve(sub); err != nil {
		return err
	}
	s.mu.Lock()
	switch {
	case s.subs == nil:
		s.mu.Unlock()
		sub.end(false)
		return nil
	case len(s.subs) >= s.hub.Limits.Subscriptions:
		s.mu.Unlock()
		sub.end(false)
		return problem.New(problem.Rate, "live_too_many_subscriptions", map[string]any{"max": s.hub.Limits.Subscriptions})
	}
	s.subs[r.Ref] = sub
	s.mu.Unlock()
	s.out.waitForSpace()
	resume := uint64(0)
	if r.Seq > 0 {
		if sub.set = s.hub.resumable.take(sub.resumeKey(), r.Seq); sub.set != nil {
			resume = r.Seq
		} else {
			s.sendResync(r.Ref, s.hub.seq.Load())
		}
	}
	go sub.refresh(resume) // the socket goes on reading: an unsubscribe or a close ends the refresh
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

// refuse ends a subscription that fails for good and sends the reason. The
// client is told to drop the records it has.
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

// underQuery prefixes the paths of a query's problems by their place in the frame.
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

// defaultCost is what a subscription without a limit counts for.
const defaultCost = 50

// reserve counts the records that a subscription may hold; when its user's
// subscriptions would hold too many it fails.
func (h *Hub) reserve(s *subscription) error {
	if s.cost = int(s.query.Limit); s.cost <= 0 {
		s.cost = defaultCost
	}
	user := s.socket.actor.UserID
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.records[user]+s.cost > h.Limits.Records {
		s.cancel()
		return problem.New(problem.Rate, "live_too_many_records", map[string]any{"max": h.Limits.Records})
	}
	h.records[user] += s.cost
	return nil
}

func (h *Hub) unreserve(s *subscription) {
	user := s.socket.actor.UserID
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.records[user] -= s.cost; h.records[user] <= 0 {
		delete(h.records, user)
	}
}

// end removes a subscription from the hub; resumable keeps its set for a client
// that returns.
func (s *subscription) end(resumable bool) {
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
	s.cancel()
	h.unreserve(s)
	h.unlisten(s)
	h.release(sh)
	if resumable && set != nil {
		h.resumable.keep(s.resumeKey(), set, time.Now())
	}
}

// follow refreshes when the rights differ from those of the selection.
func (s *subscription) follow(rights *access.Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared != nil && s.shared.sel.Rights.Compiled() != rights.Compiled() {
		s.refreshSoon(0)
	}
}
