package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"weft/runtime/problem"
	"weft/runtime/request"
	"weft/runtime/store"
)

// statusClientClosed is the status in metrics when the client left before the
// answer (as in nginx).
const statusClientClosed = 499

// problemOf is the one map from errors to problems. Unknown errors are internal.
// safe tells that the request cannot have changed anything.
func problemOf(err error, safe bool) *problem.Error {
	if p := problem.As(err); p != nil {
		return p
	}
	wrap := func(code problem.Code, key string, retry time.Duration) *problem.Error {
		return &problem.Error{Code: code, Key: key, RetryAfter: retry, Err: err}
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return wrap(problem.NotFound, "", 0)
	case errors.Is(err, store.ErrConflict):
		return wrap(problem.Conflict, "", 0)
	case errors.Is(err, store.ErrFull):
		return wrap(problem.StorageFull, "", 0)
	case errors.Is(err, store.ErrUnknown):
		return wrap(problem.OutcomeUnknown, "", time.Second)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrReadOnly):
		return wrap(problem.Unavailable, "", 2*time.Second)
	case errors.Is(err, context.DeadlineExceeded) && safe:
		return wrap(problem.Unavailable, "timed_out", 2*time.Second)
	case errors.Is(err, context.Canceled) && safe:
		return wrap(problem.Unavailable, "client_left", time.Second)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		// The write may or may not have reached the store.
		return wrap(problem.OutcomeUnknown, "", time.Second)
	}
	return wrap(problem.Internal, "", 0)
}

func safeMethod(m string) bool { return m == http.MethodGet || m == http.MethodHead }

// problem answers an error, unless an answer has begun.
func (rc *requestContext) problem(err error) {
	if rc.status != 0 {
		rc.s.log.Warn("answer cut off", "route", rc.route.Name, "error", err)
		panic(http.ErrAbortHandler)
	}
	// The client may have closed only its own side and wait for the answer.
	rc.clientLeft = rc.r.Context().Err() != nil
	p := problemOf(err, safeMethod(rc.r.Method) || rc.route.ReadOnly)
	if p.Code.Status() >= http.StatusInternalServerError {
		rc.logFailure(p)
	}
	writeProblem(rc, rc.r, p)
}

// logFailure logs the cause, which the answer does not tell, under an id that it does.
func (rc *requestContext) logFailure(p *problem.Error) {
	id := uuid.NewString()
	extra := maps.Clone(p.Extra)
	if extra == nil {
		extra = map[string]any{}
	}
	extra["instance"] = "urn:uuid:" + id
	shown := *p
	shown.Extra = extra
	rc.s.log.Error("request failed", "instance", id, "route", rc.route.Name, "method", rc.r.Method, "code", string(p.Code), "error", p.Err)
	*p = shown
}

// WriteProblem answers an error as problem+json in the request's language, for
// handlers of other packages that are mounted on this server.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	if rc, ok := w.(*requestContext); ok {
		rc.problem(err)
		return
	}
	writeProblem(w, r, problemOf(err, safeMethod(r.Method)))
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *problem.Error) {
	lang := request.Language(r)
	body, err := json.Marshal(problemBody(p, lang))
	if err != nil {
		body = []byte(`{"type":"urn:weft:problem:internal","status":500,"code":"internal"}`)
	}
	h := w.Header()
	h["Content-Type"] = problemType
	h.Del("Content-Disposition")
	h.Del("Etag")
	h.Set("Content-Language", lang)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if retry := retryAfter(p); retry > 0 {
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(retry.Seconds())))))
	}
	if p.Code == problem.Unauthenticated {
		h.Set("WWW-Authenticate", `Bearer realm="weft"`)
	}
	w.WriteHeader(p.Code.Status())
	_, _ = w.Write(body)
}

// retryAfter is when to repeat the request: every 503 says it.
func retryAfter(p *problem.Error) time.Duration {
	if p.RetryAfter <= 0 && p.Code.Status() == http.StatusServiceUnavailable {
		return time.Second
	}
	return p.RetryAfter
}

// problemBody is the body of the answer. Parameters and extra members never
// replace the standard ones.
func problemBody(p *problem.Error, lang string) map[string]any {
	body := map[string]any{}
	maps.Copy(body, p.Extra)
	body["type"] = "urn:weft:problem:" + string(p.Code)
	body["title"] = p.Title(lang)
	body["status"] = p.Code.Status()
	body["code"] = string(p.Code)
	body["detail"] = p.Detail(lang)
	list := make([]map[string]any, len(p.Fields))
	for i, f := range p.Fields {
		list[i] = f.Body(lang)
	}
	body["errors"] = list
	return body
}

func crossOriginProblem(err error) error {
	return &problem.Error{Code: problem.Forbidden, Key: "cross_origin", Err: err}
}
