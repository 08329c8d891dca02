package mongo_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"
)

// eventually waits until fn holds, by trying again.
func eventually(t *testing.T, what string, within time.Duration, fn func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !fn() {
		if time.Since(start) > within {
			t.Fatalf("%s: not within %v", what, within)
		}
	}
	return time.Since(start)
}

// untilUnavailable reads or writes until the database is gone; no answer may
// take longer than wait.
func untilUnavailable(t *testing.T, s *mongo.Store, what string, caller int, wait time.Duration, running chan<- struct{}) {
	for n := 0; ; n++ {
		start := time.Now()
		var err error
		if caller%2 == 0 {
			_, err = s.Get(t.Context(), "deal", what)
		} else {
			err = s.Commit(t.Context(), pair(fmt.Sprint(what, caller, "-", n)))
		}
		if took := time.Since(start); took > wait {
			t.Errorf("%s: answered after %v: %v", what, took, err)
		}
		if err != nil {
			if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUnknown) {
				t.Errorf("%s: %v", what, err)
			}
			return
		}
		select {
		case running <- struct{}{}:
		default:
		}
	}
}

// TestDatabaseThatDoesNotAnswer freezes the server under reads and writes, then
// kills it: all are answered within the patience, new ones at once, and when it
// is back so is the store.
func TestDatabaseThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	const wait = 2 * time.Second // of the default proportions, for slow machines
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: wait})
	ensurePairs(t, s)
	for what, change := range map[string][2]func(){
		"frozen": {server.Freeze, server.Unfreeze}, "killed": {server.Kill, server.Restart},
	} {
		if err := s.Commit(t.Context(), pair(what)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		running := make(chan struct{}, 1000)
		for c := range 8 {
			wg.Go(func() { untilUnavailable(t, s, what, c, wait, running) })
		}
		for range 24 { // calls are under way
			<-running
		}
		change[0]()
		wg.Wait()
		eventually(t, what+": down", wait, func() bool {
			_, err := s.Get(t.Context(), "deal", "x")
			return errors.Is(err, store.ErrUnavailable) && strings.Contains(err.Error(), "does not respond")
		})
		start := time.Now()
		if _, err := s.Count(t.Context(), "deal", nil, 0); !errors.Is(err, store.ErrUnavailable) || time.Since(start) > wait/10 {
			t.Errorf("%s: a call to a database that is down: %v after %v", what, err, time.Since(start))
		}
		change[1]()
		took := eventually(t, what+": back", 20*time.Second, func() bool {
			err := s.Commit(t.Context(), pair(fmt.Sprint(what, time.Now().UnixNano())))
			if err != nil && !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUnknown) {
				t.Fatal(err)
			}
			return err == nil
		})
		t.Logf("%s: writes again %v after it was back", what, took.Round(time.Millisecond))
		if what == "frozen" && !has(t, s, what) {
			t.Errorf("%s: an acknowledged commit is lost", what)
		}
	}
}

// TestOpenWithoutDatabase fails soon, names no secret, and with Wait goes on trying.
func TestOpenWithoutDatabase(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	server.Kill()
	start := time.Now()
	uri := strings.Replace(server.URI, "mongodb://", "mongodb://weft:hush%21@", 1)
	_, err := mongo.Open(t.Context(), uri, mongo.Options{})
	if !errors.Is(err, store.ErrUnavailable) || time.Since(start) > 3*time.Second {
		t.Errorf("without a database: %v after %v", err, time.Since(start))
	}
	if err != nil && strings.Contains(err.Error(), "hush") {
		t.Errorf("the password is told: %v", err)
	}
	for _, uri := range []string{"mongodb://weft:hush!@/:@", "postgres://weft:hush!@x", "mongodb://weft:hush!@x:1:2/", "mongodb://weft:hush!@x/?tls=maybe", "mongodb://weft:hu%zzsh!@x/"} {
		if _, err := mongo.Open(t.Context(), uri, mongo.Options{}); err == nil || strings.Contains(err.Error(), "sh!") {
			t.Errorf("%s: %v", uri, err)
		}
	}
	opened := make(chan error, 1)
	go func() {
		s, err := mongo.Open(t.Context(), server.URI, mongo.Options{WaitUntilReachable: true})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	server.Restart()
	if err := <-opened; err != nil {
		t.Errorf("with Wait: %v", err)
	}
}
