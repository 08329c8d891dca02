package live

import (
	"strings"
	"testing"
)

func TestOutbox(t *testing.T) {
	t.Parallel()
	long := []byte(strings.Repeat("x", 60))
	o := newOutbox(100)
	o.push([]byte(strings.Repeat("y", 500))) // one may be larger
	if queue, end := o.take(); len(queue) != 1 || end != nil {
		t.Fatalf("%d messages, end %v", len(queue), end)
	}
	o.push(long)
	o.push(long)
	o.push(long)
	if queue, end := o.take(); len(queue) != 0 || end != &tooSlow {
		t.Errorf("%d messages, end %v", len(queue), end)
	}
	o.close(goingAway)
	if _, end := o.take(); *end != tooSlow {
		t.Errorf("the first reason does not stay: %v", end)
	}
}

// Who is signed out gets nothing that was still waiting.
func TestOutboxOfSignedOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why  closeReason
		left int
	}{{signedOut, 0}, {goingAway, 1}} {
		o := newOutbox(100)
		o.push([]byte("waiting"))
		o.close(c.why)
		o.push([]byte("late"))
		if queue, end := o.take(); len(queue) != c.left || *end != c.why {
			t.Errorf("%v: %d messages, end %v", c.why, len(queue), end)
		}
	}
}

// A client that asks for much at once waits until there is room.
func TestOutboxRoom(t *testing.T) {
	t.Parallel()
	o := newOutbox(10)
	o.push([]byte("12345678"))
	passed := make(chan struct{})
	go func() {
		o.waitForSpace()
		close(passed)
	}()
	select {
	case <-passed:
		t.Fatal("there is no room yet")
	default:
	}
	o.take()
	<-passed
	o.push([]byte("12345678"))
	o.close(clientGone)
	o.waitForSpace()
}

func TestRefusedBySlowness(t *testing.T) {
	t.Parallel()
	s := &socket{hub: &Hub{}, subs: map[string]*subscription{"a": nil}}
	s.hub.seq.Store(7)
	if got := s.resyncs(); len(got) != 1 || string(got[0]) != `{"ref":"a","seq":7,"event":"resync"}` {
		t.Errorf("got %s", got)
	}
}
