package hook

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"weft/runtime/access"
	"weft/runtime/incident"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/record"
	"weft/runtime/script"
	"weft/runtime/store"
)

// JobKind is the kind of the jobs that run after-hooks.
const JobKind = "script"

// maxDepth is how long a chain of causes may be through scripts.
const maxDepth = 8

// afterJob is what an after-hook is told, as it was at the change.
type afterJob struct {
	Script string          `json:"script"`
	Entity string          `json:"entity"`
	Record string          `json:"record"`
	Person string          `json:"person,omitempty"` // id of the user
	Event  json.RawMessage `json:"event"`
}

// Jobs implements record.Effect: the jobs of the after-hooks are committed with the change.
func (s *Service) Jobs(ctx context.Context, c record.Call, m *model.Model, ev *record.Event) ([]store.Op, error) {
	hooks := m.Hooks[ev.Entity]
	if hooks == nil || c.Historical {
		return nil, nil
	}
	var ops []store.Op
	for _, name := range namesOf(m, ev) {
		for _, hook := range hooks.On("after_" + name) {
			rights, err := s.o.Access.Rights(ctx, actorOf(hook, c.Actor))
			if err != nil {
				return nil, err
			}
			event, err := s.argument(m, rights, hook, c, ev)
			if err != nil {
				return nil, err
			}
			op, err := job.InsertOp(job.New{
				Kind: JobKind, Cause: c.Cause, Depth: c.Depth + 1, Chain: append(slices.Clone(c.Chain), link(hook, c, ev)),
				Payload: afterJob{Script: hook.Def.Key, Entity: ev.Entity, Record: ev.ID, Person: c.Actor.UserID, Event: event},
			}, ev.At)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op)
		}
	}
	return ops, nil
}

// link is an after-hook as a cause of what it does.
func link(hook *model.Script, c record.Call, ev *record.Event) job.Link {
	l := job.Link{Kind: "script", Key: hook.Def.Key, Entity: ev.Entity, Record: ev.ID, By: c.Actor.UserID}
	for _, f := range ev.Changed {
		l.Fields = append(l.Fields, f.Key)
	}
	return l
}

// Kind is the kind of job that a queue must know.
func (s *Service) Kind(records *record.Service) job.Kind {
	return job.Kind{
		Name: JobKind, MaxAttempts: 5, Timeout: 2 * time.Minute,
		Run:    func(ctx context.Context, c *job.Claimed) error { return s.runAfter(ctx, records, c) },
		Failed: s.afterFailed,
	}
}

// switchedOff is after how many failures a script runs no more, until its incident is closed.
const switchedOff = 20

// runAfter runs an after-hook. What it writes and the end of its job are one commit.
func (s *Service) runAfter(ctx context.Context, records *record.Service, c *job.Claimed) error {
	var in afterJob
	if err := c.Decode(&in); err != nil {
		return err
	}
	hook := s.o.Current.Model().Scripts[in.Script]
	if hook == nil {
		return nil // it was removed
	}
	off, err := s.isOff(ctx, in.Script)
	if err != nil || off {
		return err
	}
	if c.Depth > maxDepth {
		return s.stopLoop(ctx, &in, c)
	}
	person, err := s.person(ctx, in.Person)
	if err != nil {
		return err
	}
	return records.RunAgain(ctx, func() error { return s.runOnce(ctx, records, c, hook, person, &in) })
}

func (s *Service) runOnce(ctx context.Context, records *record.Service, c *job.Claimed, hook *model.Script, person *access.Actor, in *afterJob) error {
	host := newJobHost(s.o.Reads, actorOf(hook, person))
	_, err := s.run(ctx, host, hook, person, in.Event, false)
	if err != nil || len(host.writes) == 0 {
		return err
	}
	call := record.Call{Actor: host.actor, Source: record.SourceScript, Cause: c.ID, Depth: c.Depth, Chain: c.Chain, Ops: []store.Op{c.DoneOp()}}
	_, err = records.Apply(ctx, call, host.writes)
	return err
}

// stopLoop ends a chain of causes that is too long, with an incident that shows it.
func (s *Service) stopLoop(ctx context.Context, in *afterJob, c *job.Claimed) error {
	i := incident.Incident{
		Kind: incident.Loop, Reason: "script_loop", Script: in.Script, Entity: in.Entity, Record: in.Record, Chain: c.Chain,
		Params: map[string]any{"script": in.Script, "depth": maxDepth},
	}
	if n := len(c.Chain); n > 0 && len(c.Chain[n-1].Fields) > 0 {
		i.Field = c.Chain[n-1].Fields[0]
	}
	_, err := s.o.Incidents.Raise(ctx, i)
	return err
}

// person is who caused the change; a person who is gone leaves nobody with rights.
func (s *Service) person(ctx context.Context, id string) (*access.Actor, error) {
	if id == "" {
		return &access.Actor{Login: "public"}, nil
	}
	return s.o.Access.ActorOf(ctx, id)
}

// run runs a script in the background for one event. A failure is an error.
func (s *Service) run(ctx context.Context, host *jobHost, hook *model.Script, person *access.Actor, event json.RawMessage, trial bool) (script.Result, error) {
	call := s.call(hook, person)
	call.Host, call.Events, call.Limits, call.Background = s.outside(host, hook, trial), []json.RawMessage{event}, script.After, true
	results, err := s.o.Pool.Run(ctx, call)
	if err != nil {
		return script.Result{}, err
	}
	switch r := results[0]; {
	case r.Failure != nil:
		return r, failure(hook, r.Failure)
	case len(r.Refusals) > 0:
		return r, refusals(r.Refusals)
	default:
		return r, nil
	}
}

// afterFailed raises an incident for an after-hook that failed in all attempts.
func (s *Service) afterFailed(ctx context.Context, j job.Job) ([]store.Op, error) {
	var in afterJob
	if err := j.Decode(&in); err != nil {
		return nil, err
	}
	i := s.incident(in.Script)
	i.Entity, i.Record, i.Detail, i.Job = in.Entity, in.Record, j.Error, ""
	ops, _, err := s.o.Incidents.RaiseOps(ctx, i)
	return ops, err
}

func (s *Service) incident(key string) incident.Incident {
	return incident.Incident{Kind: incident.ScriptFailed, Reason: "after_hook_failed", Script: key, Params: map[string]any{"script": key}}
}

func (s *Service) isOff(ctx context.Context, key string) (bool, error) {
	i, err := s.o.Incidents.Find(ctx, s.incident(key))
	return i != nil && i.Open && i.Count >= switchedOff, err
}
