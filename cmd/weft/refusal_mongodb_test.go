package main

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"weft/runtime/store/mongo/mongotest"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// instruct gives the database a command that does not come from weft.
func instruct(t *testing.T, uri string, command bson.D) {
	t.Helper()
	c, err := driver.Connect(t.Context(), options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(t.Context())) }() // nothing to save
	if err := c.Database("admin").RunCommand(t.Context(), command).Err(); err != nil {
		t.Fatal(err)
	}
}

// refuseWith makes commands fail with a code; none ends it.
func refuseWith(code int, commands ...string) bson.D {
	mode := "alwaysOn"
	if len(commands) == 0 {
		mode = "off"
	}
	return bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: mode},
		{Key: "data", Value: bson.D{{Key: "failCommands", Value: commands}, {Key: "errorCode", Value: code}}}}
}

// A database whose disk is full is 507, and writes work again when there is space.
// One that no longer lets weft in, or lets it do nothing, is 503 and not ready,
// the log says once why, and all goes on when it is mended.
func TestADatabaseThatRefuses(t *testing.T) {
	t.Parallel()
	database := mongotest.Start(t, mongotest.Options{Auth: true, Durable: true})
	user := func(command, password string) {
		t.Helper()
		instruct(t, database.URI, bson.D{{Key: command, Value: "app"}, {Key: "pwd", Value: password}, {Key: "roles", Value: bson.A{"root"}}})
	}
	user("createUser", "app-secret")
	uri := strings.Replace(database.URI, mongotest.User+":"+mongotest.Password+"@", "app:app-secret@", 1)
	dir := crashFolder(t, "--mongodb-uri", uri)
	server := startServer(t, dir, "", testTimeout, "--mongodb-uri", uri)
	t.Cleanup(server.kill)
	l := &openLoop{server: server, client: http.DefaultClient}
	made := 0
	create := func() (int, string) { made++; return l.ask("POST", "/records/opportunity", strings.Repeat("a", made)) }
	ready := func() bool { status, _, _ := fetch(server.url + "/readyz"); return status == 200 }

	instruct(t, database.URI, refuseWith(14031, "insert"))
	if status, body := create(); status != http.StatusInsufficientStorage || !strings.Contains(body, "storage_full") {
		t.Errorf("a full disk: %d %s", status, body)
	}
	instruct(t, database.URI, refuseWith(13, "find"))
	if ready() {
		t.Error("ready without rights")
	}
	instruct(t, database.URI, refuseWith(0))
	within(t, 20*time.Second, "not ready with rights", ready)
	if status, body := create(); status != http.StatusCreated {
		t.Errorf("with room: %d %s", status, body)
	}

	user("updateUser", "another")
	database.Restart()
	within(t, 20*time.Second, "ready with an old password", func() bool { return !ready() })
	if status, body := create(); status != http.StatusServiceUnavailable {
		t.Errorf("with an old password: %d %s", status, body)
	}
	user("updateUser", "app-secret")
	within(t, 20*time.Second, "not ready with the password", ready)
	if status, body := create(); status != http.StatusCreated {
		t.Errorf("with the password again: %d %s", status, body)
	}
	for _, reason := range []string{"may not do what weft needs", "does not take the user and password"} {
		told := regexp.MustCompile(`the database refuses[^\n]*` + reason)
		if n := len(told.FindAllString(server.log.String(), -1)); n != 1 {
			t.Errorf("the log says %d times that it %s:\n%s", n, reason, server.log.String())
		}
	}
}
