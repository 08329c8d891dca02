package assign

import (
	"context"
	"fmt"
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
	"weft/schemas"
)

// Claim makes the caller the owner of a record that nobody owns. It needs the
// right claim on the record, and no right to write its fields. Errors: not_found,
// forbidden, claimed when it has an owner, claim_limit when the caller has as many
// as the rule allows, guard when the rule does not offer the record, and those of
// record.Service.Update.
func (s *Service) Claim(ctx context.Context, call record.Call, entity, id string) (*record.Result, error) {
	a, err := s.begin(ctx, call, entity, id)
	if err != nil {
		return nil, err
	}
	a.request.Call = call
	e := a.model.Entities[entity]
	if a.rule = e.ClaimRule(); a.rule == nil {
		return nil, problem.New(problem.Forbidden, "no_claims", map[string]any{"entity": e.Def.Title})
	}
	if call.Actor.UserID == "" {
		return nil, problem.New(problem.Forbidden, "no_right", nil)
	}
	if kept, err := s.o.Records.Replay(ctx, call); kept != nil || err != nil {
		return kept, err
	}
	defer a.end()
	res, err := a.claim(ctx)
	if err != nil { // the same call may have succeeded meanwhile and made this one fail
		if kept, again := s.o.Records.Replay(ctx, call); kept != nil && again == nil {
			return kept, nil
		}
	}
	return res, read.StoreProblem(err)
}

func (a *attempts) claim(ctx context.Context) (*record.Result, error) {
	user := a.request.Call.Actor.UserID
	if _, err := a.takeTurn(ctx, true, user); err != nil {
		return nil, err
	}
	var last error
	for lost := 1; lost <= maxLost; lost++ {
		res, checked, err := a.claimOnce(ctx, user)
		// Who passed the check and was refused after it lost against another claim,
		// by which the record went out of sight.
		outran := checked && (problem.CodeOf(err) == problem.NotFound || problem.CodeOf(err) == problem.Forbidden)
		if err == nil || !outran && !a.mayTryAgain(err) {
			return res, err
		}
		if outran {
			last = err // or a right is missing, such as that to the move
		}
		if err := pause(ctx, lost); err != nil {
			return nil, err
		}
	}
	if last != nil {
		return nil, last
	}
	p := problem.New(problem.Conflict, "too_much_contention", nil)
	p.RetryAfter = time.Second
	return nil, p
}

// claimOnce makes one attempt; checked tells that the record was there to be claimed.
func (a *attempts) claimOnce(ctx context.Context, user string) (res *record.Result, checked bool, err error) {
	env := a.env()
	rev, row, err := a.readClaim(ctx, env, user)
	if err != nil {
		return nil, false, err
	}
	load, err := loadOp(row, env)
	if err != nil {
		return nil, false, err
	}
	answer := &Answer{ID: newID(), Rule: a.rule.Def.Key, Entity: a.entity, Record: a.id, Outcome: Claimed, Winner: user}
	detailOp, err := details.Put(newDetail(answer))
	if err != nil {
		return nil, false, err
	}
	c := a.request.Call
	c.Ops = append(append([]store.Op{}, c.Ops...), a.insertAssignment(a.newAssignment(answer, env)), detailOp, load)
	if c.IfMatch == 0 {
		c.IfMatch = rev
	}
	values := wireValues(a.rule.Claim.Values, env)
	values[a.rule.Owner.Key] = user
	defer a.s.turns.commits(turnKey{a.entity, user}, row.Rev)()
	res, err = a.s.o.Records.ApplyRule(ctx, c, record.RuleChange{Entity: a.entity, ID: a.id, Right: schemas.OpClaim, Values: values})
	return res, true, err
}

// readClaim checks on one snapshot that the record may be claimed and that the
// person may have one more. It returns the record's revision and the person's load row.
func (a *attempts) readClaim(ctx context.Context, env query.Env, user string) (rev int64, row loadRow, err error) {
	err = a.s.o.Store.View(ctx, func(r store.Reader) error {
		d := &decision{reading: reading{ctx: ctx, from: r}, rule: a.rule, env: env, people: []*person{{id: user}}}
		doc, err := r.Get(ctx, a.entity, a.id)
		if err != nil {
			return notFoundOr(err)
		}
		if d.record, err = read.Decode(doc); err != nil {
			return err
		}
		rev = doc.Rev
		if err := a.checkClaim(d); err != nil {
			return err
		}
		if err := a.checkClaimLimits(d, user); err != nil {
			return err
		}
		rows, err := d.loadRows([]Candidate{{User: user}})
		row = rows[user]
		return err
	})
	return rev, row, err
}

func (a *attempts) checkClaim(d *decision) error {
	may := func(op schemas.Operation, doc map[string]any) bool { return a.rights.Can(a.entity, op, doc) }
	owned := d.record[a.rule.Owner.Key] != nil
	before := d.record
	if owned { // the rights to see and to claim it may have ended with that
		before = d.beforeOwner()
	}
	switch seen := may(schemas.OpRead, d.record); {
	case !seen && !(owned && may(schemas.OpRead, before) && may(schemas.OpClaim, before)):
		return read.NotFound()
	case !may(schemas.OpClaim, before):
		return problem.New(problem.Forbidden, "no_right", nil)
	case owned:
		return problem.New(problem.Claimed, "", nil)
	}
	for _, f := range []query.Filter{a.rule.Where, a.rule.Claim.Where} {
		if fits, err := d.matches(f, a.rule.Entity, d.env, d.record); err != nil {
			return err
		} else if !fits {
			return problem.New(problem.Guard, "not_claimable", nil)
		}
	}
	return nil
}

func (a *attempts) checkClaimLimits(d *decision, user string) error {
	limits := a.rule.Claim.Def
	if limits.Limit > 0 {
		if err := d.readLoads(nil); err != nil {
			return err
		}
		if d.open[user] >= int64(limits.Limit) {
			return problem.New(problem.ClaimLimit, "claim_limit_open", map[string]any{"limit": limits.Limit})
		}
	}
	if limits.PerDay == 0 {
		return nil
	}
	now := d.env.Now.In(d.env.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, d.env.Zone)
	n, err := d.from.Count(d.ctx, model.EntityAssignment, query.All{
		query.Cmp{Path: winnerPath, Op: query.Eq, Value: user},
		query.Cmp{Path: atPath, Op: query.Ge, Value: query.FormatInstant(midnight)},
		query.Cmp{Path: outcomePath, Op: query.Eq, Value: Claimed},
		query.Cmp{Path: query.Path{Field: "entity", Kind: query.Text}, Op: query.Eq, Value: a.entity},
	}, limits.PerDay)
	if err != nil {
		return fmt.Errorf("assign: claims of the day: %w", err)
	}
	if n >= int64(limits.PerDay) {
		return problem.New(problem.ClaimLimit, "claim_limit_day", map[string]any{"limit": limits.PerDay})
	}
	return nil
}
