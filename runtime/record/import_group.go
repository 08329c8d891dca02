package record

import (
	"context"
	"sync"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/record/read"
)

// forRow makes a unit for one row that shares what the group has read.
func (cs *changeset) forRow(id string) *changeset {
	return &changeset{
		s: cs.s, call: cs.call, model: cs.model, rights: cs.rights, at: cs.at, stamp: cs.stamp,
		index: map[docKey]*change{}, cached: cs.cached, numbers: cs.numbers, dryRun: cs.dryRun, ids: []string{id},
	}
}

// join takes a row's unit into the group; false when both change the same record
// or take the same file.
func (cs *changeset) join(row *changeset) bool {
	for k := range row.index {
		if cs.index[k] != nil {
			return false
		}
	}
	if cs.sharesFiles(row) {
		return false
	}
	for k, ch := range row.index {
		cs.index[k] = ch
	}
	cs.changes = append(cs.changes, row.changes...)
	cs.ops = append(cs.ops, row.ops...)
	cs.joinLinks(row)
	for k, rev := range row.relied {
		cs.rely(k, rev)
	}
	if cs.deletion == "" {
		cs.deletion = row.deletion
	}
	return true
}

// recomputeOwn computes the roll-ups of one record before the others are known.
func (cs *changeset) recomputeOwn(ctx context.Context, ch *change) error {
	if ch.op != opCreate || len(ch.entity.RollUps) == 0 {
		return nil
	}
	var due dueRollUps
	for _, f := range ch.entity.RollUps {
		due.add(f.RollUp, ch.id)
	}
	_, err := cs.recomputeRollUps(ctx, due)
	return err
}

// recomputeAll brings parents and roll-ups of a whole group up to date.
func (cs *changeset) recomputeAll(ctx context.Context) error {
	for _, ch := range cs.changes {
		if err := cs.touchParent(ctx, ch); err != nil {
			return err
		}
	}
	return cs.recompute(ctx)
}

// dryRunResult is the outcome of a row in a dry run.
func (r *importRun) dryRunResult(ctx context.Context, cs *changeset, ch *change, row int) RowResult {
	res := RowResult{ID: r.rows[row].ID, Rev: ch.rev, Created: ch.op == opCreate}
	res.Unchanged = ch.op == opUpdate && len(ch.diff()) == 0
	var taken []problem.Field
	for _, k := range ch.entity.Unique {
		holder, err := cs.holder(ctx, ch, k)
		if err != nil {
			res.Problem = problemOf(read.StoreProblem(err))
			return res
		}
		if holder != "" {
			taken = append(taken, uniqueFields(ch, k)...)
		}
		r.keys.addKey(ch, k, row)
	}
	r.files.addFiles(cs, row)
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
		last, err := n.s.store.Increment(ctx, CounterCollection, counterID(f), importGroupSize)
		if err != nil {
			return 0, err
		}
		if n.open == nil {
			n.open = map[*model.Field]*numberBlock{}
		}
		b = &numberBlock{next: last - importGroupSize + 1, last: last}
		n.open[f] = b
	}
	v := b.next
	b.next++
	return v, nil
}
