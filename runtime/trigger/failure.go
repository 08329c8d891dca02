package trigger

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/store"
	"weft/schemas"
)

// transient tells errors of the machinery, after which the job is tried again, from
// those of a step.
func transient(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	switch problem.CodeOf(err) {
	case problem.Unavailable, problem.OutcomeUnknown, problem.StorageFull:
		return true
	}
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly)
}

// Attempts at a step, and how long to wait between them.
const (
	maxAttempts  = 10
	firstBackoff = time.Second
	maxBackoff   = 10 * time.Minute
)

// refused decides what becomes of a step whose commit was refused, or that failed.
func (x *execution) refused(ctx context.Context, step *model.Step, o *outcome, cause error) error {
	decided, err := x.refusedBatch(ctx, step, o, cause)
	if decided || err != nil {
		return err
	}
	if problem.CodeOf(cause) == problem.NotFound {
		if gone, err := x.recordGone(ctx); err != nil || gone {
			if err == nil {
				err = x.end(ctx, Stopped, problem.New(problem.NotFound, "run_record_gone", nil))
			}
			return err
		}
	}
	return x.failed(ctx, step, o, cause)
}

// recordGone tells whether the record of the run was deleted while the run waited.
func (x *execution) recordGone(ctx context.Context) (bool, error) {
	if x.run.Record == "" || x.run.Event == schemas.EventDeleted {
		return false, nil
	}
	docs := x.docReader(ctx)
	return docs.get(x.run.Entity, x.run.Record) == nil, docs.err
}

// failed decides what becomes of a step that was refused or failed: with on_error
// retry it is tried again unless it was refused, with continue the run goes on.
func (x *execution) failed(ctx context.Context, step *model.Step, o *outcome, cause error) error {
	next := x.run.clone()
	next.Attempts++
	entry := x.entry(step, o)
	entry.State, entry.Error, entry.Result = StepFailed, failureOf(cause), nil
	next.note(entry)
	if next.StartedAt == nil {
		next.StartedAt = &x.began
	}
	switch {
	case x.trigger.Def.OnError == "continue":
		next.Attempts, next.State = 0, Running
		next.advance(x.trigger)
		if next.atEnd(x.trigger) {
			x.finish(next, Done)
		}
	case x.trigger.Def.OnError != "stop" && !refusal(cause) && next.Attempts < maxAttempts:
		again := x.now().Add(backoff(next.Attempts))
		next.State, next.Resume, next.Step, next.Error = Waiting, &again, step.Key, entry.Error
	default:
		x.finish(next, Failed)
		next.Error, next.Step = entry.Error, step.Key
		if err := x.tellFailure(ctx, entry.Error); err != nil {
			return err
		}
	}
	return x.write(ctx, next, &outcome{})
}

// refusal tells errors that stay the same as long as nobody changes something.
func refusal(err error) bool {
	p := problem.As(err)
	if p == nil {
		return false
	}
	switch p.Code {
	case problem.Internal, problem.Rate, problem.Stale:
		return false
	case problem.Conflict:
		return p.Key != "too_much_contention"
	}
	return true
}

// backoff grows with the number of attempts; a quarter of it is left to chance.
func backoff(attempts int) time.Duration {
	d := min(firstBackoff<<min(attempts-1, 20), maxBackoff)
	return d - time.Duration(rand.Int64N(int64(d/4)))
}
