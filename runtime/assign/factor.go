package assign

import (
	"fmt"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// mark is what a factor says of one person: a score from 0 to 1, why, and whether
// the person is out of the question.
type mark struct {
	score    float64
	why      Text
	skipped  *Text
	skipCode string
}

// scorer gives the mark of a person. The values of the record are known to it.
type scorer func(p *person) mark

// scorer prepares a factor for the record of the decision.
func (d *decision) scorer(f *model.AssignmentFactor) (scorer, error) {
	switch f.Def.Type {
	case "match":
		return d.matchScorer(f), nil
	case "region":
		return d.regionScorer(f), nil
	case "distance":
		return d.distanceScorer(f), nil
	case "count":
		return d.countScorer(f)
	case "load":
		return d.loadScorer(), nil
	case "formula":
		return d.formulaScorer(f), nil
	}
	return nil, fmt.Errorf("assign: factor %q", f.Def.Type)
}

// ofRecord and ofPerson give the stored value at a path.
func (d *decision) ofRecord(p query.Path) any { return query.Value(p, d.record, d.get) }

func (d *decision) ofPerson(p query.Path, of *person) any {
	return query.Value(p, of.profile, d.get)
}

// constantly gives everybody the same mark.
func constantly(why Text) scorer {
	return func(*person) mark { return mark{why: why} }
}

// unknown is the mark of a person of whom nothing is known.
func unknown(f *model.AssignmentFactor) mark {
	m := mark{why: text("why_person_unset", "factor", f.Title)}
	if f.Def.Default != nil {
		m.score = *f.Def.Default
	}
	return m
}

// list is a stored value as a list: the keys of a list, or the value alone.
func list(stored any) []any {
	switch v := stored.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{stored}
}

// shown is a value at a path of an entity as people read it.
func shown(e *model.Entity, p query.Path, stored any) any {
	of := e
	if via := e.ByKey[p.Via]; p.Through != "" && via != nil {
		of = via.Target
	}
	f := of.ByKey[p.Field]
	if f == nil {
		return fmt.Sprint(stored)
	}
	t := schemas.Title{ZhCN: f.Type.Format(f, stored, "zh-CN"), En: f.Type.Format(f, stored, "en")}
	if t.ZhCN == t.En {
		return t.En
	}
	return t
}
