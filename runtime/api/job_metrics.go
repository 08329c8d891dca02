package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weft/runtime/job"
)

// jobMetrics counts the jobs in the store whenever metrics are asked for.
type jobMetrics struct {
	queue                *job.Queue
	now                  func() time.Time
	jobs, late, readable *prometheus.Desc
}

func newJobMetrics(q *job.Queue) *jobMetrics {
	return &jobMetrics{queue: q, now: time.Now,
		jobs:     prometheus.NewDesc("weft_jobs", "Jobs that wait, run or failed.", []string{"kind", "state"}, nil),
		late:     prometheus.NewDesc("weft_job_late_seconds", "How long the oldest waiting job has been due.", []string{"kind"}, nil),
		readable: prometheus.NewDesc("weft_jobs_readable", "1 when the jobs could be counted, 0 when the database cannot be reached.", nil, nil)}
}

// Describe lists the metrics.
func (m *jobMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.jobs
	to <- m.late
	to <- m.readable
}

// metricsTimeout bounds the count of jobs.
const metricsTimeout = time.Second

// Collect counts. The other metrics are needed most while the store cannot be
// reached, so that is told by a metric of its own.
func (m *jobMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
	defer cancel()
	counts, err := m.queue.Counts(ctx)
	if err != nil {
		to <- prometheus.MustNewConstMetric(m.readable, prometheus.GaugeValue, 0)
		return
	}
	to <- prometheus.MustNewConstMetric(m.readable, prometheus.GaugeValue, 1)
	for _, c := range counts {
		to <- prometheus.MustNewConstMetric(m.jobs, prometheus.GaugeValue, float64(c.Jobs), c.Kind, string(c.State))
		if c.State == job.Waiting {
			to <- prometheus.MustNewConstMetric(m.late, prometheus.GaugeValue, max(0, m.now().Sub(c.Oldest).Seconds()), c.Kind)
		}
	}
}
