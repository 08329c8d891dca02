package live

import (
	"context"
	"fmt"
	"time"

	"weft/runtime/problem"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// refresh reads the query and sends the difference to what the client has, or a
// snapshot when that is not known. resume is the seq up to which a returning
// client was sent everything, 0 for none.
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

// finish ends a read and applies what was committed meanwhile. It returns false
// when the store must be read once more.
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

// read reads the query once. Changes that are committed meanwhile are queued.
func (s *subscription) read(resume uint64) error {
	h := s.socket.hub
	release, err := h.reading.Acquire(s.ctx, s.socket.actor.UserID)
	if err != nil {
		return nil // the subscription has ended
	}
	defer release()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-s.ctx.Done():
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, h.Limits.Read)
	defer cancel()
	err = s.readNow(ctx, resume)
	switch {
	case err == nil || s.ctx.Err() != nil:
		return nil
	case ctx.Err() != nil:
		seconds := int(h.Limits.Read.Seconds())
		return problem.New(problem.Rate, "live_too_slow", map[string]any{"seconds": seconds})
	}
	return err
}

// readNow reads the query and sends the difference.
func (s *subscription) readNow(ctx context.Context, resume uint64) error {
	h := s.socket.hub
	// The rights of a selection read the store as long as it is used, by events
	// that come after this read and by other subscriptions.
	sh, err := h.selection(h.ctx, s)
	if err != nil {
		return err
	}
	if !s.useSelection(sh) {
		return nil
	}
	seq := h.seq.Load()
	docs, err := sh.sel.Find(ctx)
	if err != nil {
		return err
	}
	more := len(docs) > sh.sel.Limit
	if more {
		docs = docs[:sh.sel.Limit]
	}
	if docs, err = s.withMembers(ctx, sh.sel, docs); err != nil {
		return err
	}
	found, err := h.outcomes(ctx, sh.sel, docs)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	s.sendDifference(found, docs, more, seq, resume)
	return nil
}

// withMembers adds to the first records of an unlimited subscription the
// other records that its client has and that still match.
func (s *subscription) withMembers(ctx context.Context, sel *read.Selection, docs []store.Doc) ([]store.Doc, error) {
	h := s.socket.hub
	ids := s.membersBeyond(docs)
	if len(ids) == 0 {
		return docs, nil
	}
	kept, err := h.Store.GetMany(ctx, sel.Entity.Key, ids)
	if err != nil {
		return nil, fmt.Errorf("live query: %w", err)
	}
	for _, d := range kept {
		o := docEvent(d, h.Store).outcome(ctx, sel)
		if o.err != nil {
			return nil, o.err
		}
		if o.matches {
			docs = append(docs, d)
		}
	}
	return docs, nil
}

// membersBeyond lists the records that the client of an unlimited
// subscription has and that are not among docs.
func (s *subscription) membersBeyond(docs []store.Doc) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.unlimited || s.set == nil {
		return nil
	}
	read := make(map[string]bool, len(docs))
	for _, d := range docs {
		read[d.ID] = true
	}
	var ids []string
	for id := range s.set.byID {
		if !read[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// useSelection replaces the selection of a subscription that has not ended.
func (s *subscription) useSelection(sh *sharedSelection) bool {
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
	if s.ended { // it may have ended before it was registered
		h.unlisten(s)
	}
	return !s.ended
}

// outcomes renders the records that were read. A failure to read across a
// reference fails the whole read.
func (h *Hub) outcomes(ctx context.Context, sel *read.Selection, docs []store.Doc) ([]*outcome, error) {
	out := make([]*outcome, len(docs))
	for i, d := range docs {
		e := docEvent(d, h.Store)
		doc, err := e.decoded()
		if err != nil {
			return nil, err
		}
		o := &outcome{matches: true}
		o.pos = positionOf(sel.Sort, doc, e.referenced(ctx, &o.err))
		if o.err != nil {
			return nil, o.err
		}
		if o.wire, err = sel.Render(ctx, d.Body, doc); problem.CodeOf(err) == problem.NotFound {
			o.matches = false // gone since it was found
		} else if err != nil {
			return nil, err
		}
		o.sum = sumOf(o.wire)
		out[i] = o
	}
	return out, nil
}

// fail ends a subscription that cannot go on, or retries when the store could
// not be reached.
func (s *subscription) fail(err error) {
	switch problem.CodeOf(err) {
	case problem.Unauthenticated:
		s.socket.out.close(signedOut)
	case problem.Forbidden, problem.NotFound, problem.Invalid, problem.Rate:
		s.socket.refuse(s, err)
	default:
		s.socket.hub.Logger.Warn("live query", "entity", s.entity, "error", err)
		s.refreshIn(time.Second)
	}
}
