package mongo_test

import (
	"bytes"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// TestSilenceOfTheStreamIsNoPromise: a stream that stays silent, as one to a
// member does that was cut off, does not keep caches alive for long.
func TestSilenceOfTheStreamIsNoPromise(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	other := open(t, server.URI, mongo.Options{})
	ensurePairs(t, other)
	var mute atomic.Bool
	muted := make(chan struct{})
	var once sync.Once
	proxy := mongotest.StartProxy(t, server.URI, mongotest.ProxyRules{ForwardRequest: func(question []byte) bool {
		if !mute.Load() || !bytes.Contains(question, []byte("getMore\x00")) {
			return true
		}
		once.Do(func() { close(muted) })
		return false
	}})
	s := open(t, proxy.URI, mongo.Options{})
	mute.Store(true)
	<-muted
	number := func() uint64 {
		n, err := s.ChangeNumber(t.Context(), "deal")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := number()
	if err := other.Commit(t.Context(), pair("a")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new number", 6*time.Second, func() bool { return number() != before })
	if _, err := s.Get(t.Context(), "deal", "a"); err != nil {
		t.Errorf("all else is answered: %v", err)
	}
}

// TestAStreamThatCannotBeOpened is told of once, however often it is tried.
func TestAStreamThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	var broken atomic.Bool
	var tried atomic.Int64
	proxy := mongotest.StartProxy(t, server.URI, mongotest.ProxyRules{ForwardRequest: func(question []byte) bool {
		if broken.Load() && bytes.Contains(question, []byte("$changeStream\x00")) {
			tried.Add(1)
		}
		return true
	}})
	var log output
	s := open(t, proxy.URI, mongo.Options{UnresponsiveTimeout: 4 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{"aggregate"}}, {Key: "errorCode", Value: 8}}))
	broken.Store(true)
	proxy.CloseConnections()
	eventually(t, "tried again", 30*time.Second, func() bool { return tried.Load() >= 3 })
	run(failCommand("off", nil))
	if n := log.count("cannot be opened"); n != 1 {
		t.Errorf("told %d times", n)
	}
}
