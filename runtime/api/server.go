// Package api serves HTTP: routes, requests, answers, and the one map from error
// codes to problems. Handlers parse, call one service and respond; the rules are
// in the services.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"weft/frontend"
	"weft/runtime/access"
	"weft/runtime/assign"
	"weft/runtime/comment"
	"weft/runtime/files"
	"weft/runtime/hook"
	"weft/runtime/incident"
	"weft/runtime/intake"
	"weft/runtime/job"
	"weft/runtime/live"
	"weft/runtime/model"
	"weft/runtime/notify"
	"weft/runtime/personal"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/request"
	"weft/runtime/settings"
	"weft/runtime/store"
	"weft/runtime/store/lease"
	"weft/runtime/transfer"
	"weft/runtime/trigger"
)

// Options of a Server. Store, Leases, Current, Settings, Records, Reads, Access, Files, Intake, Notify, Comments, Personal, Jobs and Incidents must be given.
type Options struct {
	Store store.Store
	// Leases serialize requests with one idempotency key across processes.
	Leases   *lease.Keeper
	Current  *model.Current
	Settings *settings.Service
	Records  *record.Service
	Reads    *read.Service
	Access   *access.Service
	Files    *files.Service
	Intake   *intake.Service
	Notify   *notify.Service
	Comments *comment.Service
	Personal *personal.Service
	// Jobs and Incidents are shown to administrators.
	Jobs      *job.Queue
	Incidents *incident.Service
	Transfer  *transfer.Service
	Triggers  *trigger.Service
	Scripts   *hook.Service
	Assign    *assign.Service
	Live      *live.Hub
	Gallery   Gallery
	// WebApp answers what is no route of the API; nil when the program was built
	// without it.
	WebApp *frontend.App
	// Builder adds its routes to the router of /api/v1. Callers are authorized as
	// administrators before; handlers get them from Caller and answer errors with
	// WriteProblem.
	Builder func(*mux.Router)
	// MaxUpload is the largest file in bytes; 0 means 100 MiB.
	MaxUpload int64
	// TrustedProxies may name the client in X-Forwarded-For and its scheme in
	// X-Forwarded-Proto; from other addresses both are ignored.
	TrustedProxies []netip.Prefix
	// WriteQuota is how many bytes of changes a user may send per minute, imports
	// and uploads aside; 0 means 100 MiB, a negative number no limit.
	WriteQuota int64
	// Backup writes an archive of everything; nil removes the route.
	Backup func(ctx context.Context, w http.ResponseWriter) error
	// Collectors are further metrics.
	Collectors []prometheus.Collector
	Version    string
	Logger     *slog.Logger
}

// Server answers HTTP requests; it is safe for concurrent use.
type Server struct {
	o           Options
	router      *mux.Router
	builder     []Route // for the OpenAPI document only
	origin      http.CrossOriginProtection
	metrics     *metrics
	concurrency *concurrency
	written     request.Limiter[string] // bytes of changes, by user
	parsing     request.Budget          // bytes of parsed bodies, by user or network
	// anonymous limits requests without a valid session or token, by client network.
	anonymous request.Limiter[netip.Prefix]
	log       *slog.Logger
	draining  atomic.Bool
}

// New makes a Server. It fails when a route has no policy or no handler.
func New(o Options) (*Server, error) {
	if o.MaxUpload == 0 {
		o.MaxUpload = 100 << 20
	}
	if o.WriteQuota == 0 {
		o.WriteQuota = 100 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, log: o.Logger, concurrency: newConcurrency(), anonymous: request.Limiter[netip.Prefix]{
		Burst: anonymousBurst, PerSecond: anonymousPerSecond, MaxKeys: anonymousNetworks,
	}, parsing: request.Budget{Max: parseBudget, PerKey: parseBudgetPerUser}, written: request.Limiter[string]{
		Burst: float64(o.WriteQuota), PerSecond: float64(o.WriteQuota) / 60, MaxKeys: maxWriters,
	}}
	s.metrics = newMetrics(o)
	for _, rt := range s.Routes() {
		if rt.CrossOrigin {
			s.origin.AddInsecureBypassPattern(rt.Method + " " + rt.Path)
		}
	}
	var err error
	if s.router, err = s.newRouter(); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header())
	if err := s.origin.Check(r); err != nil {
		WriteProblem(w, r, crossOriginProblem(err))
		return
	}
	s.router.ServeHTTP(w, r)
}

// Security headers of every answer: no framing, sniffing, embedding or shared
// caching. Pages and downloads replace the policy.
var (
	noSniff     = []string{"nosniff"}
	noFrame     = []string{"DENY"}
	noReferrer  = []string{"no-referrer"}
	noStore     = []string{"no-store"}
	nothingElse = []string{"default-src 'none'; frame-ancestors 'none'"}
)

func setSecurityHeaders(h http.Header) {
	h["X-Content-Type-Options"] = noSniff
	h["X-Frame-Options"] = noFrame
	h["Referrer-Policy"] = noReferrer
	h["Cache-Control"] = noStore
	h["Content-Security-Policy"] = nothingElse
}
