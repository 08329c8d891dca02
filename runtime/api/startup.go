package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// StartupHandler answers in the place of a Server that cannot be opened yet, since its
// database does not answer: it lives, it is not ready, and everything else is
// unavailable. The zero value is ready for use.
type StartupHandler struct{ ready atomic.Pointer[http.Handler] }

// Ready hands everything that comes from now on to h.
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

// unreachable is the answer while the database cannot be reached.
func unreachable(err error) *problem.Error {
	return &problem.Error{Code: problem.Unavailable, Key: "database_unreachable", RetryAfter: time.Second, Err: err}
}
