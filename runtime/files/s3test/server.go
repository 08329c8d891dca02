//go:build unix

package s3test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"weft/crashtest/testserver"
)

const (
	what      = "S3 server (WEFT_TEST_S3 or versitygw)"
	accessKey = "test"
	secretKey = "testsecret"
)

func find() string {
	return testserver.Find("versitygw", filepath.Join(testserver.Cache(), "bin"), testserver.GoBin())
}

// run starts versitygw over folders below scratch and waits until it listens.
func run(path, address, scratch string, remove bool) (*testserver.Process, error) {
	meta, data := filepath.Join(scratch, "versions"), filepath.Join(scratch, "data")
	for _, dir := range []string{meta, data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	p, err := testserver.Run(testserver.Command{
		Path: path, Dir: scratch, Remove: remove,
		Args: []string{"--port", address, "posix", "--versioning-dir", meta, data},
		Env:  []string{"ROOT_ACCESS_KEY=" + accessKey, "ROOT_SECRET_KEY=" + secretKey},
	})
	if err != nil {
		return nil, err
	}
	return p, p.Ready(address, 30*time.Second)
}

// Server is a server of one's own with an empty bucket; its objects are files
// under Dir.
type Server struct {
	Bucket
	// Dir is the folder in which the bucket is a folder of its name.
	Dir string

	t       testing.TB
	path    string
	scratch string
	process *testserver.Process
}

// Start runs a server that the test may kill, freeze and start again. It ends
// with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	path := find()
	if path == "" {
		testserver.Missing(t, what)
	}
	address, err := testserver.Address()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, path: path, scratch: t.TempDir()}
	s.Bucket = Bucket{Endpoint: address, Region: region, AccessKey: accessKey, SecretKey: secretKey}
	s.Dir = filepath.Join(s.scratch, "data")
	t.Cleanup(func() {
		if s.process != nil {
			s.process.Kill()
		}
	})
	s.Restart()
	s.make(t)
	return s
}

// Restart starts the server on the same address and files, after Kill or Stop
// or in place of what runs.
func (s *Server) Restart() {
	s.t.Helper()
	if s.process != nil {
		s.process.Kill()
	}
	p, err := run(s.path, s.Endpoint, s.scratch, false)
	if p != nil {
		s.process = p
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Kill is kill -9.
func (s *Server) Kill() { s.process.Kill() }

// Stop shuts it down in order.
func (s *Server) Stop() { s.process.Stop() }

// Freeze leaves connections open and nothing answered, until Unfreeze.
func (s *Server) Freeze() { s.process.Freeze() }

// Unfreeze lets a frozen server go on.
func (s *Server) Unfreeze() { s.process.Thaw() }
