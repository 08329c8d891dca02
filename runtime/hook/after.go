package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weft/runtime/access"
	"weft/runtime/incident"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/problem"
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
				Kind: JobKind, Cause: c.Cause, Depth: c.Depth + 1,
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
		return fmt.Errorf("hook: a chain of more than %d causes", maxDepth)
	}
	person, err := s.person(ctx, in.Person)
	if err != nil {
		return err
	}
	host, _, err := s.run(ctx, hook, person, in.Event)
	if err != nil || len(host.writes) == 0 {
		return err
	}
	call := record.Call{Actor: host.actor, Source: record.SourceScript, Cause: c.ID, Depth: c.Depth, Ops: []store.Op{c.DoneOp()}}
	_, err = records.Apply(ctx, call, host.writes)
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
func (s *Service) run(ctx context.Context, hook *model.Script, person *access.Actor, event json.RawMessage) (*jobHost, script.Result, error) {
	host := &jobHost{reads: s.o.Reads, actor: actorOf(hook, person)}
	call := s.call(hook, person)
	call.Host, call.Events, call.Limits, call.Background = host, []json.RawMessage{event}, script.After, true
	results, err := s.o.Pool.Run(ctx, call)
	if err != nil {
		return nil, script.Result{}, err
	}
	switch r := results[0]; {
	case r.Failure != nil:
		return nil, r, failure(hook, r.Failure)
	case len(r.Refusals) > 0:
		return nil, r, refusals(r.Refusals)
	default:
		return host, r, nil
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

// RunStep runs a script as a step of a trigger, about a record. It gives back what
// the script changed, as operations, and what it returned.
func (s *Service) RunStep(ctx context.Context, key string, person *access.Actor, entity, id string, old map[string]any) ([]record.Operation, any, error) {
	m := s.o.Current.Model()
	hook := m.Scripts[key]
	if hook == nil {
		return nil, nil, problem.New(problem.NotFound, "", nil)
	}
	event := map[string]any{"op": "run", "entity": entity, "source": record.SourceTrigger, "user": map[string]any{"id": person.UserID, "login": person.Login, "name": person.Name}}
	if e := m.Entities[entity]; e != nil && id != "" {
		doc, _, err := s.o.Reads.Get(ctx, actorOf(hook, person), entity, id, nil, nil)
		if err != nil {
			return nil, nil, err
		}
		rights, err := s.o.Access.Rights(ctx, actorOf(hook, person))
		if err != nil {
			return nil, nil, err
		}
		event["record"], event["old"] = doc, wire(e, rights, old, false)
	}
	raw, err := json.Marshal(event)
	if err != nil {
		return nil, nil, err
	}
	host, r, err := s.run(ctx, hook, person, raw)
	if err != nil {
		return nil, nil, err
	}
	if len(r.Changes) > 0 && id != "" {
		values := map[string]any{}
		for field, change := range r.Changes {
			if values[field], err = decode(change); err != nil {
				return nil, nil, err
			}
		}
		host.writes = append([]record.Operation{{Op: "update", Entity: entity, ID: id, Values: values}}, host.writes...)
	}
	var result any
	if r.Value != nil {
		if result, err = decode(r.Value); err != nil {
			return nil, nil, err
		}
	}
	return host.writes, result, nil
}
