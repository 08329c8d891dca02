package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// Path and answer of the liveness check.
const (
	healthPath  = "/healthz"
	healthyBody = `{"status":"ok"}` + "\n"
)

// healthz tells that the process runs; it does not depend on the store.
func healthz(rc *requestContext) error { return rc.bytes(http.StatusOK, []byte(healthyBody)) }

// readyz tells whether requests can be served, and why not: 503 while the store
// is unreachable and while the server shuts down.
func readyz(rc *requestContext) error {
	if rc.s.draining.Load() {
		return &problem.Error{Code: problem.Unavailable, Key: "shutting_down", RetryAfter: time.Second}
	}
	if err := rc.s.ready(rc.ctx); err != nil {
		return unreachable(err)
	}
	return rc.json(http.StatusOK, map[string]any{"status": "ready", "version": rc.s.o.Version})
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	_, err := s.o.Store.Get(ctx, "user", "ready")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// readyTimeout is how long readyz waits for the store.
const readyTimeout = 900 * time.Millisecond

func metricsPage(rc *requestContext) error {
	rc.s.metrics.handler.ServeHTTP(rc, rc.r)
	return nil
}

// Limits of a connection.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// HTTPServer makes a server with time limits against slow clients; long
// transfers extend theirs.
func HTTPServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ReadTimeout: defaultTimeout, WriteTimeout: 2 * defaultTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
}

// Drain makes the server not ready, so that load balancers send requests
// elsewhere, and closes websockets, whose clients reconnect. Running requests go
// on. The http.Server is shut down after it.
func (s *Server) Drain() {
	s.draining.Store(true)
	if s.o.Live != nil {
		_ = s.o.Live.Close()
	}
}

// Close ends the background work of the server.
func (s *Server) Close() error {
	s.Drain()
	return nil
}
