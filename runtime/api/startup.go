package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// StartupHandler answers until the Server can be made, while its database is
// unreachable: the process is alive but not ready, and all else is unavailable.
// The zero value is ready for use.
type StartupHandler struct{ ready atomic.Pointer[http.Handler] }

// Ready passes all further requests to h.
func (w *StartupHandler) Ready(h http.Handler) { w.ready.Store(&h) }

// ServeHTTP answers one request.
func (w *StartupHandler) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if h := w.ready.Load(); h != nil {
		(*h).ServeHTTP(out, r)
		return
	}
	setSecurityHeaders(out.Header())
	if r.URL.Path == healthPath && safeMethod(r.Method) {
		out.Header()["Content-Type"] = jsonType
		_, _ = out.Write([]byte(healthyBody))
		return
	}
	writeProblem(out, r, unreachable(nil))
}

// unreachable is the problem while the database cannot be reached.
func unreachable(err error) *problem.Error {
	return &problem.Error{Code: problem.Unavailable, Key: "database_unreachable", RetryAfter: time.Second, Err: err}
}
