package record

import (
	"context"
	"fmt"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// setDefaults fills fields that a create left out. A field that was given as
// null stays unset.
func (cs *changeset) setDefaults(ch *change) {
	env := query.Env{Now: cs.at, Zone: cs.s.zone(), Me: cs.call.Actor.UserID}
	for _, f := range ch.entity.Fields {
		if f.Default == nil || ch.after[f.Key] != nil || ch.given[f.Key] {
			continue
		}
		if v := f.Default.Value(env); v != nil {
			ch.after[f.Key] = v
		}
	}
	if m := ch.entity.Machine; m != nil && ch.after[m.Field.Key] == nil {
		ch.after[m.Field.Key] = m.Def.Initial
	}
}

// numbers hands out running numbers; what is handed out and not used is a gap.
type numbers interface {
	next(ctx context.Context, f *model.Field) (int64, error)
}

// singleNumbers takes each number from the store when it is wanted, and gives
// the same one again when the attempt is repeated.
type singleNumbers struct {
	s     *Service
	taken map[*model.Field][]int64
	used  map[*model.Field]int
}

func (n *singleNumbers) next(ctx context.Context, f *model.Field) (int64, error) {
	if n.taken == nil {
		n.taken, n.used = map[*model.Field][]int64{}, map[*model.Field]int{}
	}
	i := n.used[f]
	n.used[f]++
	if i < len(n.taken[f]) {
		return n.taken[f][i], nil
	}
	v, err := n.s.store.Increment(ctx, CounterCollection, counterID(f), 1)
	if err == nil {
		n.taken[f] = append(n.taken[f], v)
	}
	return v, err
}

// restart starts a new attempt with the numbers taken so far.
func (n *singleNumbers) restart() { clear(n.used) }

func counterID(f *model.Field) string { return f.Entity.Key + "." + f.Key }

// setAutoNumbers gives a new record its running numbers.
func (cs *changeset) setAutoNumbers(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.Fields {
		if f.Def.FieldType != schemas.TypeAutoNumber || ch.after[f.Key] != nil || cs.dryRun {
			continue
		}
		n, err := cs.numbers.next(ctx, f)
		if err != nil {
			return fmt.Errorf("record: running number of %s: %w", counterID(f), err)
		}
		ch.after[f.Key] = model.AutoNumber(f, n)
	}
	return nil
}
