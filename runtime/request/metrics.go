package request

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count and time the requests of all routes.
type Metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// NewMetrics makes Metrics and registers them.
func NewMetrics(to prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_http_requests_total", Help: "HTTP requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weft_http_request_seconds", Help: "Time to answer an HTTP request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60},
		}, []string{"route", "method"}),
	}
	to.MustRegister(m.requests, m.duration)
	return m
}

// RouteMetrics are those of one route. They keep their labels, since a lookup
// per request costs more than counting.
type RouteMetrics struct {
	duration prometheus.Observer
	count    func(status int) prometheus.Counter
	byStatus sync.Map // int → prometheus.Counter
}

// Route gives the metrics of a route by its name and method.
func (m *Metrics) Route(name, method string) *RouteMetrics {
	return &RouteMetrics{
		duration: m.duration.WithLabelValues(name, method),
		count: func(status int) prometheus.Counter {
			return m.requests.WithLabelValues(name, method, strconv.Itoa(status))
		},
	}
}

// Observe counts an answer. Status 0 stands for 200. The duration of an
// upgraded connection is no request time and is left out.
func (m *RouteMetrics) Observe(status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
	}
	c, ok := m.byStatus.Load(status)
	if !ok {
		c, _ = m.byStatus.LoadOrStore(status, m.count(status))
	}
	c.(prometheus.Counter).Inc()
	if status != http.StatusSwitchingProtocols {
		m.duration.Observe(took.Seconds())
	}
}
