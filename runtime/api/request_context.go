package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gorilla/mux"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/request"
)

// requestContext is one request while it is handled. It wraps the
// http.ResponseWriter to know what was answered.
type requestContext struct {
	http.ResponseWriter
	s     *Server
	r     *http.Request
	route *Route
	// ctx ends when the route's timeout is over or, except for short changes, when
	// the client leaves.
	ctx   context.Context
	actor *access.Actor
	// clientLeft says that the client closed the connection before the answer.
	clientLeft bool
	body       string // the body, once read
	status     int
	writes     *http.ResponseController // set when every write has a deadline
	slot       bool                     // counted among all running requests
	parsed     func()                   // releases the budget of the parsed body
	// idempotent is set while a request with an idempotency key is handled.
	idempotent *idempotentCall
}

// serve authorizes the caller and calls the handler.
func (rc *requestContext) serve() error {
	defer rc.setDeadlines()()
	if err := rc.authorize(); err != nil {
		return err
	}
	if rc.route.Unlimited {
		return rc.route.handle(rc)
	}
	release, err := rc.s.concurrency.share(rc)
	if err != nil {
		return err
	}
	defer release()
	defer rc.releaseSlot()
	if rc.r.ContentLength == 0 || rc.route.Timeout == longTimeout { // others take the slot when they have read the body
		if err := rc.takeSlot(); err != nil {
			return err
		}
	}
	defer rc.releaseParsed()
	if rc.route.Idempotent && (rc.r.Method == http.MethodPost || rc.r.Method == http.MethodPatch) {
		return rc.answerOnce(rc.route.handle)
	}
	return rc.route.handle(rc)
}

// setDeadlines starts the timeout of the route; end releases its resources.
// Errors are ignored: response recorders of tests have no deadlines.
func (rc *requestContext) setDeadlines() (end func()) {
	rc.ctx, end = rc.r.Context(), func() {}
	if rc.route.Timeout == defaultTimeout && !safeMethod(rc.r.Method) && !rc.route.ReadOnly {
		// A short change is finished even when the client has closed its side of
		// the connection, since it may still read the answer.
		rc.ctx = context.WithoutCancel(rc.ctx)
	}
	if rc.route.Timeout > 0 {
		rc.ctx, end = context.WithTimeout(rc.ctx, rc.route.Timeout)
	}
	switch {
	case rc.route.WriteTimeout > 0: // every write has a deadline of its own
		rc.writes = http.NewResponseController(rc.ResponseWriter)
		if safeMethod(rc.r.Method) {
			_ = rc.writes.SetReadDeadline(time.Time{})
		}
	case rc.route.Timeout == longTimeout: // longer than the server's default
		c := http.NewResponseController(rc.ResponseWriter)
		until := time.Now().Add(longTimeout)
		_ = c.SetReadDeadline(until)
		_ = c.SetWriteDeadline(until)
	}
	return end
}

// finish turns a panic into a 500 and counts the answer.
func (rc *requestContext) finish(m *request.RouteMetrics, start time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it by identity
			panic(p)
		}
		rc.s.log.Error("panic", "route", rc.route.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		if rc.status == 0 {
			rc.problem(problem.New(problem.Internal, "", nil))
		}
	}
	if rc.clientLeft {
		m.Observe(statusClientClosed, time.Since(start))
		return
	}
	m.Observe(rc.status, time.Since(start))
}

func (rc *requestContext) vars() map[string]string { return mux.Vars(rc.r) }

// WriteHeader records the status.
func (rc *requestContext) WriteHeader(status int) {
	if rc.status == 0 {
		rc.status = status
	}
	rc.ResponseWriter.WriteHeader(status)
}

// Write records an implied status of 200.
func (rc *requestContext) Write(b []byte) (int, error) {
	if rc.status == 0 {
		rc.status = http.StatusOK
	}
	if rc.writes != nil {
		_ = rc.writes.SetWriteDeadline(time.Now().Add(rc.route.WriteTimeout))
	}
	return rc.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (rc *requestContext) Unwrap() http.ResponseWriter { return rc.ResponseWriter }

// Hijack hands the connection to a websocket.
func (rc *requestContext) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := rc.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("api: the connection cannot be taken over")
	}
	rc.status = http.StatusSwitchingProtocols
	return h.Hijack()
}

// Flush sends what was written so far.
func (rc *requestContext) Flush() { _ = http.NewResponseController(rc.ResponseWriter).Flush() }
