package mongo_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/store"
	"weft/runtime/store/mongo"
	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
)

// output is a log that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) count(what string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Count(o.text.String(), what)
}

// signIn puts another user and password into a URI of a server with users.
func signIn(uri, user, password string) string {
	return strings.Replace(uri, mongotest.User+":"+mongotest.Password+"@", user+":"+password+"@", 1)
}

// A password that the database does not take is told at once, for it does not
// become right by waiting.
func TestAPasswordThatIsWrong(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{Auth: true})
	for what, uri := range map[string]string{
		"password": signIn(server.URI, mongotest.User, "hush-hush"), "user": signIn(server.URI, "nobody", "hush-hush"),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err := mongo.Open(ctx, uri, mongo.Options{UnresponsiveTimeout: slowTimeout, WaitUntilReachable: true})
		cancel()
		if !errors.Is(err, mongo.ErrAuthentication) || ctx.Err() == context.DeadlineExceeded || strings.Contains(err.Error(), "hush") {
			t.Errorf("a wrong %s: %v", what, err)
		}
	}
}

// A password that is changed while weft works: every call says so, the log says
// so once, and all goes on when the database takes it again.
func TestAPasswordThatIsChanged(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{Auth: true, Durable: true})
	user := func(command, password string) {
		t.Helper()
		admin(t, server.URI)(bson.D{{Key: command, Value: "app"}, {Key: "pwd", Value: password}, {Key: "roles", Value: bson.A{"root"}}})
	}
	user("createUser", "first-one")
	var log output
	s := open(t, signIn(server.URI, "app", "first-one"), mongo.Options{UnresponsiveTimeout: 3 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ensurePairs(t, s)
	if err := s.Commit(t.Context(), pair("a")); err != nil {
		t.Fatal(err)
	}
	user("updateUser", "second-one")
	server.Restart()
	refused := 0
	eventually(t, "refused", 20*time.Second, func() bool {
		_, err := s.Get(t.Context(), "deal", "a")
		if err == nil || !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("with the old password: %v", err)
		}
		if errors.Is(err, mongo.ErrAuthentication) {
			refused++
		}
		return refused > 20
	})
	if err := s.Commit(t.Context(), pair("b")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a commit: %v", err)
	}
	if n := log.count("the database refuses"); n != 1 {
		t.Errorf("the log says %d times that the database refuses", n)
	}
	user("updateUser", "first-one")
	eventually(t, "let in again", 20*time.Second, func() bool { return s.Commit(t.Context(), pair("b")) == nil })
}

// What a user may not do is told with what to do about it, and without the
// command, which may hold anything.
func TestRightsThatAreMissing(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, mongotest.Options{})
	s := open(t, server.URI, mongo.Options{})
	ensurePairs(t, s)
	run := admin(t, server.URI)
	for command, call := range map[string]func() error{
		"find":          func() error { _, err := s.Get(t.Context(), "deal", "a"); return err },
		"insert":        func() error { return s.Commit(t.Context(), pair("a")) },
		"findAndModify": func() error { _, err := s.Increment(t.Context(), "deal", "n", 1); return err },
		"aggregate":     func() error { _, err := s.Count(t.Context(), "deal", nil, 0); return err },
	} {
		run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{command}}, {Key: "errorCode", Value: 13}}))
		err := call()
		run(failCommand("off", nil))
		const want = "the user of the URI may not do what weft needs; give it the role readWrite on the database weft"
		if !errors.Is(err, mongo.ErrForbidden) || !errors.Is(err, store.ErrUnavailable) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", command, err)
		}
	}
	run(failCommand("alwaysOn", bson.D{{Key: "failCommands", Value: bson.A{"find"}}, {Key: "errorCode", Value: 13}}))
	_, err := mongo.Open(t.Context(), server.URI, mongo.Options{UnresponsiveTimeout: slowTimeout, WaitUntilReachable: true})
	run(failCommand("off", nil))
	if !errors.Is(err, mongo.ErrForbidden) {
		t.Errorf("open: %v", err)
	}
}
