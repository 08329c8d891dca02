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
	// Public is for everybody, signed in or not.
	Public Policy = iota + 1
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
	// Timeout of the work; 0 means defaultTimeout. NoTimeout is for sockets and
	// for what has a Stall.
	Timeout time.Duration
	// WriteTimeout is how long the caller may take nothing, in place of a limit for the whole.
	WriteTimeout time.Duration
	// ReadOnly says that a POST changes nothing: when its time is over, nothing was written.
	ReadOnly bool
	// Idempotent says that an Idempotency-Key is minded here, since the room does not.
	Idempotent bool
	handle     func(*requestContext) error
}

// How long a request may take.
const (
	defaultTimeout = 30 * time.Second
	longTimeout    = 15 * time.Minute // uploads, imports, exports
	noTimeout      = -1
	stallTimeout   = 2 * time.Minute // downloads as large as the whole
)

const basePath = "/api/v1"

// newRouter builds the router from the table. Paths are matched as they are
// written: no cleaning, no redirects, so what is not in the table is not there (S-07).
func (s *Server) newRouter() (*mux.Router, error) {
	r := mux.NewRouter().SkipClean(true)
	for _, rt := range s.Routes() {
		if rt.Policy == 0 || rt.handle == nil {
			return nil, fmt.Errorf("api: route %s has no policy or no handler", rt.Name)
		}
		r.Handle(rt.Path, s.serve(rt)).Methods(methods(rt)...).Name(rt.Name)
	}
	if s.o.Builder != nil {
		sub := r.PathPrefix(basePath).Subrouter()
		sub.Use(s.builderMiddleware)
		s.o.Builder(sub)
		if err := s.addBuilderRoutes(sub); err != nil {
			return nil, err
		}
	}
	nothing := s.serve(Route{Name: "none", Policy: Public, handle: func(*requestContext) error {
		return problem.New(problem.NotFound, "no_such_route", nil)
	}})
	r.NotFoundHandler = nothing
	r.MethodNotAllowedHandler = nothing
	return r, nil
}

// addBuilderRoutes notes the builder's routes, so that the OpenAPI document names them.
func (s *Server) addBuilderRoutes(sub *mux.Router) error {
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
			s.builder = append(s.builder, Route{Name: "builder", Method: m, Path: path, Policy: AdminOnly, Idempotent: m == http.MethodPost})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("api: routes of the builder: %w", err)
	}
	return nil
}

// builderMiddleware puts the builder's routes behind the same gate as the table's.
func (s *Server) builderMiddleware(next http.Handler) http.Handler {
	return s.serve(Route{Name: "builder", Policy: AdminOnly, Timeout: longTimeout, Idempotent: true, handle: func(rc *requestContext) error {
		next.ServeHTTP(rc, rc.r.WithContext(withCaller(rc.ctx, rc.actor)))
		return nil
	}})
}

// serve wraps a route's handler in everything that all routes share.
func (s *Server) serve(rt Route) http.Handler {
	observed := s.metrics.requests.Route(rt.Name, rt.Method)
	if rt.Timeout == 0 {
		rt.Timeout = defaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := &requestContext{ResponseWriter: w, s: s, r: r, route: &rt}
		defer rc.finish(observed, time.Now())
		if err := rc.serve(); err != nil {
			rc.problem(err)
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
