package job

import (
	"context"
	"errors"

	"weft/runtime/query"
	"weft/runtime/store"
	"weft/runtime/store/lease"
)

// rescue gives back the jobs of processes whose lease has run out.
func (q *Queue) rescue(ctx context.Context) error {
	rows, err := q.o.Store.Aggregate(ctx, Collection, store.Aggregate{
		Where:  query.Cmp{Path: pathState, Op: query.Eq, Value: string(Running)},
		Groups: []query.GroupTerm{{Name: "node", Path: pathNode}},
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		node, _ := r["node"].(string)
		if node == q.node {
			continue
		}
		if err := q.rescueNode(ctx, node); err != nil {
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
	for j, err := range jobs.Each(ctx, q.o.Store, query.Cmp{Path: pathNode, Op: query.Eq, Value: node}) {
		if err != nil {
			return errors.Join(err, l.Release(ctx))
		}
		j.State, j.Node = Waiting, ""
		if err := jobs.Save(ctx, q.o.Store, &j); err != nil && !store.LostRace(err) {
			return errors.Join(err, l.Release(ctx))
		}
	}
	return l.Release(ctx)
}
