package record

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/runtime/store"
)

// maxRecomputeDepth is how many steps a chain of roll-ups and of formulas across
// references may have.
const maxRecomputeDepth = 8

// derivedFields computes roll-ups and formulas, of the changed records and of
// those that depend on them.
type derivedFields struct {
	*snapshot
	// jobs are recomputations that follow the commit, where too many records depend.
	jobs []store.Op
	// referred are the references whose referrers were looked for,
	// referrersLoaded how many of them were taken into the changeset.
	referred        map[referral]bool
	referrersLoaded int
	// visits are the stage visits of records whose clocks are computed.
	visits map[string][]map[string]any
}

// recomputeAll brings everything up to date that depends on the changeset's
// records, and writes the parents of child rows that were changed by themselves.
func (df *derivedFields) recomputeAll(ctx context.Context) error {
	for _, ch := range df.changes {
		if err := df.touchParent(ctx, ch); err != nil {
			return err
		}
	}
	return df.recompute(ctx)
}

// recompute brings everything up to date that is computed from the changeset's records:
// roll-ups of parents and formulas of records that refer to them, step by step
// until nothing moves. Whenever a child matters to a parent the parent is
// written too, changed or not: its revision then decides between two changes of
// children at the same time.
func (df *derivedFields) recompute(ctx context.Context) error {
	work := df.changes
	for depth := 0; len(work) > 0; depth++ {
		if depth > maxRecomputeDepth {
			return problem.Wrap(problem.Internal, errors.New("record: roll-ups and formulas across references are nested too deeply"))
		}
		var due dueRollUps
		for _, ch := range work {
			if err := df.collectDueRollUps(ctx, ch, depth == 0, &due); err != nil {
				return err
			}
		}
		parents, err := df.recomputeRollUps(ctx, due)
		if err != nil {
			return err
		}
		referrers, err := df.recomputeReferrers(ctx, work)
		if err != nil {
			return err
		}
		work = append(parents, referrers...)
	}
	return nil
}

// dueRollUps are the roll-ups to compute, each once, in the order found.
type dueRollUps struct {
	list []dueRollUp
	have map[dueKey]bool
}

type dueRollUp struct {
	rollUp *model.RollUp
	parent string
}

type dueKey struct {
	field  *model.Field
	parent string
}

func (d *dueRollUps) add(r *model.RollUp, parent string) {
	k := dueKey{r.Field, parent}
	if parent == "" || d.have[k] {
		return
	}
	if d.have == nil {
		d.have = map[dueKey]bool{}
	}
	d.have[k] = true
	d.list = append(d.list, dueRollUp{r, parent})
}

// collectDueRollUps finds the roll-ups that a change can alter: of its own record
// when it is new or restored (own), and of the parents it had and has.
func (df *derivedFields) collectDueRollUps(ctx context.Context, ch *change, own bool, due *dueRollUps) error {
	if ch.op == "" {
		return nil
	}
	if own && (ch.op == opCreate || ch.op == opRestore) {
		for _, f := range ch.entity.RollUps {
			due.add(f.RollUp, ch.id)
		}
	}
	for _, f := range ch.entity.DependentRollUps {
		r := f.RollUp
		before, err := df.contribution(ctx, r, ch.entity, ch.before)
		if err != nil {
			return err
		}
		after, err := df.contribution(ctx, r, ch.entity, ch.after)
		if err != nil {
			return err
		}
		if before.parent == after.parent && before.counts == after.counts && sameValue(before.value, after.value) {
			continue
		}
		due.add(r, before.parent)
		due.add(r, after.parent)
	}
	return nil
}

// contribution is what one record gives to a roll-up: nothing when counts is false.
type contribution struct {
	parent string
	counts bool
	value  any
}

func (df *derivedFields) contribution(ctx context.Context, r *model.RollUp, e *model.Entity, doc map[string]any) (contribution, error) {
	parent := text(doc, r.Reference.Key)
	if parent == "" {
		return contribution{}, nil
	}
	ok, err := df.matches(ctx, r.Where, e, doc, true)
	if err != nil || !ok {
		return contribution{}, err
	}
	c := contribution{parent: parent, counts: true}
	if r.Of != nil {
		c.value = doc[r.Of.Key]
	}
	return c, nil
}

