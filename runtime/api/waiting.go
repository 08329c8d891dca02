package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"weft/runtime/problem"
)

// Waiting answers in the place of a Server that cannot be opened yet, since its
// database does not answer: it lives, it is not ready, and everything else is
// unavailable. The zero value is ready for use.
type Waiting struct{ opened atomic.Pointer[http.Handler] }

// Open hands everything that comes from now on to h.
func (w *Waiting) Open(h http.Handler) { w.opened.Store(&h) }

// ServeHTTP answers one request.
func (w *Waiting) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if h := w.opened.Load(); h != nil {
		(*h).ServeHTTP(out, r)
		return
	}
	secure(out.Header())
	if r.URL.Path == livePath && safeMethod(r.Method) {
		out.Header()["Content-Type"] = jsonType
		_, _ = out.Write([]byte(alive))
		return
	}
	writeProblem(out, r, unreachable(nil))
}

// unreachable is the answer while the database cannot be reached.
func unreachable(err error) *problem.Error {
	return &problem.Error{Code: problem.Unavailable, Key: "database_unreachable", RetryAfter: time.Second, Err: err}
}
