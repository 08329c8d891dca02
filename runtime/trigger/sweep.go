package trigger

import (
	"context"
	"time"

	"weft/runtime/job"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

const (
	sweepKind = "run_sweep"
	// keepRuns is how long runs are kept after their end.
	keepRuns = 180 * 24 * time.Hour
	// sweepTime is when they are looked at.
	sweepTime = "40 3 * * *"
)

// sweepSchedule removes what is too old once a day.
func sweepSchedule() job.Schedule {
	return job.Schedule{Key: sweepKind, Cron: sweepTime, Job: func(time.Time) job.New { return job.New{Kind: sweepKind, Priority: job.Low} }}
}

// sweep removes runs that ended long ago, the oldest first.
func (s *Service) sweep(ctx context.Context, _ *job.Claimed) error {
	before := s.now().Add(-keepRuns)
	where := query.All{
		query.Cmp{Path: idPath, Op: query.Lt, Value: timedID(before)},
		query.Cmp{Path: query.Path{Field: "ended_at", Kind: query.Key}, Op: query.Lt, Value: query.FormatInstant(before)},
	}
	for {
		docs, err := s.o.Store.Find(ctx, RunCollection, store.Find{Where: where, Limit: pageSize, IDsOnly: true})
		if err != nil || len(docs) == 0 {
			return err
		}
		b := &store.Batch{}
		for _, d := range docs {
			b.Ops = append(b.Ops, table.Delete(RunCollection, d.ID))
		}
		if err := s.o.Store.Commit(ctx, b); err != nil {
			return err
		}
	}
}
