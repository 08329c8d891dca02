package record

import (
	"context"
	"sync"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// split makes a unit for one row that shares what the group has read.
func (u *unit) split(id string) *unit {
	return &unit{
		s: u.s, call: u.call, model: u.model, rights: u.rights, at: u.at, stamp: u.stamp,
		index: map[docKey]*item{}, seen: u.seen, numbers: u.numbers, dryRun: u.dryRun, ids: []string{id},
	}
}

// joins takes a row's unit into the group; false when both change the same record
// or take the same file.
func (u *unit) joins(row *unit) bool {
	for k := range row.index {
		if u.index[k] != nil {
			return false
		}
	}
	if u.sharesFiles(row) {
		return false
	}
	for k, it := range row.index {
		u.index[k] = it
	}
	u.items = append(u.items, row.items...)
	u.ops = append(u.ops, row.ops...)
	u.joinFiles(row)
	for k, rev := range row.relied {
		u.rely(k, rev)
	}
	if u.deletion == "" {
		u.deletion = row.deletion
	}
	return true
}

// settleOwn computes the roll-ups of one record before the others are known.
func (u *unit) settleOwn(ctx context.Context, it *item) error {
	if it.op != opCreate || len(it.entity.RollUps) == 0 {
		return nil
	}
	var due dueRollUps
	for _, f := range it.entity.RollUps {
		due.add(f.RollUp, it.id)
	}
	_, err := u.recompute(ctx, due)
	return err
}

// settleAll brings parents and roll-ups of a whole group up to date.
func (u *unit) settleAll(ctx context.Context) error {
	for _, it := range u.items {
		if err := u.touchParent(ctx, it); err != nil {
			return err
		}
	}
	return u.settle(ctx)
}

// judged is the outcome of a row in a dry run.
func (r *importRun) judged(ctx context.Context, u *unit, it *item, row int) RowResult {
	res := RowResult{ID: r.rows[row].ID, Rev: it.rev, Created: it.op == opCreate}
	res.Unchanged = it.op == opUpdate && len(it.diff()) == 0
	var taken []problem.Field
	for _, k := range it.entity.Unique {
		holder, err := u.holder(ctx, it, k)
		if err != nil {
			res.Problem = problemOf(storeProblem(err))
			return res
		}
		if holder != "" {
			taken = append(taken, uniqueFields(it, k)...)
		}
		r.keys.noteKey(it, k, row)
	}
	r.files.noteFiles(u, row)
	if len(taken) > 0 {
		res.Problem = problem.Of(problem.Unique, taken...)
	}
	return res
}

// blockNumbers takes running numbers from the store in blocks.
type blockNumbers struct {
	s    *Service
	mu   sync.Mutex
	open map[*model.Field]*numberBlock
}

type numberBlock struct{ next, last int64 }

// next is safe for concurrent use.
func (n *blockNumbers) next(ctx context.Context, f *model.Field) (int64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.open[f]
	if b == nil || b.next > b.last {
		last, err := n.s.store.Increment(ctx, CounterCollection, counterID(f), importGroup)
		if err != nil {
			return 0, err
		}
		if n.open == nil {
			n.open = map[*model.Field]*numberBlock{}
		}
		b = &numberBlock{next: last - importGroup + 1, last: last}
		n.open[f] = b
	}
	v := b.next
	b.next++
	return v, nil
}
