package live

import (
	"sync"

	"github.com/gorilla/websocket"
)

// closeReason is an RFC 6455 close code and its text.
type closeReason struct {
	code int
	text string
}

var (
	goingAway  = closeReason{websocket.CloseGoingAway, "going away"}
	signedOut  = closeReason{websocket.ClosePolicyViolation, "signed out"}
	tooFast    = closeReason{websocket.ClosePolicyViolation, "too many messages"}
	notJSON    = closeReason{websocket.CloseUnsupportedData, "text frames of JSON only"}
	tooSlow    = closeReason{websocket.CloseTryAgainLater, "too slow, resync"}
	clientGone = closeReason{websocket.CloseNormalClosure, "the connection is lost"}
)

// outbox is the queue of messages to one client, bounded in bytes, so that a slow
// client does not hold up others.
type outbox struct {
	mu    sync.Mutex
	limit int
	queue [][]byte
	bytes int
	end   *closeReason // set once; nothing more is taken
	wake  chan struct{}
	taken chan struct{}
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// push queues a message; a single one may be larger than the limit. When there
// are too many bytes, the queue is discarded and the socket is closed as too slow.
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

// waitForSpace waits until at most half of the outbox is full, so that a client which
// subscribes to many queries at once gets the snapshots one after the other.
func (o *outbox) waitForSpace() {
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

// close ends the queue; the writer sends the close frame. Messages to a client
// that is no longer signed in are discarded.
func (o *outbox) close(why closeReason) {
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
func (o *outbox) take() (queue [][]byte, end *closeReason) {
	o.mu.Lock()
	queue, end = o.queue, o.end
	o.queue, o.bytes = nil, 0
	o.mu.Unlock()
	signal(o.taken)
	return queue, end
}
