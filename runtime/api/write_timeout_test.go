package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

// stallLimit is that of the route of these tests, and the server's own.
const stallLimit = 400 * time.Millisecond

// stallServer answers with handle on a route without a limit for the whole; what
// handle returns comes through the channel.
func stallServer(t *testing.T, handle func(*requestContext) error) (*httptest.Server, <-chan error) {
	t.Helper()
	ended := make(chan error, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := &requestContext{ResponseWriter: w, r: r, route: &Route{Timeout: noTimeout, WriteTimeout: stallLimit}}
		defer rc.setDeadlines()()
		ended <- handle(rc)
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = stallLimit, stallLimit
	server.Start()
	t.Cleanup(server.Close)
	return server, ended
}

// A transfer may last as long as it takes, while the caller takes it.
func TestATransferThatMovesHasNoLimit(t *testing.T) {
	t.Parallel()
	piece := make([]byte, 1<<10)
	written := int64(0)
	server, ended := stallServer(t, func(rc *requestContext) error {
		for began := time.Now(); time.Since(began) < 4*stallLimit && rc.ctx.Err() == nil; {
			n, err := rc.Write(piece)
			if written += int64(n); err != nil {
				return err
			}
		}
		return context.Cause(rc.ctx)
	})
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.Copy(io.Discard, res.Body)
	if end := <-ended; end != nil || err != nil || read != written {
		t.Errorf("read %d of %d bytes, %v; %v", read, written, err, end)
	}
}

// One that nobody takes ends.
func TestATransferThatNobodyTakesEnds(t *testing.T) {
	t.Parallel()
	piece := make([]byte, 1<<20)
	server, ended := stallServer(t, func(rc *requestContext) error {
		for {
			if _, err := rc.Write(piece); err != nil {
				return err
			}
		}
	})
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() // and nothing is read
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it ends with %v", err)
	}
}

// A backup takes as long as there are bytes.
func TestABackupHasNoLimit(t *testing.T) {
	t.Parallel()
	s := &Server{o: Options{Backup: func(context.Context, http.ResponseWriter) error { return nil }}}
	for _, rt := range s.Routes() {
		if whole := rt.Timeout == noTimeout && rt.WriteTimeout > 0; whole != (rt.Name == "backup") {
			t.Errorf("%s: limit %v, for a write %v", rt.Name, rt.Timeout, rt.WriteTimeout)
		}
	}
}
