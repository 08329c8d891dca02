package assign

import (
	"slices"

	"weft/runtime/model"
	"weft/runtime/query"
)

// matchScorer compares the values of the record with those of the person: the
// score is the share that the person holds.
func (d *decision) matchScorer(f *model.AssignmentFactor) scorer {
	wanted := list(d.ofRecord(f.Field))
	if len(wanted) == 0 {
		return constantly(text("why_record_unset", "factor", f.Title))
	}
	return func(p *person) mark {
		held := list(d.ofPerson(f.Person, p))
		if len(held) == 0 {
			return unknown(f)
		}
		var both []any
		for _, v := range wanted {
			if slices.ContainsFunc(held, func(h any) bool { return sameValue(v, h) }) {
				both = append(both, v)
			}
		}
		if len(both) == 0 {
			return mark{why: text("why_no_match", "factor", f.Title)}
		}
		var values any = both
		if f.Field.Kind != query.Keys {
			values = both[0]
		}
		return mark{
			score: float64(len(both)) / float64(len(wanted)),
			why:   text("why_match", "factor", f.Title, "value", shown(d.rule.Entity, f.Field, values)),
		}
	}
}

// sameValue compares two stored values; texts as equality of the query language
// does, but for case and width, too.
func sameValue(a, b any) bool {
	x, isText := a.(string)
	y, also := b.(string)
	if isText && also {
		return x == y || query.Fold(x) == query.Fold(y)
	}
	return a == b
}
