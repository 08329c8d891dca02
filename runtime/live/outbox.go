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
	clientGone = farewell{websocket.CloseNormalClosure, "the connection is lost"}
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
	taken chan struct{}
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// push queues a message; a single one may be larger than the limit. When there
// are too many bytes, all that waits is thrown away and the socket is to be
// closed as too slow.
func (o *outbox) push(message []byte) {
	o.mu.Lock()
	if o.end == nil {
		if o.bytes > 0 && o.bytes+len(message) > o.limit {
			o.queue, o.bytes, o.end = nil, 0, &tooSlow
		} else {
			o.queue = append(o.queue, message)
			o.bytes += len(message)
		}
	}
	o.mu.Unlock()
	signal(o.wake)
}

// room waits until at most half of the outbox is full, so that a client which
// asks for many snapshots at once gets them one after the other.
func (o *outbox) room() {
	for {
		o.mu.Lock()
		ok := o.end != nil || o.bytes <= o.limit/2
		o.mu.Unlock()
		if ok {
			return
		}
		<-o.taken
	}
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
	signal(o.wake)
	signal(o.taken)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take empties the outbox; end is set when nothing more will come.
func (o *outbox) take() (queue [][]byte, end *farewell) {
	o.mu.Lock()
	queue, end = o.queue, o.end
	o.queue, o.bytes = nil, 0
	o.mu.Unlock()
	signal(o.taken)
	return queue, end
}
