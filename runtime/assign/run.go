package assign

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Bounds of a storm: how often a decision is made again because another process
// was faster, and how often because this one was waiting for a turn.
const (
	maxLost  = 25
	maxTurns = 2000
)

// Request asks for an assignment.
type Request struct {
	// Call is who asks, and what is committed with the assignment (Call.Ops); an
	// operation that does not apply fails it with record.OpConflictError.
	Call             record.Call
	Rule, Entity, ID string
	// DryRun decides without assigning, and leaves no trace.
	DryRun bool
	// Ops are operations that depend on the answer; they are committed with it. It is
	// called again when the decision is made again. nil: none.
	Ops func(*Answer) ([]store.Op, error)
}

// Assign decides who gets a record, makes that person its owner, and keeps the
// trace, all in one commit with call.Ops. The caller needs the right to update the
// record and to write its owner. Errors: invalid for a rule that the entity does
// not have, not_found, forbidden, conflict, and those of record.Service.Update.
// That nobody fits is no error but an answer.
func (s *Service) Assign(ctx context.Context, call record.Call, rule, entity, id string, dryRun bool) (*Answer, error) {
	return s.Run(ctx, Request{Call: call, Rule: rule, Entity: entity, ID: id, DryRun: dryRun})
}

// Run is Assign for a Request.
func (s *Service) Run(ctx context.Context, q Request) (*Answer, error) {
	a, err := s.begin(ctx, q.Call, q.Entity, q.ID)
	if err != nil {
		return nil, err
	}
	a.request = q
	a.rule = a.model.AssignmentRules[q.Rule]
	if a.rule == nil || a.rule.Entity.Key != q.Entity {
		return nil, noRule(q.Rule)
	}
	defer a.end()
	if kept, err := s.o.Records.Replay(ctx, q.Call); err != nil {
		return nil, err
	} else if kept != nil && !q.DryRun {
		return a.replayed(ctx)
	}
	answer, err := a.assign(ctx)
	return answer, read.StoreProblem(err)
}

// Try decides by a rule of another model, such as a draft, without assigning.
func (s *Service) Try(ctx context.Context, actor *access.Actor, rule *model.AssignmentRule, id string) (*Answer, error) {
	a, err := s.begin(ctx, record.Call{Actor: actor}, rule.Entity.Key, id)
	if err != nil {
		return nil, err
	}
	a.rule, a.request.DryRun = rule, true
	answer, err := a.assign(ctx)
	return answer, read.StoreProblem(err)
}

// attempts are the attempts at one assignment.
type attempts struct {
	s       *Service
	request Request
	model   *model.Model
	rights  *access.Rights
	rule    *model.AssignmentRule
	entity  string
	id      string
	// holds is the user whose turn this is; give gives it back.
	holds string
	give  func()
}

func (s *Service) begin(ctx context.Context, c record.Call, entity, id string) (*attempts, error) {
	if c.Actor == nil {
		return nil, problem.New(problem.Unauthenticated, "", nil)
	}
	rights, err := s.o.Access.Rights(ctx, c.Actor)
	if err != nil {
		return nil, read.StoreProblem(err)
	}
	m := rights.Model
	e, ok := m.Entity(entity)
	if !ok || !rights.Allowed(entity, schemas.OpRead) {
		return nil, rights.NoEntity(entity)
	}
	if e.Child != nil { // a child row is seen where its parent shows it
		if _, _, err := s.o.Reads.Get(ctx, c.Actor, entity, id, []string{}, nil); err != nil {
			return nil, err
		}
	}
	return &attempts{s: s, model: m, rights: rights, entity: entity, id: id}, nil
}

// end gives the turn back.
func (a *attempts) end() {
	if a.give != nil {
		a.give()
	}
	a.give, a.holds = nil, ""
}

// env is what relative values stand for now.
func (a *attempts) env() query.Env {
	env := a.rights.Env
	env.Now, env.Zone = a.s.o.Now().UTC().Truncate(time.Millisecond), a.s.o.Zone()
	return env
}

func (a *attempts) assign(ctx context.Context) (*Answer, error) {
	lost := 0
	for range maxTurns {
		d, err := a.decide(ctx)
		if err != nil {
			return nil, err
		}
		if a.request.DryRun {
			return a.visible(d), nil
		}
		if turn, err := a.takeTurn(ctx, d.answer.Outcome == Assigned, d.answer.Winner); err != nil {
			return nil, err
		} else if !turn {
			continue
		}
		answer, err := a.commit(ctx, d)
		if err == nil || !a.mayTryAgain(err) {
			return answer, err
		}
		if lost++; lost == maxLost {
			break
		}
		if err := pause(ctx, lost); err != nil {
			return nil, err
		}
	}
	p := problem.New(problem.Conflict, "too_much_contention", nil)
	p.RetryAfter = time.Second
	return nil, p
}

// decide makes the decision. Assignments that are being committed count as made;
// when they are why nobody fits it is made without them, for they may fail.
func (a *attempts) decide(ctx context.Context) (*decision, error) {
	committing := a.s.turns.underway(a.entity)
	d, err := a.s.decide(ctx, a.rule, a.env(), a.id, committing, a.check)
	if err == nil && d.answer.Outcome == Nobody && len(committing) > 0 {
		d, err = a.s.decide(ctx, a.rule, a.env(), a.id, nil, a.check)
	}
	return d, notFoundOr(err)
}

func notFoundOr(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return read.NotFound()
	}
	return err
}

// check asks for the rights on the record: to see it, to update it, and to write
// its owner.
func (a *attempts) check(doc map[string]any) error {
	switch {
	case !a.rights.Can(a.entity, schemas.OpRead, doc):
		return read.NotFound()
	case !a.rights.Can(a.entity, schemas.OpUpdate, doc), !a.rights.WriteMask(a.entity, schemas.OpUpdate, doc).Has(a.rule.Owner.Key):
		return problem.New(problem.Forbidden, "no_right", nil)
	}
	return nil
}

// takeTurn takes the turn of the winner. It is false when somebody else had it
// meanwhile: then the decision is old, and is made again by the one whose turn it is.
func (a *attempts) takeTurn(ctx context.Context, wanted bool, user string) (bool, error) {
	if !wanted || a.holds == user {
		return true, nil
	}
	a.end()
	give, free, err := a.s.turns.take(ctx, turnKey{a.entity, user})
	if err != nil {
		return false, err
	}
	a.holds, a.give = user, give
	return free, nil
}

// mayTryAgain tells whether a commit lost against another assignment, or another
// change of the record.
func (a *attempts) mayTryAgain(err error) bool {
	var lost *record.OpConflictError
	if errors.As(err, &lost) {
		return lost.Collection == LoadCollection
	}
	return problem.CodeOf(err) == problem.Stale && a.request.Call.IfMatch == 0
}

// pause waits a little longer each time, by chance, so that processes that met
// once do not meet again.
func pause(ctx context.Context, lost int) error {
	limit := time.Duration(min(lost, 8)) * 4 * time.Millisecond
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(limit)):
		return nil
	}
}
