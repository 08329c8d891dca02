package read

import (
	"context"

	"weft/runtime/query"
	"weft/runtime/store"
)

// groupRows aggregates. The store does not know the time, so that clocks which run are
// one group to it: overdue ones are aggregated by themselves.
func (r *reading) groupRows(ctx context.Context, a store.Aggregate) ([]store.Row, error) {
	rows, split, err := r.splitByClocks(ctx, a, 0)
	if err != nil || !split {
		return rows, err
	}
	return store.FinishRows(rows, a), nil
}

// splitByClocks aggregates twice for each group from the number on that is the phase of
// a clock.
func (r *reading) splitByClocks(ctx context.Context, a store.Aggregate, from int) (rows []store.Row, split bool, err error) {
	for i := from; i < len(a.Groups); i++ {
		g := a.Groups[i]
		if g.Path.Clock == "" {
			continue
		}
		overdue := query.Overdue(g.Path, r.env.Now)
		rest, late := a, a
		rest.Where, late.Where = query.And(a.Where, query.Not{X: overdue}), query.And(a.Where, overdue)
		if rows, _, err = r.splitByClocks(ctx, rest, i+1); err != nil {
			return nil, true, err
		}
		more, _, err := r.splitByClocks(ctx, late, i+1)
		for _, row := range more {
			row[g.Name] = query.ClockOverdue
		}
		return append(rows, more...), true, err
	}
	rows, err = r.from.Aggregate(ctx, r.entity.Key, a)
	return rows, false, err
}
