package trigger

import (
	"context"

	"weft/runtime/incident"
	"weft/runtime/store"
)

// maxFailures is how many runs of a trigger may fail in a row before it is kept from
// starting.
const maxFailures = 20

// tellFailure raises the incident of a trigger whose run fails, and keeps the trigger
// from starting when too many have failed in a row.
func (x *execution) tellFailure(ctx context.Context, why *Failure) error {
	if x.dry != nil {
		return nil
	}
	st, err := x.state(ctx, x.run.Trigger)
	if err != nil {
		return err
	}
	failures := 1
	if st.Failing == x.run.Digest {
		failures += st.Failures
	}
	i := incident.Incident{
		Kind: incident.TriggerFailed, Reason: "trigger_failed", Params: map[string]any{"trigger": x.run.Trigger}, Detail: why.Message.En,
		Trigger: x.run.Trigger, Entity: x.run.Entity, Record: x.run.Record, Chain: x.chain(),
	}
	if failures >= maxFailures {
		i.Reason, i.Params["times"] = "trigger_failing", maxFailures
	}
	id, err := x.o.Incidents.Raise(ctx, i)
	if err != nil || failures < maxFailures {
		if err == nil {
			err = x.noteFailures(ctx, failures)
		}
		return err
	}
	ops, err := x.quarantine(ctx, x.run.Trigger, x.run.Digest, id)
	if err != nil || len(ops) == 0 {
		return err
	}
	return lostIsFine(x.commitOps(ctx, ops))
}

// noteFailures notes how many runs have failed in a row. Of two runs at once one
// counts: the number need not be exact.
func (x *execution) noteFailures(ctx context.Context, n int) error {
	if x.dry != nil {
		return nil
	}
	st, err := x.state(ctx, x.run.Trigger)
	if err != nil {
		return err
	}
	st.Failures, st.Failing = n, x.run.Digest
	op, err := states.Put(st)
	if err != nil {
		return err
	}
	return lostIsFine(x.commitOps(ctx, []store.Op{op}))
}

// lostIsFine passes over a commit that was made for nothing, as another one was faster.
func lostIsFine(err error) error {
	if err != nil && store.LostRace(err) {
		return nil
	}
	return err
}
