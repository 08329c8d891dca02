package assign

import (
	"slices"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
)

// visible is the answer of a decision as the caller may see it: without the
// factors that read a field of the record which the caller does not read.
func (a *attempts) visible(d *decision) *Answer {
	answer := *d.answer
	hideFactors(a.rights, a.rule, d.record, &answer)
	return &answer
}

// hideFactors takes factors out of an answer. Factors that the rule no longer has
// are those of an earlier version, of which nobody knows what they read.
func hideFactors(rights *access.Rights, rule *model.AssignmentRule, doc map[string]any, a *Answer) {
	if rights.Actor.Admin {
		return
	}
	shown := shownFactors(rights, rule, doc)
	a.Candidates = slices.Clone(a.Candidates)
	for i := range a.Candidates {
		c := &a.Candidates[i]
		c.Factors = slices.DeleteFunc(slices.Clone(c.Factors), func(s Score) bool { return !shown[s.Key] })
	}
}

// shownFactors are the factors of which the reader may know why.
func shownFactors(rights *access.Rights, rule *model.AssignmentRule, doc map[string]any) map[string]bool {
	if rule == nil {
		return nil
	}
	mask := rights.ReadMask(rule.Entity.Key, doc)
	shown := map[string]bool{}
	for _, f := range rule.Factors {
		unreadable := slices.ContainsFunc(f.Reads, func(p query.Path) bool {
			if p.Through != "" {
				return !mask.Has(p.Via) || !rights.Readable(p.Through, p.Field)
			}
			return !mask.Has(p.Field)
		})
		shown[f.Def.Key] = !unreadable
	}
	return shown
}
