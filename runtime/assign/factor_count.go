package assign

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
)

// countScorer counts records of each candidate, such as deals won in the industry
// of the record: the first ranks score, or the share of a full number.
func (d *decision) countScorer(f *model.AssignmentFactor) (scorer, error) {
	for _, p := range f.Where.Paths() {
		if d.ofRecord(p) == nil {
			return constantly(text("why_record_unset", "factor", fieldTitle(d.rule.Entity, p))), nil
		}
	}
	counts, err := d.countsOf(f)
	if err != nil {
		return nil, err
	}
	if f.Def.Full > 0 {
		return func(p *person) mark {
			n := counts[p.id]
			return mark{score: min(1, float64(n)/float64(f.Def.Full)), why: text("why_count_full", "count", n, "full", f.Def.Full)}
		}, nil
	}
	top := cmp.Or(f.Def.Top, 3)
	ranks := ranksOf(counts)
	return func(p *person) mark {
		n, rank := counts[p.id], ranks[counts[p.id]]
		if n == 0 {
			return mark{why: text("why_count_none")}
		}
		score := math.Max(0, float64(top+1-rank)/float64(top))
		return mark{score: score, why: text("why_count_rank", "count", n, "rank", rank)}
	}, nil
}

// ranksOf gives the rank of each count: 1 for the greatest, equal ones share a rank.
func ranksOf(counts map[string]int64) map[int64]int {
	var all []int64
	for _, n := range counts {
		if n > 0 {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	ranks := map[int64]int{}
	for i, n := range all {
		if ranks[n] == 0 {
			ranks[n] = i + 1
		}
	}
	return ranks
}

func (d *decision) countsOf(f *model.AssignmentFactor) (map[string]int64, error) {
	filter, problems := f.Where.With(d.ofRecord)
	if len(problems) > 0 {
		return nil, fmt.Errorf("assign: filter of factor %s: %v", f.Def.Key, problems)
	}
	where, problems := filter.Bind(d.env, f.Entity, nil)
	if len(problems) > 0 {
		return nil, fmt.Errorf("assign: filter of factor %s: %v", f.Def.Key, problems)
	}
	return d.countByOwner(f.Entity, f.Owner, where)
}

// countByOwner counts the matching records of each candidate.
func (d *decision) countByOwner(e *model.Entity, owner *model.Field, where query.Expr) (map[string]int64, error) {
	ids := make([]any, len(d.people))
	for i, p := range d.people {
		ids[i] = p.id
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := d.from.Aggregate(d.ctx, e.Key, store.Aggregate{
		Where:   query.And(query.Cmp{Path: owner.Path(), Op: query.In, Value: ids}, where),
		Groups:  []query.GroupTerm{{Name: "owner", Path: owner.Path()}},
		Metrics: []query.Metric{{Name: "n", Func: "count"}},
	})
	if err != nil {
		return nil, fmt.Errorf("assign: counting %s: %w", e.Key, err)
	}
	counts := make(map[string]int64, len(rows))
	for _, row := range rows {
		id, _ := row["owner"].(string)
		n, _ := row["n"].(int64)
		counts[id] = n
	}
	return counts, nil
}

// fieldTitle is the title of the own field in which a path begins.
func fieldTitle(e *model.Entity, p query.Path) any {
	key := p.Field
	if p.Through != "" {
		key = p.Via
	}
	if f := e.ByKey[key]; f != nil {
		return f.Def.Title
	}
	return key
}
