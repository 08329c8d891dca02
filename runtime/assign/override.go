package assign

import (
	"context"
	"fmt"
	"slices"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Overrides notes on the last assignment of a record that its owner was changed:
// by a later assignment, by a rule, or by hand, which overrides it. It is an
// effect of the record service, so the note is part of the change.
type Overrides struct{ Store store.Store }

// byHand are the sources of changes that a person makes.
var byHand = []record.Source{
	record.SourceAPI, record.SourceForm, record.SourceBulk, record.SourceImport, record.SourceTransition,
	record.SourceMerge, record.SourceUndo, record.SourceCommand,
}

// Jobs implements record.Effect.
func (o Overrides) Jobs(ctx context.Context, c record.Call, m *model.Model, ev *record.Event) ([]store.Op, error) {
	e := m.Entities[ev.Entity]
	if e == nil || len(e.AssignmentRules) == 0 || ev.Op != "update" {
		return nil, nil
	}
	for i, rule := range e.AssignmentRules {
		twice := slices.ContainsFunc(e.AssignmentRules[:i], func(r *model.AssignmentRule) bool { return r.Owner == rule.Owner })
		if twice || ev.Before[rule.Owner.Key] == ev.After[rule.Owner.Key] {
			continue
		}
		op, err := o.end(ctx, c, m, ev, rule.Owner)
		if err != nil || op == nil {
			return nil, err
		}
		return []store.Op{*op}, nil
	}
	return nil, nil
}

// end ends the last assignment of a record; nil when there is none in force.
func (o Overrides) end(ctx context.Context, c record.Call, m *model.Model, ev *record.Event, owner *model.Field) (*store.Op, error) {
	doc, err := o.last(ctx, m, ev.ID, owner)
	if err != nil || doc == nil || doc["ended_at"] != nil {
		return nil, err
	}
	now := query.FormatInstant(ev.At)
	doc["ended_at"], doc["updated_at"] = now, now
	if by := c.Actor.UserID; by != "" {
		doc["ended_by"], doc["updated_by"] = by, by
	}
	if to := ev.After[owner.Key]; to != nil {
		doc["ended_to"] = to
	}
	if assigned := doc["outcome"] == Assigned || doc["outcome"] == Claimed; assigned && !makesAssignment(c) && slices.Contains(byHand, source(c)) {
		doc["overridden"], doc["reason"] = true, "overridden"
		if note := givenReason(m, doc, ev); note != "" {
			doc["note"] = note
		}
	}
	rev, _ := doc["rev"].(float64)
	doc["rev"] = rev + 1
	e := m.Entities[model.EntityAssignment]
	return &store.Op{Kind: store.Replace, Collection: e.Key, Doc: record.StoredDoc(e, doc), OldRev: int64(rev)}, nil
}

// last is the youngest assignment of a record that gave it the owner field.
func (o Overrides) last(ctx context.Context, m *model.Model, id string, owner *model.Field) (map[string]any, error) {
	docs, err := o.Store.Find(ctx, model.EntityAssignment, store.Find{
		Where: query.Cmp{Path: recordPath, Op: query.Eq, Value: id}, IDDesc: true, Limit: 20})
	if err != nil {
		return nil, fmt.Errorf("assign: the last assignment of %s: %w", id, err)
	}
	for _, d := range docs {
		doc, err := read.Decode(d)
		if err != nil {
			return nil, err
		}
		key, _ := doc["rule"].(string)
		if rule := m.AssignmentRules[key]; rule != nil && rule.Owner == owner {
			return doc, nil
		}
	}
	return nil, nil
}

func source(c record.Call) record.Source {
	if c.Source == "" {
		return record.SourceAPI
	}
	return c.Source
}

// makesAssignment tells that the change is itself an assignment or a claim.
func makesAssignment(c record.Call) bool {
	return slices.ContainsFunc(c.Ops, func(op store.Op) bool {
		return op.Collection == model.EntityAssignment && op.Kind == store.Insert
	})
}

// givenReason is why the owner was changed, where the record has a field for it
// that the same change wrote, or the move that it made had a reason.
func givenReason(m *model.Model, doc map[string]any, ev *record.Event) string {
	key, _ := doc["rule"].(string)
	if rule := m.AssignmentRules[key]; rule != nil && rule.OverrideReason != nil {
		f := rule.OverrideReason
		if v := ev.After[f.Key]; v != nil && v != ev.Before[f.Key] {
			return f.Type.Format(f, v, "zh-CN")
		}
	}
	for _, move := range ev.Moves {
		if move.Reason != "" {
			return move.Reason
		}
	}
	return ""
}
