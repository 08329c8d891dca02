package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
)

// JobKind is the kind of the jobs that carry out runs.
const JobKind = "trigger"

// payload is what a job of this package carries: runs in the order in which they
// are carried out, or a timer that may start one.
type payload struct {
	Runs  []string `json:"runs,omitempty"`
	Wake  *wake    `json:"wake,omitempty"`
	Timer *timer   `json:"timer,omitempty"`
}

// insertJob is the operation that inserts a job in the name of a run.
func insertJob(id string, at, due time.Time, p payload, r *Run) (store.Op, error) {
	return job.InsertOp(job.New{
		Kind: JobKind, ID: id, Due: due, Payload: p, Cause: r.Cause, Depth: r.Depth, Chain: originChain(r),
	}, at)
}

// originChain is the chain that led to a run. The chain of what a person has
// caused holds the person only.
func originChain(r *Run) []job.Link {
	if len(r.Chain) > 0 || r.By == "" {
		return r.Chain
	}
	return []job.Link{{Kind: "person", By: r.By}}
}

// claim is a job that this process runs.
type claim struct {
	*job.Claimed
	// over says that its end, or its next time, was committed with a run.
	over bool
}

// reached is when the time of a timer came: its due time, or when it was set if that
// was later.
func (c *claim) reached(due time.Time) time.Time {
	if set, err := query.ParseInstant(c.CreatedAt); err == nil && set.After(due) {
		return set
	}
	return due
}

// cause is the call in whose name a timer starts a run.
func (c *claim) cause() record.Call {
	call := record.Call{Actor: access.System(), Cause: c.Cause, Depth: c.Depth, Chain: c.Chain}
	if len(c.Chain) > 0 && c.Chain[0].Kind == "person" {
		call.Actor, call.Chain = &access.Actor{UserID: c.Chain[0].By}, nil
	}
	return call
}

// runJob carries out the runs of a job. It is the function of the job's kind.
func (s *Service) runJob(ctx context.Context, claimed *job.Claimed) error {
	c := &claim{Claimed: claimed}
	var p payload
	if err := c.Decode(&p); err != nil {
		return err
	}
	if err := s.runPayload(ctx, c, p); err != nil || c.over {
		return err
	}
	err := s.o.Store.Commit(ctx, &store.Batch{Ops: []store.Op{c.DoneOp()}})
	if err != nil && store.LostRace(err) {
		return nil
	}
	return err
}

func (s *Service) runPayload(ctx context.Context, c *claim, p payload) error {
	if p.Timer != nil {
		r, err := s.timerRun(ctx, p, c)
		if err != nil || r == nil {
			return err
		}
		return s.carryOut(ctx, r, c, p, true)
	}
	for i, id := range p.Runs {
		r, err := runs.Get(ctx, s.o.Store, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.carryOut(ctx, &r, c, p, i == len(p.Runs)-1); err != nil {
			return err
		}
	}
	return nil
}

// commitOps commits operations without a change of a record.
func (s *Service) commitOps(ctx context.Context, ops []store.Op) error {
	b := &store.Batch{Ops: ops}
	err := s.o.Store.Commit(ctx, b)
	if err == nil && s.o.Committed != nil {
		s.o.Committed(b)
	}
	return err
}

// Register adds the kinds of jobs of triggers to a queue.
func (s *Service) Register(q *job.Queue) {
	q.Register(job.Kind{Name: JobKind, Run: s.runJob, Concurrency: concurrency, Timeout: jobTimeout})
	q.Register(job.Kind{Name: armKind, Run: s.runArm})
	q.Register(job.Kind{Name: scheduleKind, Run: s.runSchedule})
	q.Register(job.Kind{Name: sweepKind, Run: s.sweep})
}

// concurrency is how many runs one process carries out at once: they mostly wait for
// commits, which are made together. A run that takes longer than jobTimeout goes on
// in the next attempt.
const (
	concurrency = 32
	jobTimeout  = 10 * time.Minute
)
