package record

import (
	"context"
	"fmt"

	"weft/runtime/jsontext"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
)

// storeDoc makes a store document of a record in stored form.
func storeDoc(e *model.Entity, doc map[string]any) store.Doc {
	rev, _ := doc["rev"].(float64)
	d := store.Doc{ID: text(doc, "id"), Rev: int64(rev), Body: encodeRecord(e, doc)}
	for _, f := range e.Searchable {
		words, _ := doc[f.Key].(string)
		for _, t := range query.Tokens(words) {
			d.Tokens = append(d.Tokens, store.Token{Field: f.Key, Text: t})
		}
	}
	for _, f := range e.Fields {
		if !f.SortKey() {
			continue
		}
		if s, ok := doc[f.Key].(string); ok {
			if d.Sort == nil {
				d.Sort = map[string]string{}
			}
			d.Sort[f.Key] = query.SortKey(s)
		}
	}
	return d
}

// batchBuilder makes the batch of a changeset: records, history, stage visits,
// the recycle bin, links of files, recomputations and the jobs of effects.
type batchBuilder struct {
	*changeset
	reserved map[string]bool // records whose row in the bin is this change's own reservation
}

// buildBatch makes the batch of everything the changeset changes. Deletions come first:
// they free unique keys that another record of the batch takes over. An empty
// batch means that nothing changed.
func (bb batchBuilder) buildBatch(ctx context.Context) (*store.Batch, error) {
	b := &store.Batch{}
	var later []store.Op
	for _, ch := range bb.changes {
		ops, err := bb.changeOps(ctx, ch)
		if err != nil {
			return nil, err
		}
		if ch.op == opDelete {
			b.Ops = append(b.Ops, ops...)
		} else {
			later = append(later, ops...)
		}
	}
	b.Ops = append(b.Ops, later...)
	if len(b.Ops) == 0 {
		return b, nil
	}
	links, err := bb.fileOps()
	if err != nil {
		return nil, err
	}
	b.Ops = append(append(b.Ops, bb.jobs...), links...)
	b.Expect = append(b.Expect, bb.expectVersion())
	b.Expect = append(b.Expect, bb.expectations()...)
	return b, nil
}

func (bb batchBuilder) changeOps(ctx context.Context, ch *change) ([]store.Op, error) {
	if ch.op == "" {
		return nil, nil
	}
	visits, err := bb.visitOps(ctx, ch)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	switch ch.op {
	case opDelete:
		ops = bb.deleteOps(ch)
	case opRestore:
		ops = bb.restoreOps(ch)
	default:
		ops = bb.writeOps(ch, len(visits) > 0)
	}
	if len(ops) == 0 {
		ch.op = ""
		return nil, nil
	}
	ops = append(ops, visits...)
	if ch.op == opUpdate && len(ch.changed) == 0 {
		return ops, nil // only its revision moved: nothing for others to act on
	}
	ev := ch.event(bb.at)
	ev.Silent = bb.silent
	for _, effect := range bb.s.effects {
		jobs, err := effect.Jobs(ctx, bb.call, bb.model, ev)
		if err != nil {
			return nil, fmt.Errorf("record: effects of %s: %w", ch.id, err)
		}
		ops = append(ops, jobs...)
	}
	return ops, nil
}

// writeOps writes a new or changed record with its history. The history of a
// parent that only counted a child has no row: nothing visible changed. A
// silent changeset leaves no history.
func (bb batchBuilder) writeOps(ch *change, visits bool) []store.Op {
	changed := ch.diff()
	moved := ch.op != opUpdate || len(changed) > 0 || ch.touched || visits
	if !moved && !ch.rederived {
		return nil
	}
	rev := ch.rev
	if moved {
		rev++
	}
	ch.after["rev"] = float64(rev)
	kind := store.Insert
	if ch.op == opUpdate {
		kind = store.Replace
		if len(changed) > 0 && !bb.silent {
			ch.after["updated_at"] = bb.stamp
			ch.set("updated_by", storedText(bb.call.Actor.UserID))
		}
	}
	ops := []store.Op{{Kind: kind, Collection: ch.entity.Key, Doc: storeDoc(ch.entity, ch.after), OldRev: ch.rev}}
	if (len(changed) > 0 || ch.op == opCreate || len(ch.merged) > 0) && !bb.silent {
		ops = append(ops, bb.historyOp(ch, rev, changed))
	}
	return ops
}

