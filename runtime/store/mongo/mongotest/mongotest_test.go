package mongotest

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// dial connects to a running server.
func dial(t *testing.T, uri string, timeout time.Duration) *mongo.Client {
	t.Helper()
	c, err := mongo.Connect(t.Context(), options.Client().ApplyURI(uri).SetServerSelectionTimeout(timeout).SetTimeout(timeout))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.WithoutCancel(t.Context())) }) // nothing to save
	return c
}

func insert(t *testing.T, c *mongo.Client) error {
	t.Helper()
	_, err := c.Database("weft").Collection("c").InsertOne(t.Context(), bson.D{{Key: "a", Value: 1}})
	return err
}

func count(t *testing.T, c *mongo.Client) int64 {
	t.Helper()
	n, err := c.Database("weft").Collection("c").CountDocuments(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	if a, b := URI(t), URI(t); a == b {
		t.Errorf("two tests share %s", a)
	}
}

func TestServerKeepsItsDataOverAKill(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Durable: true})
	c := dial(t, s.URI, 20*time.Second)
	if err := insert(t, c); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := insert(t, dial(t, s.URI, 300*time.Millisecond)); err == nil {
		t.Error("a killed server takes writes")
	}
	s.Restart()
	if n := count(t, dial(t, s.URI, 20*time.Second)); n != 1 {
		t.Errorf("%d documents after a restart, want 1", n)
	}
	s.Freeze()
	if err := insert(t, dial(t, s.URI, 300*time.Millisecond)); err == nil {
		t.Error("a frozen server takes writes")
	}
	s.Unfreeze()
	if err := insert(t, dial(t, s.URI, 20*time.Second)); err != nil {
		t.Error(err)
	}
}

func TestKindsOfServers(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"standalone": {Standalone: true}, "auth": {Auth: true}, "tls": {TLS: true}, "auth and tls": {Auth: true, TLS: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Start(t, o)
			if err := insert(t, dial(t, s.URI, 20*time.Second)); err != nil {
				t.Fatal(err)
			}
			var hello struct {
				SetName string `bson:"setName"`
			}
			c := dial(t, s.URI, 20*time.Second)
			if err := c.Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
				t.Fatal(err)
			}
			if (hello.SetName == "") != o.Standalone {
				t.Errorf("the name of the replica set is %q", hello.SetName)
			}
			if o.Auth {
				if err := insert(t, dial(t, strings.Replace(s.URI, Password, "wrong", 1), 3*time.Second)); err == nil {
					t.Error("a wrong password is let in")
				}
			}
		})
	}
}
