package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/job"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// finishJob is the job of a payload whose process stopped before its record was made.
func (s *Service) finishJob(ctx context.Context, c *job.Claimed) error {
	var id string
	if err := c.Decode(&id); err != nil {
		return fmt.Errorf("intake: job: %w", err)
	}
	p, err := payloads.Get(ctx, s.o.Store, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := s.finish(ctx, &p); !final(err) {
		return err
	}
	return nil
}

// finish makes the record of a payload: the record, the payload's new state and the
// end of its job are one commit. A payload that is refused is kept with the reason.
// Of a payload that is finished already it says what became of it.
func (s *Service) finish(ctx context.Context, p *Payload) (*Payload, error) {
	if p.State != Received {
		return p, p.outcome()
	}
	form := s.o.Current.Model().PublicForms[p.Form]
	if form == nil {
		return s.refuse(ctx, p, noSuchForm())
	}
	values, err := publicForm{form}.values(p)
	if err != nil {
		return s.refuse(ctx, p, err)
	}
	err = s.create(ctx, form.Entity, p, values)
	if conflict := new(record.OpConflictError); errors.As(err, &conflict) {
		return s.finished(ctx, p.ID)
	}
	if final(err) {
		return s.refuse(ctx, p, err)
	}
	return p, err
}

// create makes the record and marks the payload as done.
func (s *Service) create(ctx context.Context, e *model.Entity, p *Payload, values map[string]any) error {
	done := *p
	done.State = Done
	put, err := payloads.Put(done)
	if err != nil {
		return err
	}
	call := record.Call{
		Actor: access.Visitor(p.Form), Source: record.SourcePublic, Cause: p.ID, Lang: p.Lang,
		Ops: []store.Op{put, job.DeleteOp(jobID(p.ID))},
	}
	_, err = s.o.Records.Apply(ctx, call, []record.Operation{{Op: "create", Entity: e.Key, ID: p.Record, Values: values}})
	if err != nil {
		return ofSingle(err)
	}
	done.Rev++
	*p = done
	return nil
}

// ofSingle gives the problem of a list of one change the paths of that change.
func ofSingle(err error) error {
	p := problem.As(err)
	if p == nil {
		return err
	}
	single := *p
	single.Fields = make([]problem.Field, len(p.Fields))
	for i, f := range p.Fields {
		f.Path = strings.TrimPrefix(f.Path, "/0")
		single.Fields[i] = f
	}
	single.Extra = maps.Clone(p.Extra)
	delete(single.Extra, "operation")
	return &single
}

// refuse keeps a payload that no record follows from, with the reason.
func (s *Service) refuse(ctx context.Context, p *Payload, why error) (*Payload, error) {
	refused := *p
	refused.State = Refused
	reason, err := json.Marshal(keptProblem(problem.As(why)))
	if err != nil {
		return nil, err
	}
	refused.Problem = reason
	put, err := payloads.Put(refused)
	if err != nil {
		return nil, err
	}
	err = s.o.Store.Commit(ctx, &store.Batch{Ops: []store.Op{put, job.DeleteOp(jobID(p.ID))}})
	if store.LostRace(err) {
		return s.finished(ctx, p.ID)
	}
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	return &refused, why
}

// finished reads a payload that another process has finished.
func (s *Service) finished(ctx context.Context, id string) (*Payload, error) {
	p, err := payloads.Get(ctx, s.o.Store, id)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	if p.State == Received {
		return nil, problem.New(problem.Unavailable, "", nil)
	}
	return &p, p.outcome()
}

// number is what the sender is told: the running number of the record, or the end
// of the payload's id for an entity without one.
func (s *Service) number(ctx context.Context, p *Payload) (string, error) {
	own := strings.ToUpper(p.ID[len(p.ID)-8:])
	form := s.o.Current.Model().PublicForms[p.Form]
	if p.State != Done || form == nil {
		return own, nil
	}
	i := slices.IndexFunc(form.Entity.Fields, func(f *model.Field) bool { return f.Def.FieldType == schemas.TypeAutoNumber })
	if i < 0 {
		return own, nil
	}
	d, err := s.o.Store.Get(ctx, form.Entity.Key, p.Record)
	if errors.Is(err, store.ErrNotFound) { // deleted meanwhile
		return own, nil
	}
	if err != nil {
		return "", read.StoreProblem(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return "", err
	}
	number, _ := doc[form.Entity.Fields[i].Key].(string)
	return number, nil
}
