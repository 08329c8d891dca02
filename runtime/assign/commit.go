package assign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
	"weft/schemas"
)

// commit writes the owner or what the overflow says, the trace, the winner's load
// row, and what the caller wants committed with them.
func (a *attempts) commit(ctx context.Context, d *decision) (*Answer, error) {
	change, err := a.change(ctx, d)
	if err != nil {
		return nil, err
	}
	ops, err := a.traceOps(d)
	if err != nil {
		return nil, err
	}
	if d.answer.Outcome == Assigned {
		op, err := loadOp(d.load, d.env)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		defer a.s.turns.commits(turnKey{a.entity, d.answer.Winner}, d.load.Rev)()
	}
	answer := a.visible(d)
	c := a.request.Call
	if a.request.Ops != nil {
		more, err := a.request.Ops(answer)
		if err != nil {
			return nil, err
		}
		c.Ops = append(slices.Clone(c.Ops), more...)
	}
	c.Ops = append(slices.Clone(c.Ops), ops...)
	if c.IfMatch == 0 {
		c.IfMatch = d.rev
	}
	res, err := a.s.o.Records.ApplyRule(ctx, c, change)
	if err != nil {
		return nil, err
	}
	if res.Replayed {
		return a.replayed(ctx)
	}
	answer.Rev = res.Rev
	return answer, nil
}

// loadOp replaces the row that guards how much a person has.
func loadOp(row loadRow, env query.Env) (store.Op, error) {
	row.LastAt = query.FormatInstant(env.Now)
	op, err := loads.Put(row)
	if err != nil {
		return store.Op{}, fmt.Errorf("assign: %w", err)
	}
	return op, nil
}

// change is what the decision makes of the record.
func (a *attempts) change(ctx context.Context, d *decision) (record.RuleChange, error) {
	change := record.RuleChange{Entity: a.entity, ID: a.id, Right: schemas.OpUpdate}
	switch o := a.rule.Overflow; {
	case d.answer.Outcome == Assigned:
		change.Values = wireValues(a.rule.Values, d.env)
		change.Values[a.rule.Owner.Key] = d.answer.Winner
	case d.answer.Outcome == Nobody && o != nil && d.answer.ReasonCode != notApplicable:
		change.Values = wireValues(o.Values, d.env)
		setReason(change.Values, o.Reason, d.answer)
		entry, err := a.queueEntry(ctx, d)
		if err != nil {
			return change, err
		}
		change.Entries = entry
	}
	return change, nil
}

// wireValues are the values of a rule in wire form; nil clears a field.
func wireValues(set []model.Assignment, env query.Env) map[string]any {
	out := make(map[string]any, len(set)+1)
	for _, v := range set {
		out[v.Field.Key] = nil
		if v.Preset == nil {
			continue
		}
		if stored := v.Preset.Value(env); stored != nil {
			out[v.Field.Key] = v.Field.Type.Wire(v.Field, stored)
		}
	}
	return out
}

// setReason writes why nobody fits: a choice by its code, where it has that one, a
// text as a sentence in both languages.
func setReason(values map[string]any, f *model.Field, a *Answer) {
	switch {
	case f == nil:
	case f.Def.FieldType != schemas.TypeChoice:
		t := a.Reason.Title()
		values[f.Key] = t.ZhCN + " / " + t.En
	case slices.ContainsFunc(f.Def.Choices, func(c schemas.Choice) bool { return c.Key == a.ReasonCode && !c.IsRetired() }):
		values[f.Key] = a.ReasonCode
	}
}

// queueEntry is the entry of the record in the queue, unless there is one already
// that is still as the rule makes it.
func (a *attempts) queueEntry(ctx context.Context, d *decision) ([]record.RuleEntry, error) {
	q := a.rule.Overflow.Queue
	if q == nil {
		return nil, nil
	}
	where := query.All{query.Cmp{Path: q.Record.Path(), Op: query.Eq, Value: a.id}}
	for _, v := range q.Values {
		if v.Preset == nil || v.Field.Kind == query.Instant || v.Field.Kind == query.Date || v.Field.Kind == query.Keys || v.Field.Kind == query.Object {
			continue
		}
		where = append(where, query.Cmp{Path: v.Field.Path(), Op: query.Eq, Value: v.Preset.Value(d.env)})
	}
	n, err := a.s.o.Store.Count(ctx, q.Entity.Key, where, 1)
	if err != nil || n > 0 {
		return nil, err
	}
	values := wireValues(q.Values, d.env)
	values[q.Record.Key] = a.id
	setReason(values, q.Reason, d.answer)
	return []record.RuleEntry{{Entity: q.Entity.Key, Values: values}}, nil
}

// replayed is the answer that was given under the same idempotency key before.
func (a *attempts) replayed(ctx context.Context) (*Answer, error) {
	docs, err := a.s.o.Store.Find(ctx, model.EntityAssignment, store.Find{
		Where: query.Cmp{Path: recordPath, Op: query.Eq, Value: a.id}, IDDesc: true, Limit: 1})
	if err != nil || len(docs) == 0 {
		return nil, fmt.Errorf("assign: the answer of %s: %w", a.id, err)
	}
	var row struct{ ID, Rule, Outcome, Winner, Reason string }
	if err := json.Unmarshal(docs[0].Body, &row); err != nil {
		return nil, fmt.Errorf("assign: assignment %s: %w", docs[0].ID, err)
	}
	answer := &Answer{ID: row.ID, Rule: row.Rule, Entity: a.entity, Record: a.id, Outcome: row.Outcome, Winner: row.Winner, ReasonCode: row.Reason}
	kept, err := details.Get(ctx, a.s.o.Store, row.ID)
	if err != nil {
		return nil, err
	}
	kept.fill(answer)
	return answer, nil
}
