package assign

import (
	"cmp"
	"slices"
	"strings"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
)

// visible is the answer of a decision as the caller may see it.
func (a *attempts) visible(d *decision) *Answer {
	answer := *d.answer
	hide(a.rights, a.rule, d.record, &answer)
	return &answer
}

// hide takes out of an answer what tells of fields of the record that the reader
// does not read: factors with their share of the totals, the order that comes from
// them, and why they skip somebody. Factors that the rule no longer has are those
// of an earlier version, of which nobody knows what they read.
func hide(rights *access.Rights, rule *model.AssignmentRule, doc map[string]any, a *Answer) {
	if rights.Actor.Admin {
		return
	}
	shown, all := shownParts(rights, rule, doc)
	a.Candidates = slices.Clone(a.Candidates)
	for i := range a.Candidates {
		c := &a.Candidates[i]
		if c.skippedBy != "" && !shown[c.skippedBy] {
			why := text("skip_hidden")
			c.SkipCode, c.Skipped = skipFiltered, &why
		}
		kept := len(c.Factors)
		c.Factors = slices.DeleteFunc(slices.Clone(c.Factors), func(s Score) bool { return !shown["factor:"+s.Key] })
		if len(c.Factors) == kept {
			continue
		}
		c.Total = 0
		for _, s := range c.Factors {
			c.Total += s.Weight * s.Score
		}
		c.Total = rounded(c.Total)
	}
	if !all {
		slices.SortStableFunc(a.Candidates, func(x, y Candidate) int {
			return cmp.Or(compareBool(x.Skipped != nil, y.Skipped != nil), compareBool(y.User == a.Winner, x.User == a.Winner),
				cmp.Compare(y.Total, x.Total), strings.Compare(x.User, y.User))
		})
	}
}

// shownParts are the factors and filters of which the reader may know what they
// make of the record, and whether these are all.
func shownParts(rights *access.Rights, rule *model.AssignmentRule, doc map[string]any) (shown map[string]bool, all bool) {
	if rule == nil {
		return nil, false
	}
	mask := rights.ReadMask(rule.Entity.Key, doc)
	shown, all = map[string]bool{}, true
	add := func(name string, reads []query.Path) {
		shown[name] = !slices.ContainsFunc(reads, func(p query.Path) bool {
			if p.Through != "" {
				return !mask.Has(p.Via) || !rights.Readable(p.Through, p.Field)
			}
			return !mask.Has(p.Field)
		})
		all = all && shown[name]
	}
	for _, f := range rule.Factors {
		add("factor:"+f.Def.Key, f.Reads)
	}
	for _, f := range rule.Filters {
		add("filter:"+f.Def.Key, f.Where.Paths())
	}
	return shown, all
}
