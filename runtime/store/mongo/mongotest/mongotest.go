//go:build unix

// Package mongotest gives tests a MongoDB: a fresh database on a server that
// the tests of a package share, or a server of their own to kill and freeze.
//
// The server is the one that WEFT_TEST_MONGODB names, else a mongod on PATH,
// else the test server that scripts/test-servers.sh installs. Without any of
// them tests are skipped; with CI=true they fail.
package mongotest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"weft/crashtest/testserver"
)

// shared is the server of this test process, with a client to clean up with.
type shared struct {
	uri    string // names no database
	real   bool
	owned  bool // ends with the test process
	client *mongo.Client
}

// server starts or finds the shared one; nil when there is none.
var server = sync.OnceValues(func() (*shared, error) {
	if uri := configuredURI(); uri != "" {
		return connect(&shared{uri: uri})
	}
	p := findProgram()
	if p.path == "" {
		return nil, nil
	}
	scratch, err := os.MkdirTemp("", "weft-mongodb-*")
	if err != nil {
		return nil, err
	}
	address, err := testserver.Address()
	if err != nil {
		return nil, err
	}
	command := p.command(address, "", scratch, Options{})
	command.Remove = true
	process, err := testserver.Run(command)
	if err != nil {
		return nil, err
	}
	if err := process.Ready(address, 30*time.Second); err != nil {
		return nil, err
	}
	uri := "mongodb://" + address + "/?replicaSet=" + p.replicaSet()
	if err := initiate(uri, address, p, Options{}); err != nil {
		return nil, err
	}
	return connect(&shared{uri: uri, owned: true})
})

func connect(s *shared) (*shared, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(s.uri))
	if err != nil {
		return nil, err
	}
	var build struct {
		Git string `bson:"gitVersion"`
	}
	if err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return nil, fmt.Errorf("the test server does not answer: %w", err)
	}
	s.client = client
	s.real = strings.Trim(build.Git, "0") != "" // the test server reports no commit of MongoDB
	return s, nil
}

func sharedServer(t testing.TB) *shared {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		testserver.Missing(t, missingServer)
	}
	return s
}

// URI names a fresh database for the test, which is dropped when the test ends.
func URI(t testing.TB) string {
	t.Helper()
	s := sharedServer(t)
	name := fmt.Sprintf("weft_test_%012x", rand.Uint64()>>16)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.client.Database(name).Drop(ctx); err != nil {
			t.Logf("drop database %s: %v", name, err)
		}
	})
	return withDatabase(s.uri, name)
}

// Real tells whether the shared server is a mongod, whose explain output is
// meaningful. Without any server the test is skipped.
func Real(t testing.TB) bool {
	t.Helper()
	return sharedServer(t).real
}

// withDatabase replaces the database of a URI.
func withDatabase(uri, name string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, asked := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	uri = scheme + "://" + hosts + "/" + name
	if asked {
		uri += "?" + query
	}
	return uri
}