func storedText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// deleteOps moves a record with its stage visits into the bin.
func (bb batchBuilder) deleteOps(ch *change) []store.Op {
	ops := []store.Op{
		{Kind: store.Delete, Collection: ch.entity.Key, Doc: store.Doc{ID: ch.id}, OldRev: ch.rev},
		bb.binOp(ch),
		bb.historyOp(ch, ch.rev+1, nil),
	}
	for _, v := range ch.removedVisits {
		ops = append(ops, store.Op{Kind: store.Delete, Collection: visitEntity,
			Doc: store.Doc{ID: text(v.doc, "id")}, OldRev: v.rev})
	}
	return ops
}

// binOp puts the record into the bin, in the place of its reservation if it has one.
func (bb batchBuilder) binOp(ch *change) store.Op {
	op := store.Op{Kind: store.Insert, Collection: BinCollection, Doc: bb.binDoc(ch, 1)}
	if bb.reserved[ch.id] {
		op.Kind, op.OldRev, op.Doc = store.Replace, 1, bb.binDoc(ch, 2)
	}
	return op
}

// binDoc is a row of the bin: {id, rev, entity, deletion, at, by, merged_into, doc, cleared, visits}.
func (bb batchBuilder) binDoc(ch *change, rev int64) store.Doc {
	b := make([]byte, 0, 640)
	b = append(b, '{')
	b = appendMember(b, "id", ch.id)
	b = appendMember(b, "rev", rev)
	b = appendMember(b, "entity", ch.entity.Key)
	b = appendMember(b, "deletion", ch.deletion)
	b = appendMember(b, "at", bb.stamp)
	b = jsontext.AppendText(b, "by", bb.call.Actor.UserID)
	b = jsontext.AppendText(b, "merged_into", ch.mergedInto)
	b = appendMember(b, "doc", encodeRecord(ch.entity, ch.before))
	if len(ch.cleared) > 0 {
		cleared := make([]any, len(ch.cleared))
		for i, c := range ch.cleared {
			cleared[i] = map[string]any{"entity": c.Entity, "id": c.ID, "field": c.Field}
		}
		b = appendMember(b, "cleared", cleared)
	}
	if len(ch.removedVisits) > 0 {
		visits := make([]any, len(ch.removedVisits))
		for i, v := range ch.removedVisits {
			visits[i] = v.doc
		}
		b = appendMember(b, "visits", visits)
	}
	return store.Doc{ID: ch.id, Rev: rev, Body: closeObject(b)}
}

// restoreOps brings a record back out of the bin.
func (bb batchBuilder) restoreOps(ch *change) []store.Op {
	rev := ch.rev + 1
	ch.after["rev"] = float64(rev)
	ch.after["updated_at"] = bb.stamp
	ch.set("updated_by", storedText(bb.call.Actor.UserID))
	ops := []store.Op{
		{Kind: store.Insert, Collection: ch.entity.Key, Doc: storeDoc(ch.entity, ch.after)},
		{Kind: store.Delete, Collection: BinCollection, Doc: store.Doc{ID: ch.id}, OldRev: ch.binRev},
		bb.historyOp(ch, rev, ch.fieldsWithLostFiles()),
	}
	e := bb.model.Entities[visitEntity]
	for _, raw := range ch.binVisits {
		doc, ok := raw.(map[string]any)
		if !ok || e == nil {
			continue
		}
		rev, _ := doc["rev"].(float64)
		doc["rev"] = rev + 1
		ops = append(ops, visitOp(e, store.Insert, doc, 0))
	}
	return ops
}
