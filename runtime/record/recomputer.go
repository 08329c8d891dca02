package record

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"weft/runtime/record/read"
	"weft/runtime/startstop"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// Recomputer brings records up to date after the commits that outdated them:
// after a publishing (new formulas, roll-ups, sortable and searchable fields)
// and after a change of a record that many formulas read across a reference.
// Its jobs are rows of RecomputationCollection, committed with their cause; each batch is
// one commit with the progress of its job, guarded by the revisions of its
// records like any change. So a recomputation survives every crash, goes on where it
// was, and never overwrites what somebody writes meanwhile.
type Recomputer struct {
	*startstop.Periodic
	s   *Service
	log *slog.Logger

	running    sync.Mutex     // one RunOnce at a time
	batchSizes map[string]int // records per batch, by job
}

const (
	// recomputationBatchSize is how many records one batch recomputes: few enough that callers
	// between two batches wait only a few milliseconds.
	recomputationBatchSize = 100
	// recomputationPause is the time between two looks for jobs without a notification:
	// those of a publishing, and those of another node.
	recomputationPause = time.Second
)

// NewRecomputer makes the Recomputer of a Service; a nil log discards.
func NewRecomputer(s *Service, log *slog.Logger) *Recomputer {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	r := &Recomputer{s: s, log: log, batchSizes: map[string]int{}}
	r.Periodic = startstop.NewPeriodic(startstop.Period{
		Name: "recomputation", RunOnce: r.runLeased, Every: recomputationPause, Notify: s.recomputationDue, Logger: log,
	})
	return r
}

// recomputationLease is held by the process that recomputes. Two could do no harm, for
// every batch moves its job on in its own commit, but one would work in vain.
const recomputationLease = "recomputation"

// runLeased works until nothing waits, unless another process does.
func (r *Recomputer) runLeased(ctx context.Context) error {
	if r.s.leases == nil {
		return r.runAll(ctx)
	}
	waiting, err := r.s.store.Find(ctx, RecomputationCollection, store.Find{Limit: 1, IDsOnly: true})
	if err != nil || len(waiting) == 0 {
		return err
	}
	l, err := r.s.leases.Take(ctx, recomputationLease)
	if errors.Is(err, lease.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, stop := l.Keep(ctx)
	err = r.runAll(kept)
	stop()
	return errors.Join(err, l.Release(context.WithoutCancel(ctx)))
}

func (r *Recomputer) runAll(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = r.RunOnce(ctx); err != nil {
			return err
		}
	}
	return nil
}

// notifyRecomputer tells the Recomputer of this Service, if there is one, of a
// new job.
func (s *Service) notifyRecomputer() {
	select {
	case s.recomputationDue <- struct{}{}:
	default:
	}
}

// RunOnce makes one batch of every job that waits and tells whether there is
// more to do. Errors are those of the store.
func (r *Recomputer) RunOnce(ctx context.Context) (more bool, err error) {
	r.running.Lock()
	defer r.running.Unlock()
	jobs, err := recomputationJobs(ctx, r.s.store)
	if err != nil {
		return false, err
	}
	more = len(jobs) == maxJobsAtOnce
	for _, b := range r.batches(jobs) {
		going, err := r.work(ctx, b)
		if err != nil {
			return false, err
		}
		more = more || going
	}
	return more, nil
}

// batches makes the next batch of each job. A job that has begun goes on to its
// end, and what came about the same records meanwhile waits: its own batches
// may have left it. Jobs that have not begun are done all at once.
func (r *Recomputer) batches(jobs []recomputationJob) []*recomputationBatch {
	var list []*recomputationBatch
	byKey := map[string]*recomputationBatch{}
	sizes := map[string]int{}
	for _, j := range jobs {
		k := j.key()
		b := byKey[k]
		switch {
		case b == nil:
			b = &recomputationBatch{s: r.s, size: recomputationBatchSize}
			if r.batchSizes[k] > 0 {
				b.size = r.batchSizes[k]
			}
			byKey[k], sizes[k] = b, b.size
			list = append(list, b)
		case b.job.After != "":
			b.left = true
			continue
		default:
			b.older = append(b.older, b.job)
			j.Text = j.Text || b.job.Text
			j.Version, j.Settings = max(j.Version, b.job.Version), max(j.Settings, b.job.Settings)
			j.Convert = append(b.job.Convert, j.Convert...)
		}
		b.job = j
	}
	r.batchSizes = sizes
	return list
}

// work makes a batch, in smaller and smaller pieces while others write the same
// records, and tells whether the job goes on. A single record that cannot be
// recomputed for a reason of its own is left as it is.
func (r *Recomputer) work(ctx context.Context, b *recomputationBatch) (more bool, err error) {
	k := b.job.key()
	at := queuePosition{queues: &r.s.contention}
	defer at.leave()
	for try := range maxTries {
		err := recovered(func() error { return b.run(ctx) })
		switch {
		case err == nil:
			r.batchSizes[k] = min(2*b.size, recomputationBatchSize)
			return b.more || b.left, nil
		case errors.Is(err, errBehind):
			return false, nil
		case problemOf(read.StoreProblem(err)).Code.Status() >= 503 || ctx.Err() != nil:
			return false, err
		case errors.Is(err, store.ErrConflict):
			at.leave()
			if b.size == 1 {
				r.s.waitForTurn(ctx, err, try, &at)
			}
			r.batchSizes[k] = max(1, b.size/2)
		case b.size > 1:
			r.batchSizes[k] = 1 // find the record that it is about
		case b.count == 0:
			return false, err
		default:
			r.log.Error("a record cannot be recomputed and stays as it is", "entity", b.job.Entity, "id", b.last, "error", err)
			return b.more, b.skip(ctx)
		}
		b = &recomputationBatch{s: b.s, job: b.job, older: b.older, left: b.left, size: r.batchSizes[k]}
	}
	return true, nil
}
