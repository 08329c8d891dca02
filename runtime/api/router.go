package api

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"weft/runtime/problem"
)

// Policy says who may call a route at all. What a caller may see and do is
// decided by the service that is called.
type Policy int

// The policies. There is no default: New refuses a route without one.
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

// Route describes one route of the API.
type Route struct {
	Name, Method, Path string
	Policy             Policy
	// Timeout of the handler; 0 means defaultTimeout. noTimeout is for websockets and
	// for routes with a WriteTimeout.
	Timeout time.Duration
	// WriteTimeout bounds each single write instead of the whole answer.
	WriteTimeout time.Duration
	// ReadOnly says that a POST changes nothing, so its timeout is unavailable rather
	// than outcome_unknown.
	ReadOnly bool
	// Packages says that the body may be a package, which is larger than JSON.
	Packages bool
	// Unlimited requests are answered however many others run.
	Unlimited bool
	// Idempotent says that the API handles the Idempotency-Key, since the service
	// does not.
	Idempotent bool
	// CrossOrigin requests come from pages of other web sites, too; a route that is
	// for signed-in callers must not have it.
	CrossOrigin bool
	// MaxBody is the largest JSON body in bytes; 0 means the limit of the caller.
	MaxBody int64
	handle  func(*requestContext) error
}

// Timeouts of requests.
const (
	defaultTimeout = 30 * time.Second
	longTimeout    = 15 * time.Minute // uploads, imports, exports
	noTimeout      = -1
	exportStall    = 30 * time.Second // for each piece of an export
	stallTimeout   = 2 * time.Minute  // backups
)

const basePath = "/api/v1"

// newRouter builds the router from the list of routes. Paths match exactly: they
// are neither cleaned nor redirected.
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
	allowed, err := allowedMethods(r)
	if err != nil {
		return nil, err
	}
	// mux does not tell a wrong method from an unknown path when subrouters follow.
	r.NotFoundHandler = s.serve(Route{Name: "none", Policy: Public, handle: func(rc *requestContext) error {
		if s.isPage(rc.r) {
			return webPage(rc)
		}
		allow := allowed(rc.r.URL.Path)
		if allow == "" {
			return problem.New(problem.NotFound, "no_such_route", nil)
		}
		rc.Header().Set("Allow", allow)
		if rc.r.Method == http.MethodOptions {
			return rc.empty()
		}
		return problem.New(problem.Method, "", nil)
	}})
	r.MethodNotAllowedHandler = r.NotFoundHandler
	return r, nil
}

// allowedMethods returns a function that lists the methods of a path for the
// header Allow; "" for an unknown path.
func allowedMethods(r *mux.Router) (func(path string) string, error) {
	type entry struct {
		path    *regexp.Regexp
		methods []string
	}
	var entries []entry
	err := r.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		verbs, err := route.GetMethods()
		if errors.Is(err, mux.ErrNotFound) || len(verbs) == 0 {
			return nil // the prefix of a subrouter
		}
		pattern, err := route.GetPathRegexp()
		if err != nil {
			return err
		}
		path, err := regexp.Compile(pattern)
		entries = append(entries, entry{path, verbs})
		return err
	})
	return func(path string) string {
		var methods []string
		for _, e := range entries {
			if e.path.MatchString(path) {
				methods = append(methods, e.methods...)
			}
		}
		if methods == nil {
			return ""
		}
		methods = append(methods, http.MethodOptions)
		slices.Sort(methods)
		return strings.Join(slices.Compact(methods), ", ")
	}, err
}

// addBuilderRoutes keeps the builder's routes for the OpenAPI document.
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

// builderMiddleware applies authorization and limits to the builder's routes.
func (s *Server) builderMiddleware(next http.Handler) http.Handler {
	return s.serve(Route{Name: "builder", Policy: AdminOnly, Timeout: longTimeout, Packages: true, Idempotent: true, handle: func(rc *requestContext) error {
		next.ServeHTTP(rc, rc.r.WithContext(withCaller(rc.ctx, rc.actor)))
		return nil
	}})
}

// serve wraps a route's handler with what all routes share.
func (s *Server) serve(rt Route) http.Handler {
	observed := s.metrics.requests.Route(rt.Name, rt.Method)
	if rt.Timeout == 0 {
		rt.Timeout = defaultTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := &requestContext{ResponseWriter: w, s: s, r: r, route: &rt}
		defer rc.finish(observed, time.Now())
		switch err := rc.serve(); {
		case err != nil:
			rc.problem(err)
		case rc.status == 0 && r.Context().Err() != nil:
			panic(http.ErrAbortHandler) // not the 200 that net/http sends by default
		}
	})
}

// methods of a route: one for GET also answers HEAD.
func methods(rt Route) []string {
	if rt.Method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{rt.Method}
}
