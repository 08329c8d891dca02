package assign

import (
	"fmt"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record"
	"weft/runtime/store"
)

// traceOps keep the decision: a record of the built-in entity assignment, and its
// candidates.
func (a *attempts) traceOps(d *decision) ([]store.Op, error) {
	d.answer.ID = newID()
	kept := newDetail(d.answer)
	op, err := details.Put(kept)
	if err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	return []store.Op{a.assignmentOp(d), op}, nil
}

func (a *attempts) assignmentOp(d *decision) store.Op {
	doc := a.newAssignment(d.answer, d.env)
	if owner, ok := d.record[a.rule.Owner.Key].(string); ok && owner != d.answer.Winner {
		doc["previous"] = owner
	}
	fitting := 0
	for _, c := range d.answer.Candidates {
		if c.Skipped == nil {
			fitting++
		}
	}
	doc["candidate_count"], doc["fitting"] = float64(len(d.answer.Candidates)), float64(fitting)
	if d.answer.Outcome == Assigned {
		doc["total"] = d.answer.Candidates[0].Total
	}
	return a.insertAssignment(doc)
}

// newAssignment is a record of the built-in entity assignment.
func (a *attempts) newAssignment(answer *Answer, env query.Env) map[string]any {
	now := query.FormatInstant(env.Now)
	source := a.request.Call.Source
	if source == "" {
		source = record.SourceAPI
	}
	doc := map[string]any{
		"id": answer.ID, "rev": 1.0, "created_at": now, "updated_at": now, "at": now,
		"entity": a.entity, "record": a.id, "rule": answer.Rule, "outcome": answer.Outcome, "source": string(source),
	}
	if by := a.request.Call.Actor.UserID; by != "" {
		doc["created_by"], doc["updated_by"], doc["by"] = by, by, by
	}
	if answer.Winner != "" {
		doc["winner"] = answer.Winner
	}
	if answer.ReasonCode != "" {
		doc["reason"] = answer.ReasonCode
	}
	return doc
}

func (a *attempts) insertAssignment(doc map[string]any) store.Op {
	e := a.model.Entities[model.EntityAssignment]
	return store.Op{Kind: store.Insert, Collection: e.Key, Doc: record.StoredDoc(e, doc)}
}
