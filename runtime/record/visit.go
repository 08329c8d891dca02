package record

import (
	"context"
	"fmt"
	"math"
	"time"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/record/read"
	"weft/runtime/store"
)

// Visit is one stay in a stage as an import of history gives it. EnteredAt and
// LeftAt are nil where the source does not know; Reason is why it was left.
type Visit struct {
	Stage             string
	EnteredAt, LeftAt *time.Time
	Reason            string
}

// storedVisit is a stage visit that the store holds.
type storedVisit struct {
	rev int64
	doc map[string]any
}

var (
	visitRecordPath = query.Path{Field: "record", Kind: query.Key}
	visitLeftPath   = query.Path{Field: "left_at", Kind: query.Instant}
)

// visitsOf reads the stage visits of a record, oldest first.
func (sn *snapshot) visitsOf(ctx context.Context, id string, open bool) ([]storedVisit, error) {
	where := query.All{query.Cmp{Path: visitRecordPath, Op: query.Eq, Value: id}}
	if open {
		where = append(where, query.Cmp{Path: visitLeftPath, Op: query.Empty})
	}
	var list []storedVisit
	for d, err := range store.Each(ctx, sn.s.store, visitEntity, store.Find{Where: where, Limit: maxChildRows}) {
		if err != nil {
			return nil, fmt.Errorf("record: stage visits of %s: %w", id, err)
		}
		doc, err := read.Decode(d)
		if err != nil {
			return nil, err
		}
		list = append(list, storedVisit{rev: d.Rev, doc: doc})
	}
	return list, nil
}

// visitOps opens and closes stage visits in the commit of the move.
func (bb batchBuilder) visitOps(ctx context.Context, ch *change) ([]store.Op, error) {
	e := bb.model.Entities[visitEntity]
	if e == nil || ch.entity.Machine == nil {
		return nil, nil
	}
	if ch.visits != nil {
		return bb.importedVisitOps(ctx, e, ch)
	}
	var ops []store.Op
	for _, m := range ch.moves {
		if m.From != "" {
			open, err := bb.visitsOf(ctx, ch.id, true)
			if err != nil {
				return nil, err
			}
			for _, v := range open {
				if len(ch.entity.Machines) == 1 || text(v.doc, "stage") == m.From {
					ops = append(ops, bb.closeVisit(e, v, m.StageMove))
				}
			}
		}
		doc := bb.newVisit(ch, m.To)
		if !bb.call.Historical {
			doc["entered_at"] = bb.stamp
		}
		ops = append(ops, visitOp(e, store.Insert, doc, 0))
	}
	return ops, nil
}

// closeVisit ends a visit; by and reason say who left it and why.
func (bb batchBuilder) closeVisit(e *model.Entity, v storedVisit, m StageMove) store.Op {
	doc := v.doc
	doc["left_at"], doc["next"] = bb.stamp, m.To
	doc["updated_at"] = bb.stamp
	if days, ok := daysBetween(text(doc, "entered_at"), bb.stamp); ok {
		doc["days"] = days
	}
	if by := bb.call.Actor.UserID; by != "" {
		doc["by"], doc["updated_by"] = by, by
	}
	if m.Reason != "" {
		doc["reason"] = m.Reason
	}
	doc["rev"] = float64(v.rev + 1)
	return visitOp(e, store.Replace, doc, v.rev)
}

func (cc *callContext) newVisit(ch *change, stage string) map[string]any {
	doc := map[string]any{
		"id": newID(), "rev": float64(1), "created_at": cc.stamp, "updated_at": cc.stamp,
		"entity": ch.entity.Key, "record": ch.id, "stage": stage,
	}
	if by := cc.call.Actor.UserID; by != "" {
		doc["created_by"], doc["updated_by"] = by, by
	}
	return doc
}

func visitOp(e *model.Entity, kind store.OpKind, doc map[string]any, old int64) store.Op {
	return store.Op{Kind: kind, Collection: e.Key, Doc: storeDoc(e, doc), OldRev: old}
}

// daysBetween is the calendar time between two instants in days, rounded to
// four places; ok is false when one of them is not known.
func daysBetween(from, to string) (days float64, ok bool) {
	a, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return 0, false
	}
	b, err := time.Parse(time.RFC3339, to)
	if err != nil {
		return 0, false
	}
	return math.Round(b.Sub(a).Hours()/24*1e4) / 1e4, true
}

// importedVisits turns the visits of an import into stored form; the stage of
// the next visit is where a visit led.
func (sm *stages) importedVisits(ch *change, visits []Visit) []map[string]any {
	docs := make([]map[string]any, 0, len(visits))
	for i, v := range visits {
		doc := sm.newVisit(ch, v.Stage)
		if v.EnteredAt != nil {
			doc["entered_at"] = query.FormatInstant(*v.EnteredAt)
		}
		if v.LeftAt != nil {
			doc["left_at"] = query.FormatInstant(*v.LeftAt)
		}
		if days, ok := daysBetween(text(doc, "entered_at"), text(doc, "left_at")); ok {
			doc["days"] = days
		}
		if i+1 < len(visits) {
			doc["next"] = visits[i+1].Stage
		}
		if v.Reason != "" {
			doc["reason"] = v.Reason
		}
		docs = append(docs, doc)
	}
	return docs
}

// importedVisitOps replaces the visits of a record by those of an import, unless
// they are the same already.
func (bb batchBuilder) importedVisitOps(ctx context.Context, e *model.Entity, ch *change) ([]store.Op, error) {
	var present []storedVisit
	if ch.op != opCreate {
		var err error
		if present, err = bb.visitsOf(ctx, ch.id, false); err != nil {
			return nil, err
		}
	}
	if sameVisits(present, ch.visits) {
		return nil, nil
	}
	var ops []store.Op
	for _, v := range present {
		ops = append(ops, store.Op{Kind: store.Delete, Collection: e.Key, Doc: store.Doc{ID: text(v.doc, "id")}, OldRev: v.rev})
	}
	for _, doc := range ch.visits {
		ops = append(ops, visitOp(e, store.Insert, doc, 0))
	}
	return ops, nil
}

func sameVisits(present []storedVisit, given []map[string]any) bool {
	if len(present) != len(given) {
		return false
	}
	for i, v := range present {
		for _, key := range []string{"stage", "entered_at", "left_at", "days", "next", "reason"} {
			if !sameValue(v.doc[key], given[i][key]) {
				return false
			}
		}
	}
	return true
}
