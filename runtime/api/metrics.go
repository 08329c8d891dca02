package api

import (
	"net/http"

	"weft/runtime/request"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics of one server. Each server has its own registry.
type metrics struct {
	registry *prometheus.Registry
	requests *request.Metrics
	writes   *prometheus.CounterVec
	handler  http.Handler
}

func newMetrics(o Options) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		registry: registry, requests: request.NewMetrics(registry),
		writes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_record_writes_total", Help: "Record changes that were acknowledged over HTTP.",
		}, []string{"entity", "op"}),
	}
	m.registry.MustRegister(m.writes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Live != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "weft_live_sockets", Help: "Open websockets of live queries.",
		}, func() float64 { return float64(o.Live.Sockets()) }))
	}
	if o.Jobs != nil {
		m.registry.MustRegister(newJobMetrics(o.Jobs))
	}
	m.registry.MustRegister(o.Collectors...)
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}