// recomputeRollUps sets the roll-ups that are due and the formulas that stand on
// them, and returns the records of which a value is another one now.
func (df *derivedFields) recomputeRollUps(ctx context.Context, due dueRollUps) ([]*change, error) {
	var done []*change
	moved := map[*change]bool{} // false for records that were only looked at
	for _, d := range due.list {
		e := d.rollUp.Field.Entity
		parent, err := df.load(ctx, e, d.parent)
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted together with its children
		}
		if err != nil {
			return nil, err
		}
		v, err := df.rollUp(ctx, d.rollUp, parent)
		if err != nil {
			return nil, fmt.Errorf("record: roll-up %s.%s: %w", e.Key, d.rollUp.Field.Key, err)
		}
		before, known := moved[parent]
		if moved[parent] = parent.set(d.rollUp.Field.Key, v) || before; !known {
			done = append(done, parent)
		}
	}
	for _, parent := range done {
		parent.touch()
		changed, err := df.compute(ctx, parent)
		if err != nil {
			return nil, err
		}
		moved[parent] = moved[parent] || changed
	}
	return slices.DeleteFunc(done, func(ch *change) bool { return !moved[ch] }), nil
}

// set writes a stored value, nil clears; it tells whether that is a change.
func (ch *change) set(key string, v any) bool {
	if sameValue(ch.after[key], v) {
		return false
	}
	if v == nil {
		delete(ch.after, key)
		return true
	}
	ch.after[key] = v
	return true
}

// touch makes sure that the record is written.
func (ch *change) touch() {
	ch.touched = true
	if ch.op == "" {
		ch.op = opUpdate
	}
}

// rollUp computes one value: what the store holds, without the records of
// this changeset, joined with these as they will be.
func (df *derivedFields) rollUp(ctx context.Context, r *model.RollUp, parent *change) (any, error) {
	sum := rollUpTotals{decimal: r.Of != nil && r.Of.Kind == query.Decimal}
	var changed []any
	for _, ch := range df.changes {
		if ch.entity != r.Entity || ch.op == "" {
			continue
		}
		changed = append(changed, ch.id)
		c, err := df.contribution(ctx, r, ch.entity, ch.after)
		if err != nil {
			return nil, err
		}
		if c.counts && c.parent == parent.id {
			sum.add(c.value, r.Of != nil)
		}
	}
	if parent.op != opCreate {
		if err := df.addStoredTotals(ctx, r, parent.id, changed, &sum); err != nil {
			return nil, err
		}
	}
	return sum.result(r.Func), nil
}

// addStoredTotals adds what the store holds beside the records named in changed.
func (df *derivedFields) addStoredTotals(ctx context.Context, r *model.RollUp, parent string, changed []any, sum *rollUpTotals) error {
	where := query.All{query.Cmp{Path: pathOf(r.Reference), Op: query.Eq, Value: parent}}
	if !r.Where.IsZero() {
		x, ps := r.Where.Bind(df.env(), r.Entity, nil)
		if len(ps) > 0 {
			return problem.Of(problem.Internal, ps...)
		}
		where = append(where, x)
	}
	if len(changed) > 0 {
		id := query.Path{Field: "id", Kind: query.Key}
		where = append(where, query.Not{X: query.Cmp{Path: id, Op: query.In, Value: changed}})
	}
	metrics := []query.Metric{{Name: "n", Func: "count"}}
	if r.Of != nil {
		path := pathOf(r.Of)
		where = append(where, query.Cmp{Path: path, Op: query.Present})
		switch r.Func {
		case "sum", "avg":
			metrics = append(metrics, query.Metric{Name: "sum", Func: "sum", Path: path})
		case "min", "max":
			metrics = append(metrics, query.Metric{Name: r.Func, Func: r.Func, Path: path})
		}
	}
	rows, err := df.s.store.Aggregate(ctx, r.Entity.Key, store.Aggregate{Where: where, Metrics: metrics})
	if err != nil || len(rows) == 0 {
		return err
	}
	sum.addRow(rows[0])
	return nil
}

func pathOf(f *model.Field) query.Path { return query.Path{Field: f.Key, Kind: f.Kind} }
