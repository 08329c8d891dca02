package live

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/record/read"
)

// shareKey names a prepared query: the rights it was bound to and its text.
type shareKey struct {
	rights        *access.Rights
	entity, query string
}

// shared is a selection with the number of its subscriptions: those that ask
// the same under the same rights are worked out once per change.
type shared struct {
	sel   *read.Selection
	key   shareKey
	users int
}

// selection prepares the query of a subscription under the present rights.
func (h *Hub) selection(ctx context.Context, s *subscription) (*shared, error) {
	rights, err := h.Authority.Rights(ctx, s.socket.actor)
	if err != nil {
		return nil, err
	}
	key := shareKey{rights.Compiled(), s.entity, s.text}
	h.mu.Lock()
	if kept := h.shared[key]; kept != nil && !s.ages {
		kept.users++
		h.mu.Unlock()
		return kept, nil
	}
	h.mu.Unlock()
	sel, err := h.Reads.Select(ctx, s.socket.actor, s.entity, s.query)
	if err != nil {
		return nil, err
	}
	sh := &shared{sel: sel, key: shareKey{sel.Rights.Compiled(), s.entity, s.text}, users: 1}
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept := h.shared[sh.key]; kept != nil && !s.ages {
		kept.users++
		return kept, nil
	}
	if !s.ages {
		h.shared[sh.key] = sh
	}
	return sh, nil
}

// release gives a selection back; the hub's lock is not held.
func (h *Hub) release(sh *shared) {
	if sh == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if sh.users--; sh.users == 0 && h.shared[sh.key] == sh {
		delete(h.shared, sh.key)
	}
}

// listen enters a subscription under the collections that concern it.
func (h *Hub) listen(s *subscription, others []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	enter(h.byEntity, s.entity, s)
	for _, key := range s.others {
		leave(h.byOther, key, s)
	}
	s.others = others
	for _, key := range others {
		enter(h.byOther, key, s)
	}
}

func (h *Hub) unlisten(s *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	leave(h.byEntity, s.entity, s)
	for _, key := range s.others {
		leave(h.byOther, key, s)
	}
}

func enter(m map[string]map[*subscription]struct{}, key string, s *subscription) {
	if m[key] == nil {
		m[key] = map[*subscription]struct{}{}
	}
	m[key][s] = struct{}{}
}

func leave(m map[string]map[*subscription]struct{}, key string, s *subscription) {
	delete(m[key], s)
	if len(m[key]) == 0 {
		delete(m, key)
	}
}
