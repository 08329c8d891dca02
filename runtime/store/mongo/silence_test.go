package mongo_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
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
	proxy := mongotest.Through(t, server.URI, mongotest.Rules{Ask: func(question []byte) bool {
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
