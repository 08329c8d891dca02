package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"weft/runtime/problem"
	"weft/runtime/store"
)

// healthyBody is the answer of healthz.
const (
	healthPath  = "/healthz"
	healthyBody = `{"status":"ok"}` + "\n"
)

// healthz tells that the process lives; it asks nobody else.
func healthz(rc *requestContext) error { return rc.bytes(http.StatusOK, []byte(healthyBody)) }

// readyz tells whether requests can be served, and why not: 503 while the store
// cannot be reached and while the server shuts down.
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

// readyTimeout is how long the store may take to say that it is there.
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

// HTTPServer is a server with the time limits that weft needs against slow
// clients; long transfers extend theirs.
func HTTPServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ReadTimeout: defaultTimeout, WriteTimeout: 2 * defaultTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
}

// Drain makes the server not ready, so that no new caller is sent here, and
// tells the sockets to come back elsewhere; what runs goes on. The
// http.Server is shut down after it.
func (s *Server) Drain() {
	s.draining.Store(true)
	if s.o.Live != nil {
		_ = s.o.Live.Close()
	}
}

// Close ends what the server runs beside requests.
func (s *Server) Close() error {
	s.Drain()
	return nil
}
