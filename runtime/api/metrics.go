package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics of one server, in a registry of their own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	writes   *prometheus.CounterVec
	handler  http.Handler
}

func newMetrics(o Options) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_http_requests_total", Help: "HTTP requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weft_http_request_seconds", Help: "Time to answer an HTTP request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60},
		}, []string{"route", "method"}),
		writes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_record_writes_total", Help: "Record changes that were acknowledged over HTTP.",
		}, []string{"entity", "op"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.writes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Live != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "weft_live_sockets", Help: "Open websockets of live queries.",
		}, func() float64 { return float64(o.Live.Sockets()) }))
	}
	m.registry.MustRegister(o.Collectors...)
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

// observed is what one route reports to; looking labels up per request would
// cost more than counting.
type observed struct {
	duration prometheus.Observer
	count    func(status int) prometheus.Counter
	byStatus sync.Map // int → prometheus.Counter
}

func (m *metrics) route(rt Route) *observed {
	return &observed{
		duration: m.duration.WithLabelValues(rt.Name, rt.Method),
		count: func(status int) prometheus.Counter {
			return m.requests.WithLabelValues(rt.Name, rt.Method, strconv.Itoa(status))
		},
	}
}

func (o *observed) observe(status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
	}
	c, ok := o.byStatus.Load(status)
	if !ok {
		c, _ = o.byStatus.LoadOrStore(status, o.count(status))
	}
	c.(prometheus.Counter).Inc()
	if status != http.StatusSwitchingProtocols {
		o.duration.Observe(took.Seconds())
	}
}
