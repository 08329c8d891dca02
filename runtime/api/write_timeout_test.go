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

// writeTimeout of the route and of the server in these tests.
const writeTimeout = 400 * time.Millisecond

// slowServer answers with handle on a route that limits single writes only; the
// error of handle comes through the channel.
func slowServer(t *testing.T, handle func(*requestContext) error) (*httptest.Server, <-chan error) {
	t.Helper()
	ended := make(chan error, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := &requestContext{ResponseWriter: w, r: r, route: &Route{Timeout: noTimeout, WriteTimeout: writeTimeout}}
		defer rc.setDeadlines()()
		ended <- handle(rc)
	}))
	server.Config.ReadTimeout, server.Config.WriteTimeout = writeTimeout, writeTimeout
	server.Start()
	t.Cleanup(server.Close)
	return server, ended
}

func TestATransferThatProgressesHasNoTimeout(t *testing.T) {
	t.Parallel()
	piece := make([]byte, 1<<10)
	written := int64(0)
	server, ended := slowServer(t, func(rc *requestContext) error {
		for began := time.Now(); time.Since(began) < 4*writeTimeout && rc.ctx.Err() == nil; {
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

func TestATransferThatIsNotReadEnds(t *testing.T) {
	t.Parallel()
	piece := make([]byte, 1<<20)
	server, ended := slowServer(t, func(rc *requestContext) error {
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
	defer res.Body.Close() // nothing is read
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it ends with %v", err)
	}
}

func TestOnlyTheBackupHasAWriteTimeoutInsteadOfATimeout(t *testing.T) {
	t.Parallel()
	s := &Server{o: Options{Backup: func(context.Context, http.ResponseWriter) error { return nil }}}
	for _, rt := range s.Routes() {
		if whole := rt.Timeout == noTimeout && rt.WriteTimeout > 0; whole != (rt.Name == "backup") {
			t.Errorf("%s: limit %v, for a write %v", rt.Name, rt.Timeout, rt.WriteTimeout)
		}
	}
}
