package trigger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// errLost says that somebody else goes on with a run, or has ended it.
var errLost = errors.New("trigger: the run was taken over")

// carryOut goes on with a run until it ends, waits, or is taken over. last says
// that no other run follows in the job.
func (s *Service) carryOut(ctx context.Context, r *Run, c *claim, p payload, last bool) error {
	woken := p.Wake != nil && r.State == Waiting && r.Step == p.Wake.Step
	if r.State.Ended() || r.Job != c.ID && !woken {
		return nil
	}
	x := &execution{Service: s, run: r, job: c, last: last, began: s.now()}
	if woken {
		x.woken = p.Wake
	}
	err := x.begin(ctx)
	if err == nil {
		err = x.steps(ctx)
	}
	if errors.Is(err, errLost) {
		return s.afterLoss(ctx, r, c)
	}
	return err
}

// afterLoss tells a run that somebody has ended, after which the next one of the
// job comes, from a job that is lost.
func (s *Service) afterLoss(ctx context.Context, r *Run, c *claim) error {
	now, err := runs.Get(ctx, s.o.Store, r.ID)
	if err != nil {
		return err
	}
	if now.State.Ended() || now.Job != c.ID {
		return nil
	}
	return errLost
}

// execution is one run while it is carried out.
type execution struct {
	*Service
	run     *Run
	trigger *model.Trigger
	actor   *access.Actor
	rights  *access.Rights
	job     *claim
	last    bool
	woken   *wake
	// dry gathers what would be done, when nothing is to be written or sent.
	dry *dry
	// failures counts the runs of the trigger that failed in a row before this one.
	failures int
	// single is the key of a step whose records are written one by one.
	single string
	began  time.Time // of the present step
}

// begin finds the definition and the rights of the run. One that cannot begin ends.
func (x *execution) begin(ctx context.Context) error {
	var err error
	if x.trigger, err = x.triggerOf(ctx, x.run); err == nil {
		if x.actor, err = x.Service.actor(ctx, x.run); err == nil {
			x.rights, err = x.o.Access.Rights(ctx, x.actor)
		}
	}
	switch {
	case err != nil && transient(err):
		return read.StoreProblem(err)
	case err != nil:
		if err := x.tellFailure(ctx, failureOf(err)); err != nil {
			return err
		}
		return x.end(ctx, Failed, err)
	case x.run.StartedAt == nil:
		return x.first(ctx)
	}
	return nil
}

// first lets a run begin that its limits admit. The filter of a webhook, whose record
// is made in the commit that starts the run, is asked now.
func (x *execution) first(ctx context.Context) error {
	if err := x.admit(ctx); err != nil || x.run.State.Ended() {
		return err
	}
	if x.run.Event != schemas.EventWebhook || x.trigger.Where == nil {
		return nil
	}
	env, err := x.wholeEnv(ctx, &model.ValueEnv{Query: x.o.Effect.queryEnv(x.actor, x.now())})
	if err != nil {
		return err
	}
	if ok, err := x.trigger.Where.Holds(env, nil); err != nil || ok {
		return err
	}
	return x.end(ctx, Done, nil)
}

// steps carries out step after step.
func (x *execution) steps(ctx context.Context) error {
	for !x.run.State.Ended() {
		ended, err := x.nextRecord(ctx)
		if err != nil || ended {
			return err
		}
		step := x.run.present(x.trigger)
		if step == nil {
			return x.end(ctx, Done, nil)
		}
		x.began = x.now()
		if x.single != step.Key {
			x.single = ""
		}
		o, err := x.perform(ctx, step)
		if err == nil {
			err = x.commit(ctx, step, o)
		}
		switch {
		case err == nil:
		case errors.Is(err, errLost), transient(err):
			return err
		default:
			if err := x.refused(ctx, step, o, err); err != nil {
				return err
			}
		}
		if x.run.State == Waiting {
			return nil
		}
	}
	return nil
}

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
		_, err = x.o.Records.Apply(ctx, x.call(ops), o.changes)
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
	ops     []store.Op
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
		next.Waits, next.Resume, next.Step = "", nil, ""
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
	case problem.Internal, problem.Rate:
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
