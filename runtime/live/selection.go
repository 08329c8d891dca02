package live

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/record/read"
)

// selectionKey identifies a prepared query: the rights it was bound to and its text.
type selectionKey struct {
	rights        *access.Rights
	entity, query string
}

// sharedSelection is a selection and the number of subscriptions that use it:
// subscriptions of one query under the same rights are evaluated once per change.
type sharedSelection struct {
	sel   *read.Selection
	key   selectionKey
	users int
}

// selection prepares the query of a subscription under the present rights.
func (h *Hub) selection(ctx context.Context, s *subscription) (*sharedSelection, error) {
	rights, err := h.Authority.Rights(ctx, s.socket.actor)
	if err != nil {
		return nil, err
	}
	key := selectionKey{rights.Compiled(), s.entity, s.text}
	h.mu.Lock()
	if kept := h.shared[key]; kept != nil && !s.usesNow {
		kept.users++
		h.mu.Unlock()
		return kept, nil
	}
	h.mu.Unlock()
	sel, err := h.Reads.Select(ctx, s.socket.actor, s.entity, s.query)
	if err != nil {
		return nil, err
	}
	sh := &sharedSelection{sel: sel, key: selectionKey{sel.Rights.Compiled(), s.entity, s.text}, users: 1}
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept := h.shared[sh.key]; kept != nil && !s.usesNow {
		kept.users++
		return kept, nil
	}
	if !s.usesNow {
		h.shared[sh.key] = sh
	}
	return sh, nil
}

// release ends one use of a selection; the caller does not hold the hub's lock.
func (h *Hub) release(sh *sharedSelection) {
	if sh == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if sh.users--; sh.users == 0 && h.shared[sh.key] == sh {
		delete(h.shared, sh.key)
	}
}

// listen registers a subscription under the collections that concern it.
func (h *Hub) listen(s *subscription, others []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	addTo(h.byEntity, s.entity, s)
	for _, key := range s.others {
		removeFrom(h.byOther, key, s)
	}
	s.others = others
	for _, key := range others {
		addTo(h.byOther, key, s)
	}
}

func (h *Hub) unlisten(s *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	removeFrom(h.byEntity, s.entity, s)
	for _, key := range s.others {
		removeFrom(h.byOther, key, s)
	}
}

func addTo(m map[string]map[*subscription]struct{}, key string, s *subscription) {
	if m[key] == nil {
		m[key] = map[*subscription]struct{}{}
	}
	m[key][s] = struct{}{}
}

func removeFrom(m map[string]map[*subscription]struct{}, key string, s *subscription) {
	delete(m[key], s)
	if len(m[key]) == 0 {
		delete(m, key)
	}
}
