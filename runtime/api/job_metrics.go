package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weft/runtime/job"
)

// jobMetrics counts the jobs in the store whenever metrics are asked for.
type jobMetrics struct {
	queue      *job.Queue
	now        func() time.Time
	jobs, late *prometheus.Desc
}

func newJobMetrics(q *job.Queue) *jobMetrics {
	return &jobMetrics{queue: q, now: time.Now,
		jobs: prometheus.NewDesc("weft_jobs", "Jobs that wait, run or failed.", []string{"kind", "state"}, nil),
		late: prometheus.NewDesc("weft_job_late_seconds", "How long the oldest waiting job has been due.", []string{"kind"}, nil)}
}

// Describe lists the metrics.
func (m *jobMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.jobs
	to <- m.late
}

// metricsTimeout bounds the count of jobs.
const metricsTimeout = 5 * time.Second

// Collect counts. A store that cannot be reached makes the metrics fail.
func (m *jobMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
	defer cancel()
	counts, err := m.queue.Counts(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(m.jobs, err)
		return
	}
	for _, c := range counts {
		to <- prometheus.MustNewConstMetric(m.jobs, prometheus.GaugeValue, float64(c.Jobs), c.Kind, string(c.State))
		if c.State == job.Waiting {
			to <- prometheus.MustNewConstMetric(m.late, prometheus.GaugeValue, max(0, m.now().Sub(c.Oldest).Seconds()), c.Kind)
		}
	}
}
