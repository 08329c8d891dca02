//go:build unix

package mongotest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"weft/crashtest/testserver"
)

// Options say how a test's own server is run.
type Options struct {
	// Durable flushes at every commit, as mongod does for j:true anyway.
	Durable bool
	// Standalone is a server without a replica set.
	Standalone bool
	// Auth requires the user and password that the URI contains.
	Auth bool
	// TLS accepts only TLS; the URI names the file with the authority.
	TLS bool
}

// User and Password of a server with Options.Auth.
const (
	User     = "weft"
	Password = "not-for-logs"
)

// Server is a test's own server, with its files in a folder of the test.
type Server struct {
	// URI names the database "weft" on the server.
	URI string
	// Real says that it is a mongod.
	Real bool

	t       testing.TB
	program program
	options Options
	address string
	dir     string
	scratch string
	process *testserver.Process
}

// Start runs a server that the test may kill, freeze and start again. It ends
// with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	p := findProgram()
	if p.path == "" {
		testserver.Missing(t, missingServer)
	}
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, Real: p.real, program: p, options: o, address: address, scratch: t.TempDir()}
	s.dir = filepath.Join(s.scratch, "data")
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.process != nil {
			s.process.Kill()
		}
	})
	if o.TLS {
		if err := writeCertificate(s.scratch); err != nil {
			t.Fatal(err)
		}
	}
	if o.Auth {
		s.addUser()
	}
	s.URI = s.uri(o)
	s.Restart()
	return s
}

// uri is the address with everything a client needs to connect.
func (s *Server) uri(o Options) string {
	user, rest := "", ""
	if o.Auth {
		user, rest = User+":"+Password+"@", "&authSource=admin"
	}
	if o.TLS {
		rest += "&tls=true&tlsCAFile=" + filepath.Join(s.scratch, "ca.pem")
	}
	if o.Standalone {
		return "mongodb://" + user + s.address + "/weft?directConnection=true" + rest
	}
	return "mongodb://" + user + s.address + "/weft?replicaSet=" + s.program.replicaSet() + rest
}

// Split returns the address and the TLS options, each with its "&", from which
// a test makes other URIs.
func (s *Server) Split() (address, options string) { return s.address, tlsOf(s.URI) }

// Restart starts the server at the same address with the same files, whether it
// runs or not, and waits until it accepts writes.
func (s *Server) Restart() {
	s.t.Helper()
	if s.process != nil {
		s.process.Kill()
	}
	if err := s.run(s.options); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) run(o Options) error {
	p, err := testserver.Run(s.program.command(s.address, s.dir, s.scratch, o))
	if err != nil {
		return err
	}
	s.process = p
	if err := p.Ready(s.address, 30*time.Second); err != nil {
		return err
	}
	return initiate(s.uri(o), s.address, s.program, o)
}

// addUser makes the user while the server does not require one yet.
func (s *Server) addUser() {
	s.t.Helper()
	open := s.options
	open.Auth = false
	if err := s.run(open); err != nil {
		s.t.Fatal(err)
	}
	err := withClient(s.uri(open), func(ctx context.Context, c *mongo.Client) error {
		return c.Database("admin").RunCommand(ctx, bson.D{
			{Key: "createUser", Value: User}, {Key: "pwd", Value: Password},
			{Key: "roles", Value: bson.A{"root"}},
		}).Err()
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.process.Stop()
	if s.Real {
		if err := os.WriteFile(filepath.Join(s.scratch, "key"), []byte("a3ZlcnkgcXVpZXQga2V5IG9mIHRlc3Rz"), 0o400); err != nil {
			s.t.Fatal(err)
		}
	}
}

// Kill is kill -9.
func (s *Server) Kill() { s.process.Kill() }

// Stop shuts it down cleanly.
func (s *Server) Stop() { s.process.Stop() }

// Freeze keeps connections open and answers nothing, until Unfreeze.
func (s *Server) Freeze() { s.process.Freeze() }

// Unfreeze continues a frozen server.
func (s *Server) Unfreeze() { s.process.Thaw() }

// Log returns the end of what the server wrote.
func (s *Server) Log() string { return s.process.Log() }

// initiate makes a started mongod the only member of a replica set if it is in
// none yet, and waits until the server accepts writes.
func initiate(uri, address string, p program, o Options) error {
	if p.real && !o.Standalone {
		err := withClient("mongodb://"+address+"/?directConnection=true"+tlsOf(uri), func(ctx context.Context, c *mongo.Client) error {
			var hello struct {
				SetName string `bson:"setName"`
			}
			if err := c.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil || hello.SetName != "" {
				return err
			}
			return c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
				{Key: "_id", Value: p.replicaSet()},
				{Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: address}}}},
			}}}).Err()
		})
		if err != nil {
			return fmt.Errorf("initiate the replica set: %w", err)
		}
	}
	// The driver waits for a primary before it sends the first command.
	return withClient(uri, func(ctx context.Context, c *mongo.Client) error {
		return c.Ping(ctx, nil)
	})
}

func withClient(uri string, fn func(context.Context, *mongo.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = c.Disconnect(context.WithoutCancel(ctx)) }() // nothing to save
	return fn(ctx, c)
}
