package live_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"weft/runtime/live"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// stuckStore is a store in which finding deals ends only with the context.
type stuckStore struct {
	store.Store
	began, ended chan struct{}
}

func (s stuckStore) Find(ctx context.Context, collection string, f store.Find) ([]store.Doc, error) {
	if collection != "deal" {
		return s.Store.Find(ctx, collection, f)
	}
	s.began <- struct{}{}
	<-ctx.Done()
	s.ended <- struct{}{}
	return nil, ctx.Err()
}

func (h *harness) stick(limits live.Limits) stuckStore {
	s := stuckStore{h.store, make(chan struct{}, 10), make(chan struct{}, 10)}
	h.hub = live.New(live.Options{Store: s, Reads: read.New(read.Options{Store: s, Authority: h.access}),
		Authority: h.access, Current: h.current, Limits: limits})
	h.t.Cleanup(func() { must(h.t, h.hub.Close()) })
	return s
}

// A query that reads too long ends with a message. // R9
func TestALiveQueryThatReadsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t, live.Limits{})
	h.stick(live.Limits{Read: time.Second})
	c := h.dial(h.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
	m := c.want("error")
	if detail, _ := m.Problem["detail"].(string); m.Problem["code"] != "rate" || !strings.Contains(detail, "缩小范围") {
		t.Errorf("%v", m.Problem)
	}
}

// What a subscription reads ends with it. // R9
func TestUnsubscribingEndsTheRead(t *testing.T) {
	t.Parallel()
	h := newHarness(t, live.Limits{})
	s := h.stick(live.Limits{Read: time.Hour})
	c := h.dial(h.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{}}`)
	<-s.began // a connection that closes earlier is never read for
	must(t, c.conn.Close())
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		t.Error("the read goes on without its subscription")
	}
}

// The subscriptions of one user hold a bounded number of records. // R9
func TestTheRecordsOfOneUserAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t, live.Limits{Records: 1500})
	c := h.dial(h.session("admin"))
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"limit":1000}}`)
	c.next()
	c.send(`{"op":"subscribe","ref":"b","entity":"deal","query":{"limit":1000}}`)
	c.want("error")
	c.send(`{"op":"subscribe","ref":"a","entity":"deal","query":{"limit":500}}`) // instead of the first
	c.next()
	c.send(`{"op":"subscribe","ref":"b","entity":"deal","query":{"limit":1000}}`)
	c.want("snapshot")
}
