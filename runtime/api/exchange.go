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

// exchange is one request on its way through a handler. It is the
// http.ResponseWriter too, so that it knows what was answered.
type exchange struct {
	http.ResponseWriter
	s     *Server
	r     *http.Request
	route *Route
	// ctx ends with the client, or when the route's time is over.
	ctx    context.Context
	actor  *access.Actor
	raw    string // the body, once read
	status int
	stall  *http.ResponseController // where every write has a deadline
}

// run admits the caller and calls the handler.
func (x *exchange) run() error {
	defer x.limit()()
	if err := x.admit(); err != nil {
		return err
	}
	leave, err := x.s.callers.enter(x)
	if err != nil {
		return err
	}
	defer leave()
	if x.route.Once && x.r.Method == http.MethodPost {
		return x.once(x.route.handle)
	}
	return x.route.handle(x)
}

// limit begins the time that the route may take; end gives back what it holds.
// Recorders of tests have no deadlines.
func (x *exchange) limit() (end func()) {
	x.ctx, end = x.r.Context(), func() {}
	if x.route.Timeout > 0 {
		x.ctx, end = context.WithTimeout(x.ctx, x.route.Timeout)
	}
	switch {
	case x.route.Stall > 0: // every write has a deadline of its own
		x.stall = http.NewResponseController(x.ResponseWriter)
		_ = x.stall.SetReadDeadline(time.Time{})
	case x.route.Timeout == longTimeout: // more than the server gives a usual request
		c := http.NewResponseController(x.ResponseWriter)
		until := time.Now().Add(longTimeout)
		_ = c.SetReadDeadline(until)
		_ = c.SetWriteDeadline(until)
	}
	return end
}

// finish turns a panic into a 500 and counts the answer (S-25).
func (x *exchange) finish(m *request.RouteMetrics, start time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint // the value itself is the agreement
			panic(p)
		}
		x.s.log.Error("panic", "route", x.route.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		if x.status == 0 {
			x.problem(problem.New(problem.Internal, "", nil))
		}
	}
	m.Observe(x.status, time.Since(start))
}

func (x *exchange) vars() map[string]string { return mux.Vars(x.r) }

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write notes an implied status of 200.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	if x.stall != nil {
		_ = x.stall.SetWriteDeadline(time.Now().Add(x.route.Stall))
	}
	return x.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Hijack hands the connection to a socket.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := x.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("api: the connection cannot be taken over")
	}
	x.status = http.StatusSwitchingProtocols
	return h.Hijack()
}

// Flush sends what was written so far.
func (x *exchange) Flush() { _ = http.NewResponseController(x.ResponseWriter).Flush() }
