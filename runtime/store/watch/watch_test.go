package watch_test

import (
	"context"
	"testing"
	"testing/synctest"

	"weft/runtime/store"
	"weft/runtime/store/watch"
)

func event(seq uint64) store.Event { return store.Event{Seq: seq, Kind: store.Insert} }

func TestASlowWatcherGetsOneResync(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var w watch.Watchers
		events := w.Subscribe(ctx, nil, 0)
		w.Publish(0, event(1))
		synctest.Wait() // event 1 is taken out of the queue and waits to be read
		const last = 10_000
		for seq := uint64(2); seq <= last; seq++ {
			w.Publish(0, event(seq))
		}
		if e := <-events; e.Seq != 1 || e.Resync {
			t.Errorf("first: %+v", e)
		}
		if e := <-events; e.Seq != last || !e.Resync {
			t.Errorf("after too many events: %+v", e)
		}
		w.Publish(0, event(last+1))
		if e := <-events; e.Seq != last+1 || e.Resync {
			t.Errorf("after the resync: %+v", e)
		}
		cancel()
		if _, open := <-events; open || w.Len() != 0 {
			t.Errorf("after the end there are %d watchers", w.Len())
		}
	})
}

func TestEventsAnsweredBeforeSubscribingAreNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var w watch.Watchers
		events := w.Subscribe(ctx, nil, 5)
		w.Publish(5, event(1))
		w.Publish(6, event(2))
		if e := <-events; e.Seq != 2 {
			t.Errorf("got %+v", e)
		}
	})
}
