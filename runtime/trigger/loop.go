package trigger

import (
	"context"
	"errors"
	"time"

	"weft/runtime/incident"
	"weft/runtime/job"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/table"
)

// Limits on loops: how long a chain of causes may be, and how often one trigger may
// run for one record within a time.
const (
	maxDepth   = 8
	maxRepeats = 20
	repeatTime = time.Minute
)

// triggerState is what weft notes of a trigger; the id is its key.
type triggerState struct {
	ID  string `json:"id"`
	Rev int64  `json:"rev"`
	// Quarantined is the digest of the definition that is kept from starting, until
	// Incident is closed or another definition is published.
	Quarantined string `json:"quarantined,omitempty"`
	Incident    string `json:"incident,omitempty"`
	// Failures counts the runs of the definition Failing that failed in a row.
	Failures int    `json:"failures,omitempty"`
	Failing  string `json:"failing,omitempty"`
	// Armed is the digest of the definition whose timers present records have.
	Armed string `json:"armed,omitempty"`
}

var states = table.New(StateCollection, func(s *triggerState) (*string, *int64) { return &s.ID, &s.Rev })

func (s *Service) state(ctx context.Context, key string) (triggerState, error) {
	st, err := states.Get(ctx, s.o.Store, key)
	if errors.Is(err, store.ErrNotFound) {
		return triggerState{ID: key}, nil
	}
	return st, err
}

// quarantined tells by which incident a definition is kept from starting, "" for none.
func (s *Service) quarantined(ctx context.Context, st *triggerState, digest string) (string, error) {
	if st.Quarantined == "" || st.Quarantined != digest {
		return "", nil
	}
	open, err := s.o.Incidents.IsOpen(ctx, st.Incident)
	if err != nil || !open {
		return "", err
	}
	return st.Incident, nil
}

// admit lets a run begin, unless its trigger is quarantined or it belongs to a loop:
// then it is stopped.
func (x *execution) admit(ctx context.Context) error {
	st, err := x.state(ctx, x.run.Trigger)
	if err != nil {
		return err
	}
	incident, err := x.quarantined(ctx, &st, x.run.Digest)
	if err != nil {
		return err
	}
	x.failures = st.Failures
	if incident != "" {
		x.run.Incident = incident
		return x.end(ctx, Stopped, problem.New(problem.Conflict, "trigger_quarantined", nil))
	}
	limit := maxDepth
	if own := x.trigger.Def.MaxDepth; own > 0 {
		limit = own
	}
	if x.run.Depth+1 > limit {
		return x.stopLoop(ctx, "loop_depth", map[string]any{"depth": limit})
	}
	n, err := x.repeats(ctx)
	if err != nil {
		return err
	}
	if n > maxRepeats {
		return x.stopLoop(ctx, "loop_repeats", map[string]any{"times": maxRepeats, "seconds": int(repeatTime.Seconds())})
	}
	return nil
}

// repeats counts the runs of the trigger for the record within the time.
func (x *execution) repeats(ctx context.Context) (int64, error) {
	if x.run.Record == "" {
		return 0, nil
	}
	key := func(field string, value any) query.Cmp {
		return query.Cmp{Path: query.Path{Field: field, Kind: query.Key}, Op: query.Eq, Value: value}
	}
	since := query.Cmp{Path: query.Path{Field: "at", Kind: query.Key}, Op: query.Gt, Value: query.FormatInstant(x.run.At.Add(-repeatTime))}
	return x.o.Store.Count(ctx, RunCollection, query.All{key("record", x.run.Record), key("trigger", x.run.Trigger), since}, maxRepeats+1)
}

// stopLoop stops the run, raises an incident, and keeps the trigger that goes round
// from starting.
func (x *execution) stopLoop(ctx context.Context, reason string, params map[string]any) error {
	guilty := guiltyOf(x.chain())
	params["trigger"] = guilty
	i := incident.Incident{
		Kind: incident.Loop, Reason: reason, Params: params, Trigger: guilty, Entity: x.run.Entity, Record: x.run.Record, Chain: x.chain(),
	}
	if len(x.run.Fields) > 0 {
		i.Field = x.run.Fields[0]
	}
	id, err := x.o.Incidents.Raise(ctx, i)
	if err != nil {
		return err
	}
	quarantine, err := x.quarantine(ctx, guilty, x.digestOf(guilty), id)
	if err != nil {
		return err
	}
	next := x.run.clone()
	next.Incident, next.Error = id, failureOf(problem.New(problem.Conflict, reason, params))
	x.finish(next, Stopped)
	return x.write(ctx, next, &outcome{ops: quarantine})
}

// guiltyOf is the trigger that a chain comes back to most often, the last of them.
func guiltyOf(chain []job.Link) string {
	count, guilty := map[string]int{}, ""
	for _, l := range chain {
		if l.Kind != "trigger" {
			continue
		}
		if count[l.Key]++; count[l.Key] >= count[guilty] {
			guilty = l.Key
		}
	}
	return guilty
}

// digestOf is the definition of a trigger that a run has met: its own, or the one in
// force of another trigger.
func (x *execution) digestOf(trigger string) string {
	if trigger == x.run.Trigger {
		return x.run.Digest
	}
	if t := x.o.Current.Model().Triggers[trigger]; t != nil {
		return t.Digest
	}
	return ""
}

// quarantine is the operation that keeps a definition of a trigger from starting; none
// when it is kept already.
func (s *Service) quarantine(ctx context.Context, trigger, digest, incident string) ([]store.Op, error) {
	st, err := s.state(ctx, trigger)
	if err != nil || digest == "" || st.Quarantined == digest && st.Incident == incident {
		return nil, err
	}
	st.Quarantined, st.Incident = digest, incident
	op, err := states.Put(st)
	return []store.Op{op}, err
}
