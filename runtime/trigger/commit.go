package trigger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/store"
)

// call is the call of the record service for the changes of the present step.
func (x *execution) call(ops []store.Op) record.Call {
	return record.Call{
		Actor: x.actor, Source: record.SourceTrigger, Cause: x.run.ID, Depth: x.run.Depth + 1, Chain: x.chain(), Ops: ops, Lang: x.o.Language(),
	}
}

// chain is the chain of causes with this run as its last link.
func (x *execution) chain() []job.Link { return append(slices.Clone(x.run.Chain), x.run.link()) }

// link is the run as a cause.
func (r *Run) link() job.Link {
	return job.Link{Kind: "trigger", Key: r.Trigger, Entity: r.Entity, Record: r.Record, Run: r.ID, Fields: r.Fields, By: r.By}
}

// write commits the changes of a step with the row of the run and the end of the job.
func (x *execution) write(ctx context.Context, next *Run, o *outcome) error {
	if x.dry != nil {
		return x.dry.write(ctx, x, next, o)
	}
	if o.by != nil {
		return x.written(next, o, x.writeBy(ctx, next, o))
	}
	ops, err := x.progress(next, o)
	if err != nil {
		return err
	}
	if len(o.changes) > 0 {
		c := x.call(ops)
		if o.actor != nil {
			c.Actor = o.actor
		}
		_, err = x.o.Records.Apply(ctx, c, o.changes)
	} else {
		err = x.commitOps(ctx, ops)
	}
	return x.written(next, o, err)
}

// writeBy lets another service commit the changes of a step; the result of the step,
// which that service finds out, is committed with them.
func (x *execution) writeBy(ctx context.Context, next *Run, o *outcome) error {
	_, err := o.by(ctx, x.call(nil), func(result any) ([]store.Op, error) {
		next.setResult(result)
		return x.progress(next, o)
	})
	return err
}

// setResult notes the result of the last step.
func (r *Run) setResult(result any) {
	if n := len(r.Steps); n > 0 {
		r.Steps[n-1].Result = plainJSON(result)
	}
}

// progress are the operations that a step carries besides its changes.
func (x *execution) progress(next *Run, o *outcome) ([]store.Op, error) {
	ops, err := x.jobOps(next)
	if err != nil {
		return nil, err
	}
	row, err := runs.Put(*next)
	if err != nil {
		return nil, err
	}
	return append(append(slices.Clone(o.ops), row), ops...), nil
}

// written takes over the run as it was committed, or tells that it is lost.
func (x *execution) written(next *Run, o *outcome, err error) error {
	var lost *record.OpConflictError
	switch {
	case errors.As(err, &lost), o.by == nil && len(o.changes) == 0 && err != nil && store.LostRace(err):
		return fmt.Errorf("%w: %w", errLost, err)
	case err != nil:
		return err
	}
	next.Rev++
	x.run = next
	x.job.over = x.last && (next.State.Ended() || next.State == Waiting)
	return nil
}

// jobOps end the job with its last run, or let it go on when the run does.
func (x *execution) jobOps(next *Run) ([]store.Op, error) {
	switch {
	case next.State.Ended() && x.last:
		return []store.Op{x.job.DoneOp()}, nil
	case next.State != Waiting:
		next.Job = x.job.ID
		return nil, nil
	case next.Resume == nil: // only an event wakes it
		next.Job = ""
		if x.last {
			return []store.Op{x.job.DoneOp()}, nil
		}
		return nil, nil
	case x.last:
		next.Job = x.job.ID
		op, err := x.job.RescheduleOp(*next.Resume, payload{Runs: []string{next.ID}})
		return []store.Op{op}, err
	}
	next.Job = newID()
	op, err := insertJob(next.Job, x.now(), *next.Resume, payload{Runs: []string{next.ID}}, next)
	return []store.Op{op}, err
}

// end ends the run outside a step.
func (x *execution) end(ctx context.Context, state State, cause error) error {
	next := x.run.clone()
	x.finish(next, state)
	if cause != nil {
		next.Error = failureOf(cause)
	}
	return x.write(ctx, next, &outcome{})
}

func (x *execution) finish(next *Run, state State) {
	at := x.now()
	next.State, next.EndedAt, next.Waits, next.Resume = state, &at, "", nil
	if next.StartedAt == nil {
		next.StartedAt = &at
	}
}

// outcome is what a step wants to have committed.
type outcome struct {
	changes []record.Operation
	// actor makes the changes instead of the actor of the run.
	actor *access.Actor
	ops   []store.Op
	// by commits instead of the record service, with the operations that ops gives for
	// the result of the step.
	by            func(ctx context.Context, c record.Call, ops func(result any) ([]store.Op, error)) (any, error)
	input, result any
	// message and request are what the step tells people and calls outside.
	message *Notification
	request *Request
	// batch says that the step is not at its end; it is called again.
	batch *Loop
	// progress is how far a step is that writes many records.
	progress *Loop
	enter    *Frame
	// waits, resume: the run waits for an event, or for a time.
	waits  string
	resume *time.Time
	stop   bool
}

// commit writes what a step has done, and moves on.
func (x *execution) commit(ctx context.Context, step *model.Step, o *outcome) error {
	next := x.run.clone()
	next.Attempts, next.Error = 0, nil
	if next.StartedAt == nil {
		next.StartedAt = &x.began
	}
	entry := x.entry(step, o)
	next.State = Running
	next.Waits, next.Resume, next.Step = "", nil, ""
	switch {
	case o.waits != "" || o.resume != nil:
		entry.State = StepWaiting
		next.State, next.Waits, next.Resume, next.Step = Waiting, o.waits, o.resume, step.Key
	case o.batch != nil:
		next.frame().Batch = o.batch
	case o.enter != nil:
		next.Position = append(next.Position, *o.enter)
		next.leaveBranches(x.trigger)
	case o.stop:
		x.finish(next, Stopped)
	default:
		next.advance(x.trigger)
	}
	if o.batch == nil && (o.enter == nil || o.enter.Loop == nil) {
		next.note(entry)
	}
	if next.State == Running && next.atEnd(x.trigger) {
		x.finish(next, Done)
	}
	if err := x.write(ctx, next, o); err != nil || next.State != Done || x.failures == 0 {
		return err
	}
	return x.noteFailures(ctx, 0)
}

func (x *execution) entry(step *model.Step, o *outcome) StepRun {
	e := StepRun{Key: step.Key, Type: step.Def.Type, State: StepDone, At: x.began, MS: x.now().Sub(x.began).Milliseconds()}
	if o != nil {
		e.Input, e.Result = o.input, o.result
	}
	if f := x.run.each(); f != nil {
		e.Record = f.Record
	}
	return e
}

// maxEntries bounds the steps that a run keeps: of an each with many records the
// first are kept, and those that failed.
const maxEntries = 200

// note adds how a step went. A step that waited or failed before has one entry.
func (r *Run) note(e StepRun) {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if old := &r.Steps[i]; old.Key == e.Key && old.Record == e.Record && old.State != StepDone {
			if old.State == StepWaiting {
				e.At, e.Input = old.At, old.Input
			}
			*old = e
			return
		}
	}
	if len(r.Steps) >= maxEntries && e.State == StepDone && e.Record != "" || len(r.Steps) >= 2*maxEntries {
		return
	}
	r.Steps = append(r.Steps, e)
}

// results are those of the steps so far, by key.
func (r *Run) results() map[string]any {
	out := make(map[string]any, len(r.Steps))
	for _, e := range r.Steps {
		out[e.Key] = e.Result
	}
	return out
}
