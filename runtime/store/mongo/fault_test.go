package mongo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// admin talks to a server beside the store.
func admin(t *testing.T, uri string) func(command bson.D) {
	t.Helper()
	c, err := driver.Connect(t.Context(), options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return func(command bson.D) {
		t.Helper()
		if err := c.Database("admin").RunCommand(t.Context(), command).Err(); err != nil {
			t.Fatalf("%v: %v", command, err)
		}
	}
}

// failCommand makes commands fail; mode is "off", "alwaysOn" or {times: n}.
func failCommand(mode any, data bson.D) bson.D {
	return bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode}, {Key: "data", Value: data}}
}

func times(n int) bson.D { return bson.D{{Key: "times", Value: n}} }

// pair is a document with its row in another collection, in one batch.
func pair(id string) *store.Batch {
	body := func(id string) []byte { return fmt.Appendf(nil, `{"id":%q,"rev":1}`, id) }
	return &store.Batch{
		Expect: []store.Expect{{Collection: "version", ID: "next"}},
		Ops: []store.Op{
			{Kind: store.Insert, Collection: "deal", Doc: store.Doc{ID: id, Rev: 1, Body: body(id)}},
			{Kind: store.Insert, Collection: "log", Doc: store.Doc{ID: id + ":1", Rev: 1, Body: body(id + ":1")}},
		},
	}
}

func ensurePairs(t *testing.T, s *mongo.Store) {
	t.Helper()
	if err := s.Ensure(t.Context(), []store.Collection{{Name: "deal"}, {Name: "log", Unwatched: true}, {Name: "version", ExpectAbsent: true}}); err != nil {
		t.Fatal(err)
	}
}

// has tells whether a pair is there; half of one is an error.
func has(t *testing.T, s store.Reader, id string) bool {
	t.Helper()
	_, first := s.Get(t.Context(), "deal", id)
	_, second := s.Get(t.Context(), "log", id+":1")
	for _, err := range []error{first, second} {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if (first == nil) != (second == nil) {
		t.Fatalf("half of %s: %v, %v", id, first, second)
	}
	return first == nil
}

// TestCommitsOfUnknownOutcome is R-06: the database loses the answer or names
// an error, and every batch still happens once and is answered so.
func TestCommitsOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: 10 * time.Second})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	commit := bson.E{Key: "failCommands", Value: bson.A{"commitTransaction"}}
	labels := func(l ...string) bson.E { return bson.E{Key: "errorLabels", Value: l} }
	code := func(n int) bson.E { return bson.E{Key: "errorCode", Value: n} }
	for name, point := range map[string]struct {
		mode any
		data bson.D
	}{
		"the connection closes":            {times(1), bson.D{commit, {Key: "closeConnection", Value: true}}},
		"it closes again":                  {times(3), bson.D{commit, {Key: "closeConnection", Value: true}}},
		"shutting down":                    {times(1), bson.D{commit, code(91), labels("RetryableWriteError")}},
		"no primary any more":              {times(2), bson.D{commit, code(10107), labels("RetryableWriteError")}},
		"unknown by label":                 {times(2), bson.D{commit, code(50), labels("UnknownTransactionCommitResult")}},
		"a write conflict at the commit":   {times(1), bson.D{commit, code(112), labels("TransientTransactionError")}},
		"write conflicts at the commit":    {times(5), bson.D{commit, code(112), labels("TransientTransactionError")}},
		"forgotten":                        {times(1), bson.D{commit, code(251), labels("TransientTransactionError")}},
		"a write conflict":                 {times(2), bson.D{{Key: "failCommands", Value: bson.A{"insert"}}, code(112), labels("TransientTransactionError")}},
		"the connection closes at a write": {times(1), bson.D{{Key: "failCommands", Value: bson.A{"insert"}}, {Key: "closeConnection", Value: true}}},
	} {
		run(failCommand(point.mode, point.data))
		var wg sync.WaitGroup
		for c := range 4 {
			id := fmt.Sprint(name, " ", c)
			wg.Go(func() {
				if err := s.Commit(t.Context(), pair(id)); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if !has(t, s, id) {
					t.Errorf("%s: acknowledged, but not there", id)
				}
			})
		}
		wg.Wait()
		run(failCommand("off", nil))
		run(failCommand(point.mode, point.data))
		id := name + " 0"
		if err := s.Commit(t.Context(), second(id)); err != nil {
			t.Errorf("%s: replace: %v", name, err)
		}
		run(failCommand("off", nil))
		if d, err := s.Get(t.Context(), "deal", id); err != nil || d.Rev != 2 {
			t.Errorf("%s: replaced once: revision %d, %v", name, d.Rev, err)
		}
		if err := s.Commit(t.Context(), second(id)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: the same batch again: %v", name, err)
		}
	}
}

