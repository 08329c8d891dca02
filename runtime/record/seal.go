package record

import (
	"context"
	"fmt"

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

// seal makes the batch of everything the unit changes. Deletions come first:
// they free unique keys that another record of the batch takes over. An empty
// batch means that nothing changed.
func (u *unit) seal(ctx context.Context) (*store.Batch, error) {
	b := &store.Batch{}
	var later []store.Op
	for _, it := range u.items {
		ops, err := u.sealItem(ctx, it)
		if err != nil {
			return nil, err
		}
		if it.op == opDelete {
			b.Ops = append(b.Ops, ops...)
		} else {
			later = append(later, ops...)
		}
	}
	b.Ops = append(b.Ops, later...)
	if len(b.Ops) == 0 {
		return b, nil
	}
	links, err := u.fileOps()
	if err != nil {
		return nil, err
	}
	b.Ops = append(append(b.Ops, u.ops...), links...)
	b.Expect = append(b.Expect, u.presentVersion())
	for k, rev := range u.relied {
		if it := u.index[k]; it != nil && it.op != "" {
			continue // guarded by its own write
		}
		b.Expect = append(b.Expect, store.Expect{Collection: k.collection, ID: k.id, Rev: rev})
	}
	return b, nil
}

// presentVersion expects that no newer definitions were published: those would
// want other computed values, sort keys and tokens than this unit has made, and
// their renewal may have passed its records already.
func (u *unit) presentVersion() store.Expect {
	return store.Expect{Collection: model.VersionCollection, ID: model.VersionID(u.model.Version + 1)}
}

func (u *unit) sealItem(ctx context.Context, it *item) ([]store.Op, error) {
	if it.op == "" {
		return nil, nil
	}
	visits, err := u.visitOps(ctx, it)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	switch it.op {
	case opDelete:
		ops = u.sealDelete(it)
	case opRestore:
		ops = u.sealRestore(it)
	default:
		ops = u.sealWrite(it, len(visits) > 0)
	}
	if len(ops) == 0 {
		it.op = ""
		return nil, nil
	}
	ops = append(ops, visits...)
	if it.op == opUpdate && len(it.changed) == 0 || u.silent {
		return ops, nil // only its revision moved: nothing for others to act on
	}
	for _, effect := range u.s.effects {
		jobs, err := effect.Jobs(u.call, u.change(it))
		if err != nil {
			return nil, fmt.Errorf("record: effects of %s: %w", it.id, err)
		}
		ops = append(ops, jobs...)
	}
	return ops, nil
}

// sealWrite writes a new or changed record with its history. The history of a
// parent that only counted a child has no row: nothing visible changed. A
// silent unit leaves no history.
func (u *unit) sealWrite(it *item, visits bool) []store.Op {
	changed := it.diff()
	moved := it.op != opUpdate || len(changed) > 0 || it.touched || visits
	if !moved && !it.rederived {
		return nil
	}
	rev := it.rev
	if moved {
		rev++
	}
	it.after["rev"] = float64(rev)
	kind := store.Insert
	if it.op == opUpdate {
		kind = store.Replace
		if len(changed) > 0 && !u.silent {
			it.after["updated_at"] = u.stamp
			it.set("updated_by", storedText(u.call.Actor.UserID))
		}
	}
	ops := []store.Op{{Kind: kind, Collection: it.entity.Key, Doc: storeDoc(it.entity, it.after), OldRev: it.rev}}
	if (len(changed) > 0 || it.op == opCreate || len(it.merged) > 0) && !u.silent {
		ops = append(ops, u.historyOp(it, rev, changed))
	}
	return ops
}

func storedText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// sealDelete moves a record with its stage visits into the bin.
func (u *unit) sealDelete(it *item) []store.Op {
	ops := []store.Op{
		{Kind: store.Delete, Collection: it.entity.Key, Doc: store.Doc{ID: it.id}, OldRev: it.rev},
		u.binOp(it),
		u.historyOp(it, it.rev+1, nil),
	}
	for _, v := range it.takenVisits {
		ops = append(ops, store.Op{Kind: store.Delete, Collection: visitEntity,
			Doc: store.Doc{ID: text(v.doc, "id")}, OldRev: v.rev})
	}
	return ops
}

// binOp puts the record into the bin, in the place of its hold if it has one.
func (u *unit) binOp(it *item) store.Op {
	op := store.Op{Kind: store.Insert, Collection: BinCollection, Doc: u.binDoc(it, 1)}
	if u.held[it.id] {
		op.Kind, op.OldRev, op.Doc = store.Replace, 1, u.binDoc(it, 2)
	}
	return op
}

// binDoc is a row of the bin: {id, rev, entity, deletion, at, by, merged_into, doc, visits}.
func (u *unit) binDoc(it *item, rev int64) store.Doc {
	b := make([]byte, 0, 640)
	b = append(b, '{')
	b = appendMember(b, "id", it.id)
	b = appendMember(b, "rev", rev)
	b = appendMember(b, "entity", it.entity.Key)
	b = appendMember(b, "deletion", u.deletion)
	b = appendMember(b, "at", u.stamp)
	b = appendIf(b, "by", u.call.Actor.UserID)
	b = appendIf(b, "merged_into", it.mergedInto)
	b = appendMember(b, "doc", encodeRecord(it.entity, it.before))
	if len(it.takenVisits) > 0 {
		visits := make([]any, len(it.takenVisits))
		for i, v := range it.takenVisits {
			visits[i] = v.doc
		}
		b = appendMember(b, "visits", visits)
	}
	return store.Doc{ID: it.id, Rev: rev, Body: closeObject(b)}
}

// sealRestore brings a record back out of the bin.
func (u *unit) sealRestore(it *item) []store.Op {
	rev := it.rev + 1
	it.after["rev"] = float64(rev)
	it.after["updated_at"] = u.stamp
	it.set("updated_by", storedText(u.call.Actor.UserID))
	ops := []store.Op{
		{Kind: store.Insert, Collection: it.entity.Key, Doc: storeDoc(it.entity, it.after)},
		{Kind: store.Delete, Collection: BinCollection, Doc: store.Doc{ID: it.id}, OldRev: it.binRev},
		u.historyOp(it, rev, it.lostFiles()),
	}
	e := u.model.Entities[visitEntity]
	for _, raw := range it.binVisits {
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
