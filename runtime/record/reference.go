package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// references checks what references point to, and what points to a record.
type references struct {
	*snapshot
	*problemList
}

// checkReferences notes references that this change sets and that point to
// nothing, or to what the caller cannot see. What it found must still
// not be deleted at the commit: then its row in the bin would exist.
func (rf *references) checkReferences(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.Fields {
		if f.Target == nil || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		v := ch.after[f.Key]
		if v == nil || sameValue(v, ch.before[f.Key]) || v == rf.call.Actor.UserID && f.Target.Key == userEntity {
			continue
		}
		at := ch.path + problem.Pointer(f.Key)
		if f.Kind != query.Keys {
			id, _ := v.(string)
			if err := rf.checkReference(ctx, f, id, at); err != nil {
				return err
			}
			continue
		}
		for i, id := range keysOf(v) {
			if err := rf.checkReference(ctx, f, id, at+problem.Pointer(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (rf *references) checkReference(ctx context.Context, f *model.Field, id, at string) error {
	k := docKey{f.Target.Key, id}
	seen, err := rf.visible(ctx, f.Target, k)
	if err != nil {
		return err
	}
	if !seen {
		rf.problem(at, "no_such_record")
		return nil
	}
	if f.Target.Key != userEntity && rf.unchanged(k) {
		rf.expectRevision(docKey{BinCollection, id}, 0)
	}
	return nil
}

// visible tells whether the caller may read the record as it is in this changeset.
func (sn *snapshot) visible(ctx context.Context, e *model.Entity, k docKey) (bool, error) {
	if ch := sn.index[k]; ch != nil {
		if ch.after == nil || ch.op == opCreate {
			return ch.after != nil, nil
		}
		return sn.mayRead(ctx, e, ch.after)
	}
	d, err := sn.readCached(ctx, k)
	if err != nil || d.body == nil {
		return false, err
	}
	if e.Child == nil && sn.rights.Allowed(e.Key, schemas.OpRead) && sn.rights.Scope(e.Key, schemas.OpRead) == nil {
		return true, nil // all rows: no need to look inside
	}
	doc, err := sn.find(ctx, k.collection, k.id, false)
	if err != nil {
		return false, err
	}
	return sn.mayRead(ctx, e, doc)
}