// second makes revision 2 of the document of a pair.
func second(id string) *store.Batch {
	d := store.Doc{ID: id, Rev: 2, Body: fmt.Appendf(nil, `{"id":%q,"rev":2}`, id)}
	return &store.Batch{Ops: []store.Op{{Kind: store.Replace, Collection: "deal", Doc: d, OldRev: 1}}}
}

// TestOutcomeThatCannotBeFound answers store.ErrUnknown, never success or
// failure, and leaves all or nothing.
func TestOutcomeThatCannotBeFound(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: 2 * time.Second})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{"commitTransaction", "findAndModify"}}, {Key: "closeConnection", Value: true}}))
	err := s.Commit(t.Context(), pair("lost"))
	run(failCommand("off", nil))
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("an outcome that nobody knows: %v", err)
	}
	if err := s.Commit(t.Context(), pair("next one")); err != nil {
		t.Errorf("after it: %v", err)
	}
	has(t, s, "lost")
}

// TestCommitThatNobodyConfirms: as long as most members are away, the primary
// answers all but commits. Their callers do not wait for longer than they must.
func TestCommitThatNobodyConfirms(t *testing.T) {
	t.Parallel()
	var alone atomic.Bool
	proxy := mongotest.StartProxy(t, mongotest.Start(t, mongotest.Options{}).URI, mongotest.ProxyRules{ForwardRequest: func(question []byte) bool {
		return !alone.Load() || !bytes.Contains(question, []byte("commitTransaction\x00"))
	}})
	s := open(t, proxy.URI, mongo.Options{UnresponsiveTimeout: 2 * time.Second})
	ensurePairs(t, s)
	alone.Store(true)
	answer := make(chan error, 1)
	go func() { answer <- s.Commit(t.Context(), pair("lost")) }()
	select {
	case err := <-answer:
		if !errors.Is(err, store.ErrUnknown) {
			t.Errorf("a commit that nobody confirms: %v", err)
		}
	case <-time.After(40 * time.Second):
		t.Error("a commit that nobody confirms is not answered")
	}
	alone.Store(false)
	eventually(t, "writes again", 20*time.Second, func() bool { return s.Commit(t.Context(), pair(fmt.Sprint(time.Now().UnixNano()))) == nil })
	has(t, s, "lost")
}

// TestWritesAgainAfterAStepDown lets the primary step down under writers.
func TestWritesAgainAfterAStepDown(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{UnresponsiveTimeout: 3 * time.Second})
	ensurePairs(t, s)
	c, err := driver.Connect(t.Context(), options.Client().ApplyURI(server.URI))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := c.Database("admin").RunCommand(t.Context(), bson.D{{Key: "replSetStepDown", Value: 2}, {Key: "force", Value: true}}).Err()
		if err != nil && !driver.IsNetworkError(err) { // the answer may get lost with the connection
			t.Errorf("step down: %v", err)
		}
	}()
	acknowledged, failed, pause := 0, []string{}, time.Duration(0)
	for n, after := 0, 0; after < 3; n++ {
		id := fmt.Sprint("p", n)
		start := time.Now()
		err := s.Commit(t.Context(), pair(id))
		pause = max(pause, time.Since(start))
		switch {
		case err == nil:
			acknowledged++
			if !has(t, s, id) {
				t.Errorf("%s is lost", id)
			}
			select {
			case <-done:
				after++
			default:
			}
		case !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUnknown):
			t.Fatalf("%s: %v", id, err)
		default:
			failed = append(failed, id)
		}
	}
	if len(failed) == 0 && pause < time.Second {
		t.Errorf("nothing was refused and nothing waited longer than %v: the primary did not step down", pause)
	}
	for _, id := range failed {
		has(t, s, id) // all of it or nothing
	}
	t.Logf("%d acknowledged, %d not, the longest took %v", acknowledged, len(failed), pause)
}

// TestRefusesAStandaloneServer: for good, also where the URI asks for a replica
// set and the driver therefore finds nothing.
func TestRefusesAStandaloneServer(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{Standalone: true})
	address, _, _ := strings.Cut(server.URI, "?")
	for _, uri := range []string{server.URI, address + "?replicaSet=rs0"} {
		_, err := mongo.Open(t.Context(), uri, mongo.Options{UnresponsiveTimeout: slowTimeout, WaitUntilReachable: true})
		if !errors.Is(err, mongo.ErrStandalone) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
