package live

import (
	"encoding/json"

	"weft/runtime/store"
)

// inboxes are the sockets that want to know of new messages to their user, by user.
type inboxes map[string]map[*socket]struct{}

// followInbox tells a socket of messages to its user from now on, under ref: at once,
// since some may be waiting, and with each change.
func (s *socket) followInbox(ref string) {
	h := s.hub
	h.mu.Lock()
	if h.inboxes[s.actor.UserID] == nil {
		h.inboxes[s.actor.UserID] = map[*socket]struct{}{}
	}
	h.inboxes[s.actor.UserID][s] = struct{}{}
	s.inbox = ref
	h.mu.Unlock()
	s.sendNotification(ref, h.seq.Load())
}

// leaveInbox ends that, when ref is its name.
func (s *socket) leaveInbox(ref string) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.inbox == ref {
		s.hub.forgetInbox(s)
	}
}

// forgetInbox is called with the hub's lock.
func (h *Hub) forgetInbox(s *socket) {
	s.inbox = ""
	delete(h.inboxes[s.actor.UserID], s)
	if len(h.inboxes[s.actor.UserID]) == 0 {
		delete(h.inboxes, s.actor.UserID)
	}
}

// announce tells the sockets of the user that a message is for.
func (h *Hub) announce(e store.Event) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if len(h.inboxes) == 0 {
		return
	}
	if e.Resync {
		for _, sockets := range h.inboxes {
			h.sendAll(sockets, e.Seq)
		}
		return
	}
	var message struct {
		User string `json:"user"`
	}
	if json.Unmarshal(e.Doc.Body, &message) == nil {
		h.sendAll(h.inboxes[message.User], e.Seq)
	}
}

func (h *Hub) sendAll(sockets map[*socket]struct{}, seq uint64) {
	for s := range sockets {
		s.sendNotification(s.inbox, seq)
	}
}

func (s *socket) sendNotification(ref string, seq uint64) {
	s.out.push(append(head(0, ref, seq, "notification"), '}'))
}
