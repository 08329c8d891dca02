package hook

import (
	"context"
	"encoding/json"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/schemas"
)

// StepCall is one run of a script as a step of a trigger.
type StepCall struct {
	Key   string
	Actor *access.Actor
	// Entity and ID name the record that the step is about; ID is "" for none.
	Entity, ID string
	// Record is the record in stored form where the script is to see it otherwise than
	// it is stored; Old is the record before the event.
	Record, Old map[string]any
	// Input is the body that a webhook got, Results are those of earlier steps by key.
	Input   any
	Results map[string]any
	// DryRun sends nothing outside.
	DryRun bool
}

// StepAnswer is what a script wants to have written by Actor, and what it returned.
type StepAnswer struct {
	Actor  *access.Actor
	Writes []record.Operation
	Result any
}

// RunStep runs a script as a step of a trigger. What it changed is given back and not
// written; it is refused as stale when a record that the script saw was changed since.
func (s *Service) RunStep(ctx context.Context, c StepCall) (*StepAnswer, error) {
	m := s.o.Current.Model()
	hook := m.Scripts[c.Key]
	if hook == nil {
		return nil, problem.New(problem.NotFound, "", nil)
	}
	host := newJobHost(s.o.Reads, actorOf(hook, c.Actor))
	event, err := s.stepEvent(ctx, m, host, &c)
	if err != nil {
		return nil, err
	}
	r, err := s.run(ctx, host, hook, c.Actor, event, c.DryRun)
	if err != nil {
		return nil, err
	}
	if len(r.Changes) > 0 && c.ID != "" {
		if err := host.changed(&c, r.Changes); err != nil {
			return nil, err
		}
	}
	answer := &StepAnswer{Actor: host.actor, Writes: host.writes}
	if r.Value != nil {
		answer.Result, err = decode(r.Value)
	}
	return answer, err
}

// changed is the change of the record that the step is about, before all else.
func (h *jobHost) changed(c *StepCall, changes map[string]json.RawMessage) error {
	values := make(map[string]any, len(changes))
	for field, raw := range changes {
		v, err := decode(raw)
		if err != nil {
			return err
		}
		values[field] = v
	}
	op := record.Operation{Op: "update", Entity: c.Entity, ID: c.ID, IfMatch: h.revs[[2]string{c.Entity, c.ID}], Values: values}
	h.writes = append([]record.Operation{op}, h.writes...)
	return nil
}

// stepEvent is what the function is called with.
func (s *Service) stepEvent(ctx context.Context, m *model.Model, host *jobHost, c *StepCall) (json.RawMessage, error) {
	event := map[string]any{
		"op": "run", "entity": c.Entity, "source": record.SourceTrigger, "input": c.Input, "results": c.Results,
		"user": map[string]any{"id": c.Actor.UserID, "login": c.Actor.Login, "name": c.Actor.Name},
	}
	if e := m.Entities[c.Entity]; e != nil && c.ID != "" {
		rights, err := s.o.Access.Rights(ctx, host.actor)
		if err != nil {
			return nil, err
		}
		if event["record"], err = host.stepRecord(ctx, e, rights, c); err != nil {
			return nil, err
		}
		event["old"] = wire(e, rights, c.Old, false)
	}
	return json.Marshal(event)
}

// stepRecord is the record that the step is about, as the script may see it.
func (h *jobHost) stepRecord(ctx context.Context, e *model.Entity, rights *access.Rights, c *StepCall) (any, error) {
	if c.Record == nil {
		doc, _, err := h.reads.Get(ctx, h.actor, e.Key, c.ID, nil, nil)
		if err != nil {
			return nil, err
		}
		return doc, h.shown(e.Key, doc)
	}
	if !rights.Can(e.Key, schemas.OpRead, c.Record) {
		return nil, read.NotFound()
	}
	seen, mask := wire(e, rights, c.Record, false), rights.ReadMask(e.Key, c.Record)
	for _, f := range e.Fields {
		if !mask.All() && !mask.Has(f.Key) {
			delete(seen, f.Key)
		}
	}
	return seen, nil
}
