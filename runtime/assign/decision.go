package assign

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// decision is one decision about one record, on one snapshot.
type decision struct {
	reading
	rule   *model.AssignmentRule
	env    query.Env
	now    time.Time
	people []*person

	record map[string]any // in stored form
	rev    int64
	open   map[string]int64 // open records by user; nil where there is no load
	answer *Answer
	// winner's row of LoadCollection, as it is on the snapshot.
	load loadRow
}

// Why somebody is skipped. They are also the reasons why nobody fits.
const (
	skipFiltered     = "filtered"
	skipFull         = "full"
	skipTooFar       = "too_far"
	skipPresentOwner = "present_owner"
	notApplicable    = "not_applicable"
	noCandidates     = "no_candidates"
)

// decide makes the decision. committing are the users to whom this process is
// assigning a record right now, with the revision of their load row that it
// replaces. check refuses a record before anything is told of it.
func (s *Service) decide(ctx context.Context, rule *model.AssignmentRule, env query.Env, id string, committing map[string]int64, check func(doc map[string]any) error) (*decision, error) {
	people, err := s.peopleOf(ctx, rule)
	if err != nil {
		return nil, err
	}
	d := &decision{rule: rule, env: env, now: env.Now.In(env.Zone), people: people}
	err = s.o.Store.View(ctx, func(r store.Reader) error {
		d.reading = reading{ctx: ctx, from: r}
		doc, err := r.Get(ctx, rule.Entity.Key, id)
		if err != nil {
			return err
		}
		if d.record, err = read.Decode(doc); err != nil {
			return err
		}
		d.rev = doc.Rev
		if err := check(d.record); err != nil {
			return err
		}
		return d.run(committing)
	})
	return d, err
}

func (d *decision) run(committing map[string]int64) error {
	d.answer = &Answer{Rule: d.rule.Def.Key, Entity: d.rule.Entity.Key, Record: fmt.Sprint(d.record["id"]), Rev: d.rev}
	fits, err := d.matches(d.rule.Where, d.rule.Entity, d.env, d.record)
	if err != nil {
		return err
	}
	if !fits {
		d.nobody(notApplicable, text("nobody_not_applicable"))
		return nil
	}
	if owner, _ := d.record[d.rule.Owner.Key].(string); owner != "" && d.rule.Def.PresentOwner == "keep" {
		d.answer.Outcome, d.answer.Winner = Kept, owner
		return nil
	}
	if err := d.readLoads(committing); err != nil {
		return err
	}
	if err := d.score(); err != nil {
		return err
	}
	return d.choose(committing)
}

// score gives every candidate the scores, or the reason why not.
func (d *decision) score() error {
	filters, err := d.filters()
	if err != nil {
		return err
	}
	scorers := make([]scorer, len(d.rule.Factors))
	for i := range d.rule.Factors {
		if scorers[i], err = d.scorer(&d.rule.Factors[i]); err != nil {
			return err
		}
	}
	d.answer.Candidates = make([]Candidate, 0, len(d.people))
	for _, p := range d.people {
		if d.rule.Users.IsZero() || query.Matches(filters.users, p.user, d.get) {
			d.answer.Candidates = append(d.answer.Candidates, d.candidate(p, filters, scorers))
		}
	}
	return d.err
}

func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// choose puts the best first. Among equals the one wins who was assigned a record
// least recently.
func (d *decision) choose(committing map[string]int64) error {
	list := d.answer.Candidates
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(compareBool(a.Skipped != nil, b.Skipped != nil), cmp.Compare(b.Total, a.Total))
	})
	if len(list) == 0 || list[0].Skipped != nil {
		d.nobodyOf(list)
		return nil
	}
	equals := 1
	for equals < len(list) && list[equals].Skipped == nil && list[equals].Total == list[0].Total {
		equals++
	}
	rows, err := d.loadRows(list[:equals])
	if err != nil {
		return err
	}
	now := query.FormatInstant(d.env.Now)
	for i := range list[:equals] {
		c := &list[i]
		c.LastAt = rows[c.User].LastAt
		if rev, ok := committing[c.User]; ok && rows[c.User].Rev <= rev {
			c.LastAt = now
		}
	}
	slices.SortStableFunc(list[:equals], func(a, b Candidate) int { return cmp.Compare(a.LastAt, b.LastAt) })
	d.load = rows[list[0].User]
	d.answer.Outcome, d.answer.Winner = Assigned, list[0].User
	return nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// nobodyOf sums up why none of the candidates fits.
func (d *decision) nobodyOf(list []Candidate) {
	if len(list) == 0 {
		d.nobody(noCandidates, text("nobody_no_candidates"))
		return
	}
	counts := map[string]int{}
	for _, c := range list {
		counts[c.SkipCode]++
	}
	most := slices.MaxFunc([]string{skipPresentOwner, skipTooFar, skipFiltered, skipFull}, func(a, b string) int {
		return cmp.Compare(counts[a], counts[b])
	})
	d.nobody(most, text("nobody_fits", "of", len(list), "full", counts[skipFull], "filtered", counts[skipFiltered],
		"far", counts[skipTooFar], "present", counts[skipPresentOwner]))
}

func (d *decision) nobody(code string, why Text) {
	d.answer.Outcome, d.answer.ReasonCode, d.answer.Reason = Nobody, code, &why
}
