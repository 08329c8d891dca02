package job

import (
	"context"
	"errors"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// rescue gives back the jobs of processes whose lease has run out, and those that
// this process has claimed without hearing of it: the answer of a claim can be lost.
// It runs between two claims, never beside one.
func (q *Queue) rescue(ctx context.Context) error {
	rows, err := q.o.Store.Aggregate(ctx, Collection, store.Aggregate{
		Where:   query.Cmp{Path: pathState, Op: query.Eq, Value: string(Running)},
		Groups:  []query.GroupTerm{{Name: "node", Path: pathNode}},
		Metrics: []query.Metric{{Name: "n", Func: "count"}},
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		node, _ := r["node"].(string)
		n, _ := r["n"].(int64)
		switch {
		case node != q.node:
			err = q.rescueNode(ctx, node)
		case n > int64(len(q.runningIDs())):
			err = q.giveBack(ctx, node)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rescueNode takes the lease of another process, when it can be had, for as long as
// it takes to give its jobs back.
func (q *Queue) rescueNode(ctx context.Context, node string) error {
	l, err := q.o.Leases.Take(ctx, nodeLease(node))
	if errors.Is(err, lease.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(q.giveBack(ctx, node), l.Release(ctx))
}

// giveBack lets the jobs of a process wait again that this process does not run.
func (q *Queue) giveBack(ctx context.Context, node string) error {
	for j, err := range jobs.Each(ctx, q.o.Store, query.Cmp{Path: pathNode, Op: query.Eq, Value: node}) {
		if err != nil {
			return err
		}
		if q.runningIDs()[j.ID] || j.State != Running {
			continue
		}
		j.State, j.Node = Waiting, ""
		if err := jobs.Save(ctx, q.o.Store, &j); err != nil && !store.LostRace(err) {
			return err
		}
	}
	return nil
}

// runningIDs are the jobs that this process runs.
func (q *Queue) runningIDs() map[string]bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	ids := make(map[string]bool, len(q.running))
	for id := range q.running {
		ids[id] = true
	}
	return ids
}
