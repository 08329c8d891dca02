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

// boundFilters are the filters of a rule with the values of the record.
type boundFilters struct {
	users  query.Expr
	people []query.Expr
}

func (d *decision) filters() (boundFilters, error) {
	var out boundFilters
	var err error
	bind := func(f query.Filter, e *model.Entity) query.Expr {
		x, problems := f.Bind(d.env, e, nil)
		if len(problems) > 0 {
			err = fmt.Errorf("assign: filters of rule %s: %v", d.rule.Def.Key, problems)
		}
		return x
	}
	out.users = bind(d.rule.Users, d.rule.Owner.Target)
	for _, f := range d.rule.Filters {
		filter, problems := f.Where.With(d.ofRecord)
		if len(problems) > 0 {
			return out, fmt.Errorf("assign: filter %s of rule %s: %v", f.Def.Key, d.rule.Def.Key, problems)
		}
		out.people = append(out.people, bind(filter, d.rule.People))
	}
	return out, err
}

func (d *decision) candidate(p *person, filters boundFilters, scorers []scorer) Candidate {
	c := Candidate{User: p.id, Name: p.name}
	if d.open != nil {
		open := d.open[p.id]
		c.Open = &open
	}
	skip := func(code, by string, why Text) {
		if c.Skipped == nil {
			c.SkipCode, c.skippedBy, c.Skipped = code, by, &why
		}
	}
	if p.id == d.record[d.rule.Owner.Key] && d.rule.Def.PresentOwner == "exclude" {
		skip(skipPresentOwner, "", text("skip_present_owner"))
	}
	for i, x := range filters.people {
		if !query.Matches(x, p.profile, d.get) {
			skip(skipFiltered, "filter:"+d.rule.Filters[i].Def.Key, text("skip_filtered", "filter", d.rule.Filters[i].Def.Title))
		}
	}
	if why, full := d.full(p); full {
		skip(skipFull, "", why)
	}
	for i, score := range scorers {
		f, m := d.rule.Factors[i].Def, score(p)
		c.Total += f.Weight * m.score
		c.Factors = append(c.Factors, Score{Key: f.Key, Weight: f.Weight, Score: rounded(m.score), Why: m.why})
		if m.skipped != nil {
			skip(m.skipCode, "factor:"+f.Key, *m.skipped)
		}
	}
	c.Total = rounded(c.Total)
	return c
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

// loadRows reads the load rows of candidates; a person without one has the zero row.
func (d *decision) loadRows(of []Candidate) (map[string]loadRow, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = loadID(d.rule.Entity.Key, c.User)
	}
	rows, err := loads.GetMany(d.ctx, d.from, ids)
	if err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	byUser := make(map[string]loadRow, len(of))
	for _, c := range of {
		byUser[c.User] = loadRow{ID: loadID(d.rule.Entity.Key, c.User)}
	}
	for _, row := range rows {
		byUser[row.ID[len(d.rule.Entity.Key)+1:]] = row
	}
	return byUser, nil
}

// unseen are the users to whom this process is assigning a record that the
// snapshot does not show yet.
func (d *decision) unseen(committing map[string]int64) map[string]bool {
	if len(committing) == 0 {
		return nil
	}
	of := make([]Candidate, 0, len(committing))
	for user := range committing {
		of = append(of, Candidate{User: user})
	}
	rows, err := d.loadRows(of)
	if err != nil {
		d.err = err
		return nil
	}
	out := map[string]bool{}
	for user, rev := range committing {
		if rows[user].Rev <= rev {
			out[user] = true
		}
	}
	return out
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
