package assign

import (
	"fmt"

	"weft/runtime/model"
	"weft/runtime/query"
)

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
