package mongo_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// TestWatchersLoseNothingWhenTheServerIsKilled: after kill -9 of the database
// the stream goes on where it was, or says that it could not.
func TestWatchersLoseNothingWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{Durable: true})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: 3 * time.Second})
	ensurePairs(t, s)
	events, err := s.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan string, 1000)
	go func() {
		last := uint64(0)
		for e := range events {
			if e.Seq <= last {
				t.Errorf("event %+v behind %d", e, last)
			}
			if last = e.Seq; e.Resync {
				seen <- "resync"
			} else {
				seen <- e.Doc.ID
			}
		}
	}()
	number, err := s.ChangeNumber(t.Context(), "log")
	if err != nil {
		t.Fatal(err)
	}
	wait := func(id string) {
		t.Helper()
		for got := range seen {
			if got == id || got == "resync" {
				return
			}
			t.Errorf("got %s, want %s", got, id)
		}
	}
	for round := range 3 {
		id := fmt.Sprint("before", round)
		if err := s.Commit(t.Context(), pair(id)); err != nil {
			t.Fatal(err)
		}
		server.Kill()
		server.Restart()
		after := fmt.Sprint("after", round)
		eventually(t, "writes", 20*time.Second, func() bool {
			err := s.Commit(t.Context(), pair(after))
			var unique *store.UniqueError
			if errors.As(err, &unique) { // it was of unknown outcome, and happened
				err = nil
			}
			if err != nil && !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUnknown) {
				t.Fatal(err)
			}
			return err == nil
		})
		wait(id)
		wait(after)
	}
	if now, err := s.ChangeNumber(t.Context(), "log"); err != nil || now <= number {
		t.Errorf("number %d after %d, %v", now, number, err)
	}
}

// TestResyncWhenTheHistoryIsGone: where the database has forgotten the place in
// the stream, watchers are told and every number is new.
func TestResyncWhenTheHistoryIsGone(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: 3 * time.Second})
	ensurePairs(t, s)
	events, err := s.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	number, err := s.ChangeNumber(t.Context(), "deal")
	if err != nil {
		t.Fatal(err)
	}
	run := admin(t, server.URI)
	run(failCommand(times(1), bson.D{{Key: "failCommands", Value: bson.A{"getMore"}}, {Key: "errorCode", Value: 286}}))
	e := <-events
	if !e.Resync {
		t.Errorf("got %+v", e)
	}
	if now, err := s.ChangeNumber(t.Context(), "deal"); err != nil || now <= number {
		t.Errorf("number %d after %d, %v", now, number, err)
	}
	if err := s.Commit(t.Context(), pair("fresh")); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Doc.ID != "fresh" {
		t.Errorf("after it: %+v", e)
	}
}
