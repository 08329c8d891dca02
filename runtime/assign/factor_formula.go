package assign

import (
	"strconv"

	"weft/runtime/model"
	"weft/runtime/query"
)

// formulaScorer evaluates a formula over record and person.
func (d *decision) formulaScorer(f *model.AssignmentFactor) scorer {
	return func(p *person) mark {
		v, err := f.Formula.Eval(func(path string) any { return d.formulaValue(path, p) }, d.now)
		if err != nil {
			return mark{why: text("why_formula_range")}
		}
		switch x := v.(type) {
		case bool:
			if x {
				return mark{score: 1, why: text("why_formula_true")}
			}
			return mark{why: text("why_formula_false")}
		case float64:
			score := min(1, max(0, x))
			return mark{score: score, why: text("why_formula", "value", strconv.FormatFloat(x, 'f', -1, 64))}
		}
		return mark{why: text("why_formula_unset")}
	}
}

func (d *decision) formulaValue(path string, p *person) any {
	if name, ok := model.PersonPath(path); ok {
		at, _, _ := query.Resolve(d.rule.People, name)
		return d.ofPerson(at, p)
	}
	at, _, _ := query.Resolve(d.rule.Entity, path)
	return d.ofRecord(at)
}
