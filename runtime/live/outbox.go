package live

import (
	"sync"

	"github.com/gorilla/websocket"
)

// farewell is how a socket is closed: an RFC 6455 code and a word why.
type farewell struct {
	code int
	text string
}

var (
	goingAway  = farewell{websocket.CloseGoingAway, "going away"}
	signedOut  = farewell{websocket.ClosePolicyViolation, "signed out"}
	tooFast    = farewell{websocket.ClosePolicyViolation, "too many messages"}
	notJSON    = farewell{websocket.CloseUnsupportedData, "text frames of JSON only"}
	tooSlow    = farewell{websocket.CloseTryAgainLater, "too slow, resync"}
	clientGone = farewell{websocket.CloseNormalClosure, ""}
)

// outbox holds what waits for one client, up to a number of bytes: a slow
// client costs only itself.
type outbox struct {
	mu    sync.Mutex
	limit int
	queue [][]byte
	bytes int
	end   *farewell // set once; nothing more is taken
	wake  chan struct{}
}

func newOutbox(limit int) *outbox { return &outbox{limit: limit, wake: make(chan struct{}, 1)} }

// push queues a message. When there are too many bytes, all that waits is
// thrown away and the socket is to be closed as too slow.
func (o *outbox) push(message []byte) {
	o.mu.Lock()
	if o.end == nil {
		if o.bytes+len(message) > o.limit {
			o.queue, o.bytes, o.end = nil, 0, &tooSlow
		} else {
			o.queue = append(o.queue, message)
			o.bytes += len(message)
		}
	}
	o.mu.Unlock()
	o.ring()
}

// close lets the writer say farewell; what waits for a client that is no
// longer signed in is thrown away.
func (o *outbox) close(why farewell) {
	o.mu.Lock()
	if o.end == nil {
		o.end = &why
		if why == signedOut {
			o.queue, o.bytes = nil, 0
		}
	}
	o.mu.Unlock()
	o.ring()
}

func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take empties the outbox; end is set when nothing more will come.
func (o *outbox) take() (queue [][]byte, end *farewell) {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue, o.queue, o.bytes = o.queue, nil, 0
	return queue, o.end
}
