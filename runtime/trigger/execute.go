package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/record/read"
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
		return x.notBegun(ctx, err)
	case x.run.StartedAt == nil:
		return x.first(ctx)
	}
	return nil
}

// notBegun ends a run that cannot begin.
func (x *execution) notBegun(ctx context.Context, cause error) error {
	if err := x.tellFailure(ctx, failureOf(cause)); err != nil {
		return err
	}
	return x.end(ctx, Failed, cause)
}

// first lets a run begin that its limits admit and its conditions want. One that
// cannot ask them fails.
func (x *execution) first(ctx context.Context) error {
	if err := x.admit(ctx); err != nil || x.run.State.Ended() {
		return err
	}
	ok, err := x.wanted(ctx)
	switch {
	case ok:
		return nil
	case err == nil:
		return x.end(ctx, Done, nil)
	case transient(err):
		return read.StoreProblem(err)
	}
	return x.notBegun(ctx, err)
}

// wanted asks the conditions that were not asked in the commit of the event: scripts,
// and the filter of a webhook, whose record is made in the commit that starts the run.
func (x *execution) wanted(ctx context.Context) (bool, error) {
	if x.run.Event == schemas.EventWebhook && x.trigger.Where != nil {
		env, err := x.wholeEnv(ctx, &model.ValueEnv{Query: x.o.Effect.queryEnv(x.actor, x.now())})
		if err != nil {
			return false, err
		}
		if ok, err := x.trigger.Where.Holds(env, nil); err != nil || !ok {
			return false, err
		}
	}
	return x.scriptsHold(ctx)
}

// attempt performs a step and commits it, again when what its script has read was
// changed in between.
func (x *execution) attempt(ctx context.Context, step *model.Step) (o *outcome, err error) {
	err = x.o.Records.RunAgain(ctx, func() error {
		if o, err = x.perform(ctx, step); err != nil {
			return err
		}
		return x.commit(ctx, step, o)
	})
	return o, err
}

// steps carries out step after step.
func (x *execution) steps(ctx context.Context) error {
	if x.run.State == Waiting { // for this job
		x.run.State = Running
	}
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
		o, err := x.attempt(ctx, step)
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
