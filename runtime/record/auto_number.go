package record

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"weft/runtime/model"
	"weft/runtime/store"
	"weft/schemas"
)

// autoNumbers hands out running numbers. Those of refused changes are handed out
// again, so that only crashes and commits of unknown outcome leave gaps.
type autoNumbers struct {
	mu   sync.Mutex
	free map[string][]int64 // by counter, ascending
}

func (n *autoNumbers) take(ctx context.Context, from store.Store, counter string, count int) ([]int64, error) {
	n.mu.Lock()
	reused := min(count, len(n.free[counter]))
	list := slices.Clone(n.free[counter][:reused])
	if reused > 0 {
		n.free[counter] = slices.Clone(n.free[counter][reused:])
	}
	n.mu.Unlock()
	if count -= reused; count == 0 {
		return list, nil
	}
	last, err := from.Increment(ctx, CounterCollection, counter, int64(count))
	if err != nil {
		n.giveBack(counter, list)
		return nil, err
	}
	for v := last - int64(count) + 1; v <= last; v++ {
		list = append(list, v)
	}
	return list, nil
}

func (n *autoNumbers) giveBack(counter string, list []int64) {
	if len(list) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.free == nil {
		n.free = map[string][]int64{}
	}
	all := append(n.free[counter], list...)
	slices.Sort(all)
	n.free[counter] = all
}

func counterID(f *model.Field) string { return f.Entity.Key + "." + f.Key }

// takenNumbers are the running numbers of one changeset.
type takenNumbers map[*model.Field][]int64

// setAutoNumbers gives new records their running numbers, in the order of the
// changes. It comes after the check of the input, so that what is plainly wrong
// takes none.
func (cs *changeset) setAutoNumbers(ctx context.Context) error {
	if cs.dryRun {
		return nil
	}
	var created []*change
	for _, ch := range cs.changes {
		if ch.op == opCreate {
			created = append(created, ch)
		}
	}
	return cs.numberRecords(ctx, created)
}

// numberRecords gives records the running numbers that they lack.
func (cs *changeset) numberRecords(ctx context.Context, changes []*change) error {
	due := map[*model.Field][]*change{}
	for _, ch := range changes {
		for _, f := range ch.entity.Fields {
			if f.Def.FieldType == schemas.TypeAutoNumber && ch.after[f.Key] == nil {
				due[f] = append(due[f], ch)
			}
		}
	}
	for f, changes := range due {
		list, err := cs.s.numbers.take(ctx, cs.s.store, counterID(f), len(changes))
		if err != nil {
			return fmt.Errorf("record: running number of %s: %w", counterID(f), err)
		}
		if cs.numbers == nil {
			cs.numbers = takenNumbers{}
		}
		cs.numbers[f] = append(cs.numbers[f], list...)
		for i, ch := range changes {
			ch.after[f.Key] = model.AutoNumber(f, list[i])
		}
	}
	for _, changes := range due {
		for _, ch := range changes {
			if _, err := cs.compute(ctx, ch); err != nil {
				return err
			}
		}
	}
	return nil
}

// advance moves a counter past a number that an import brought.
func (n *autoNumbers) advance(ctx context.Context, st store.Store, counter string, to int64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.free == nil {
		n.free = map[string][]int64{}
	}
	n.free[counter] = slices.DeleteFunc(n.free[counter], func(v int64) bool { return v == to })
	last, err := st.Increment(ctx, CounterCollection, counter, 0)
	if err == nil && last < to {
		_, err = st.Increment(ctx, CounterCollection, counter, to-last)
	}
	return err
}

// advanceCounters moves the counters past the numbers that an import brought.
func (cs *changeset) advanceCounters(ctx context.Context) error {
	if !cs.call.bringsNumbers() {
		return nil
	}
	brought := map[*model.Field]int64{}
	for _, ch := range cs.changes {
		for _, f := range ch.entity.Fields {
			if f.Def.FieldType != schemas.TypeAutoNumber || ch.op != opCreate || !ch.given[f.Key] {
				continue
			}
			if n, ok := model.ParseAutoNumber(f, text(ch.after, f.Key)); ok {
				brought[f] = max(brought[f], n)
			}
		}
	}
	for f, n := range brought {
		if err := cs.s.numbers.advance(ctx, cs.s.store, counterID(f), n); err != nil {
			return fmt.Errorf("record: running number of %s: %w", counterID(f), err)
		}
	}
	return nil
}

// bringsNumbers tells whether the change may give running numbers itself: those
// of imported records are kept.
func (c Call) bringsNumbers() bool { return c.Source == SourceImport || c.Import != "" }

// keepNumbers says that the numbers were, or may have been, committed.
func (cs *changeset) keepNumbers() { cs.numbers = nil }

// releaseNumbers gives numbers back that were not committed.
func (cs *changeset) releaseNumbers() {
	for f, list := range cs.numbers {
		cs.s.numbers.giveBack(counterID(f), list)
	}
	cs.numbers = nil
}
