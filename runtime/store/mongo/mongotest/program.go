//go:build unix

package mongotest

import (
	"net"
	"os"
	"path/filepath"
	"slices"

	"weft/crashtest/testserver"
)

// program is a server that can be started: mongod, or the test server
// SecantusDB, which speaks the same protocol on one node.
type program struct {
	path string
	real bool
}

const missingServer = "server for MongoDB (WEFT_TEST_MONGODB, mongod or the test server)"

// findProgram prefers a real server; path is empty when there is none.
func findProgram() program {
	if path := testserver.Find("mongod"); path != "" {
		return program{path: path, real: true}
	}
	return program{path: testserver.Find("secantusd-py", filepath.Join(testserver.Cache(), "secantus", "bin"))}
}

// command runs the program at an address with its files in dir; an empty dir
// means that the files need not survive it. scratch is for its log and
// temporary files.
func (p program) command(address, dir, scratch string, o Options) testserver.Command {
	c := testserver.Command{Path: p.path, Dir: scratch}
	host, port, _ := net.SplitHostPort(address)
	if p.real {
		if dir == "" {
			dir = scratch
		}
		c.Args = []string{"--bind_ip", host, "--port", port, "--dbpath", dir, "--setParameter", "enableTestCommands=1"}
		if !o.Standalone {
			c.Args = append(c.Args, "--replSet", "rs0")
		}
		if o.Auth {
			c.Args = append(c.Args, "--auth", "--keyFile", filepath.Join(scratch, "key"))
		}
		if o.TLS {
			c.Args = append(c.Args, "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", filepath.Join(scratch, "server.pem"))
		}
		return c
	}
	if dir == "" {
		dir = ":memory:"
	}
	c.Args = []string{"--host", host, "--port", port, "--storage-path", dir, "--enable-test-commands", "--log-level", "WARNING"}
	for _, flag := range []struct {
		on   bool
		args []string
	}{
		{o.Durable, []string{"--sync-on-commit"}},
		{o.Standalone, []string{"--standalone"}},
		{o.Auth, []string{"--auth"}},
		{o.TLS, []string{"--tls-cert-file", filepath.Join(scratch, "server.pem"), "--tls-key-file", filepath.Join(scratch, "server.pem")}},
	} {
		if flag.on {
			c.Args = slices.Concat(c.Args, flag.args)
		}
	}
	// Its in-memory storage is a temporary folder.
	c.Env = []string{"TMPDIR=" + scratch}
	return c
}

// replicaSet is the name that the program's replica set has.
func (p program) replicaSet() string {
	if p.real {
		return "rs0"
	}
	return "secantus"
}

// configuredURI is the server that the developer configured, "" when none.
func configuredURI() string { return os.Getenv("WEFT_TEST_MONGODB") }
