package live

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// socket is one client.
type socket struct {
	hub   *Hub
	conn  *websocket.Conn
	actor *access.Actor
	lang  string
	out   *outbox
	done  chan struct{} // closed when the reader has ended
	inbox string        // ref of what tells of messages, "" for none; under the hub's lock

	mu   sync.Mutex
	subs map[string]*subscription
}

// upgrader upgrades the connection. Only pages of the same host may open a
// socket: a browser sends its cookies from pages of any site. Nothing is compressed,
// so no small frame becomes a large one.
var upgrader = websocket.Upgrader{
	HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 2048, WriteBufferPool: &sync.Pool{},
}

// Serve upgrades the connection of a signed-in actor and returns when it is
// closed. Errors before the upgrade: forbidden for a foreign origin, rate
// when there are too many sockets, malformed when r is not a websocket handshake.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, a *access.Actor) error {
	if a == nil {
		return problem.New(problem.Unauthenticated, "", nil)
	}
	if err := h.start(); err != nil {
		return problem.Wrap(problem.Unavailable, err)
	}
	s := &socket{hub: h, actor: a, lang: request.Language(r), out: newOutbox(h.Limits.Queue),
		done: make(chan struct{}), subs: map[string]*subscription{}}
	if err := h.addSocket(s); err != nil {
		return err
	}
	defer h.removeSocket(s)
	code, u := problem.Malformed, upgrader
	u.Error = func(_ http.ResponseWriter, _ *http.Request, status int, _ error) {
		if status == http.StatusForbidden {
			code = problem.Forbidden
		}
	}
	conn, err := u.Upgrade(w, r, nil)
	if err != nil {
		return problem.Wrap(code, err)
	}
	s.conn = conn
	go s.read(r.Context())
	s.write()
	<-s.done
	return nil
}

func (h *Hub) addSocket(s *socket) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return &problem.Error{Code: problem.Unavailable, RetryAfter: time.Second}
	case len(h.sockets) >= h.Limits.Sockets, h.perUser[s.actor.UserID] >= h.Limits.SocketsPerUser:
		return &problem.Error{Code: problem.Rate, RetryAfter: time.Second}
	}
	h.sockets[s] = struct{}{}
	h.perUser[s.actor.UserID]++
	return nil
}

func (h *Hub) removeSocket(s *socket) {
	s.mu.Lock()
	subs := s.subs
	s.subs = nil
	s.mu.Unlock()
	for _, sub := range subs {
		sub.end(true)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forgetInbox(s)
	delete(h.sockets, s)
	if h.perUser[s.actor.UserID]--; h.perUser[s.actor.UserID] <= 0 {
		delete(h.perUser, s.actor.UserID)
	}
}

// write sends queued messages until the socket ends.
func (s *socket) write() {
	defer func() {
		s.out.close(clientGone)
		_ = s.conn.Close()
	}()
	ping := time.NewTicker(s.hub.Limits.Ping)
	defer ping.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-ping.C:
			if s.conn.WriteControl(websocket.PingMessage, nil, s.deadline()) != nil {
				return
			}
			continue
		case <-s.out.wake:
		}
		queue, end := s.out.take()
		if end != nil && *end == tooSlow {
			queue = s.resyncs()
		}
		for _, message := range queue {
			if s.conn.SetWriteDeadline(s.deadline()) != nil || s.conn.WriteMessage(websocket.TextMessage, message) != nil {
				return
			}
		}
		if end != nil {
			_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(end.code, end.text), s.deadline())
			return
		}
	}
}

func (s *socket) deadline() time.Time { return time.Now().Add(s.hub.Limits.Write) }

// resyncs tells a client that was too slow that it missed something.
func (s *socket) resyncs() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out [][]byte
	for ref := range s.subs {
		out = append(out, append(head(0, ref, s.hub.seq.Load(), "resync"), '}'))
	}
	return out
}

// read takes frames until the socket ends.
func (s *socket) read(ctx context.Context) {
	defer close(s.done)
	silence := s.hub.Limits.Ping + s.hub.Limits.Ping/10
	s.conn.SetReadLimit(s.hub.Limits.Frame)
	alive := func(string) error { return s.conn.SetReadDeadline(time.Now().Add(silence)) }
	s.conn.SetPongHandler(alive)
	_ = alive("")
	var messages request.Bucket
	perSecond := float64(s.hub.Limits.Messages)
	for ctx.Err() == nil {
		kind, frame, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		_ = alive("")
		switch {
		case !messages.Allow(time.Now(), 4*perSecond, perSecond):
			s.out.close(tooFast)
		case kind != websocket.TextMessage:
			s.out.close(notJSON)
		default:
			s.handle(frame)
		}
	}
}

// check closes the socket when its actor could not sign in any more, and
// refreshes its subscriptions when the actor's rights have changed.
func (s *socket) check() {
	ctx, cancel := context.WithTimeout(s.hub.ctx, s.hub.Limits.Check)
	defer cancel()
	if problem.CodeOf(s.hub.Authority.Check(ctx, s.actor)) == problem.Unauthenticated {
		s.out.close(signedOut)
		return
	}
	rights, err := s.hub.Authority.Rights(ctx, s.actor)
	if err != nil {
		return // retried with the next check; nothing is delivered meanwhile
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subs {
		sub.follow(rights)
	}
}
