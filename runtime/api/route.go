package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"weft/runtime/problem"
)

// Policy says who may call a route at all; what he may see and do there is the
// business of the room that is called.
type Policy int

// The policies. There is no default: a route without one does not start (S-06).
const (
	// Open is for everybody, signed in or not.
	Open Policy = iota + 1
	// SignedIn is for every active user and token.
	SignedIn
	// AdminOnly is for administrators.
	AdminOnly
	// Operator is for administrators and for callers on this machine.
	Operator
)

// Route is one row of the table.
type Route struct {
	Name, Method, Path string
	Policy             Policy
	// Timeout of the work; 0 means usualTimeout. NoTimeout is for sockets and
	// for what has a Stall.
	Timeout time.Duration
	// Stall is how long the caller may take nothing, in place of a limit for the whole.
	Stall time.Duration
	// Reads says that a POST changes nothing: when its time is over, nothing was written.
	Reads bool
	// Once says that an Idempotency-Key is minded here, since the room does not.
	Once   bool
	handle func(*exchange) error
}

// How long a request may take.
const (
	usualTimeout = 30 * time.Second
	longTimeout  = 15 * time.Minute // uploads, imports, exports
	noTimeout    = -1
	stallTimeout = 2 * time.Minute // downloads as large as the whole
)

const base = "/api/v1"

// routes builds the router from the table. Paths are matched as they are
// written: no cleaning, no redirects, so what is not in the table is not there (S-07).
func (s *Server) routes() (*mux.Router, error) {
	r := mux.NewRouter().SkipClean(true)
	for _, rt := range s.Table() {
		if rt.Policy == 0 || rt.handle == nil {
			return nil, fmt.Errorf("api: route %s has no policy or no handler", rt.Name)
		}
		r.Handle(rt.Path, s.serve(rt)).Methods(methods(rt)...).Name(rt.Name)
	}
	if s.o.Builder != nil {
		sub := r.PathPrefix(base).Subrouter()
		sub.Use(s.builderGate)
		s.o.Builder(sub)
		if err := s.listBuilder(sub); err != nil {
			return nil, err
		}
	}
	nothing := s.serve(Route{Name: "none", Policy: Open, handle: func(*exchange) error {
		return problem.New(problem.NotFound, "no_such_route", nil)
	}})
	r.NotFoundHandler = nothing
	r.MethodNotAllowedHandler = nothing
	return r, nil
}

// listBuilder notes the builder's routes, so that the OpenAPI document names them.
func (s *Server) listBuilder(sub *mux.Router) error {
	err := sub.Walk(func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := r.GetPathTemplate()
		if err != nil {
			return err
		}
		verbs, err := r.GetMethods()
		if err != nil {
			return err
		}
		for _, m := range verbs {
			s.builder = append(s.builder, Route{Name: "builder", Method: m, Path: path, Policy: AdminOnly, Once: m == http.MethodPost})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("api: routes of the builder: %w", err)
	}
	return nil
}

// builderGate puts the builder's routes behind the same gate as the table's.
func (s *Server) builderGate(next http.Handler) http.Handler {
	return s.serve(Route{Name: "builder", Policy: AdminOnly, Timeout: longTimeout, Once: true, handle: func(x *exchange) error {
		next.ServeHTTP(x, x.r.WithContext(withCaller(x.ctx, x.actor)))
		return nil
	}})
}

// serve wraps a route's handler in everything that all routes share.
func (s *Server) serve(rt Route) http.Handler {
	observed := s.metrics.requests.Route(rt.Name, rt.Method)
	if rt.Timeout == 0 {
		rt.Timeout = usualTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, s: s, r: r, route: &rt}
		defer x.finish(observed, time.Now())
		if err := x.run(); err != nil {
			x.problem(err)
		}
	})
}

// methods that a route answers: HEAD is GET without the body.
func methods(rt Route) []string {
	if rt.Method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{rt.Method}
}
