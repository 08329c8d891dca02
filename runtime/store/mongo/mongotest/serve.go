//go:build unix

package mongotest

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"weft/crashtest/testserver"
)

// Running is a server outside of a test, for the benchmark.
type Running struct {
	URI string // names no database
	// Server says what it is, with its version.
	Server string
	// PID is 0 when the server was not started by Serve.
	PID int

	process *testserver.Process
}

// Serve starts the server that tests would use, with its files in dir and
// flushing every commit. It ends with this process.
func Serve(dir string) (*Running, error) {
	r := &Running{URI: configuredURI()}
	var p program
	if r.URI == "" {
		if p = findProgram(); p.path == "" {
			return nil, errors.New("no " + missingServer + "; scripts/test-servers.sh installs one")
		}
		if err := r.start(p, dir); err != nil {
			return nil, err
		}
	}
	var err error
	r.Server, err = describe(r.URI, p)
	return r, err
}

func (r *Running) start(p program, dir string) error {
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	address, err := testserver.Address()
	if err != nil {
		return err
	}
	o := Options{Durable: true}
	if r.process, err = testserver.Run(p.command(address, data, dir, o)); err != nil {
		return err
	}
	r.URI, r.PID = "mongodb://"+address+"/?replicaSet="+p.replicaSet(), r.process.PID()
	if err := r.process.Ready(address, 30*time.Second); err != nil {
		return err
	}
	return initiate(r.URI, address, p, o)
}

// Stop ends a server that Serve started.
func (r *Running) Stop() {
	if r.process != nil {
		r.process.Stop()
	}
}

// describe names the server: the test server with its own version, since it
// reports the MongoDB version that it imitates.
func describe(uri string, p program) (text string, err error) {
	err = withClient(uri, func(ctx context.Context, c *mongo.Client) error {
		var build struct{ Version string }
		if err := c.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
			return err
		}
		text = "MongoDB " + build.Version
		if !p.real && p.path != "" {
			text = "SecantusDB " + installed(p.path) + ", a test server that speaks like " + text
		}
		return nil
	})
	return text, err
}

// installed is the version of the test server, as pinned when it was installed.
func installed(path string) string {
	f, err := os.Open(filepath.Join(filepath.Dir(filepath.Dir(path)), "installed.txt"))
	if err != nil {
		return "(unknown version)"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if version, ok := strings.CutPrefix(lines.Text(), "secantusdb=="); ok {
			version, _, _ = strings.Cut(version, " ")
			return version
		}
	}
	return "(unknown version)"
}
