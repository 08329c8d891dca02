package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// checkReferences notes references that this change sets and that point to
// nothing, or to what the person cannot see (S-02). What it found must still
// not be deleted at the commit: then its row in the bin would exist.
func (cs *changeset) checkReferences(ctx context.Context, ch *change) error {
	for _, f := range ch.entity.Fields {
		if f.Target == nil || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		v := ch.after[f.Key]
		if v == nil || sameValue(v, ch.before[f.Key]) || v == cs.call.Actor.UserID && f.Target.Key == userEntity {
			continue
		}
		at := ch.path + problem.Pointer(f.Key)
		if f.Kind != query.Keys {
			id, _ := v.(string)
			if err := cs.checkReference(ctx, f, id, at); err != nil {
				return err
			}
			continue
		}
		for i, id := range keysOf(v) {
			if err := cs.checkReference(ctx, f, id, at+problem.Pointer(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (cs *changeset) checkReference(ctx context.Context, f *model.Field, id, at string) error {
	k := docKey{f.Target.Key, id}
	seen, err := cs.visible(ctx, f.Target, k)
	if err != nil {
		return err
	}
	if !seen {
		cs.problem(at, "no_such_record")
		return nil
	}
	if f.Target.Key != userEntity && cs.index[k] == nil {
		cs.rely(docKey{BinCollection, id}, 0)
	}
	return nil
}

// visible tells whether the person may read the record as it is in this unit.
func (cs *changeset) visible(ctx context.Context, e *model.Entity, k docKey) (bool, error) {
	if ch := cs.index[k]; ch != nil {
		if ch.after == nil || ch.op == opCreate {
			return ch.after != nil, nil
		}
		return cs.mayRead(ctx, e, ch.after)
	}
	d, err := cs.peek(ctx, k)
	if err != nil || d.body == nil {
		return false, err
	}
	if e.Child == nil && cs.rights.Allowed(e.Key, schemas.OpRead) && cs.rights.Scope(e.Key, schemas.OpRead) == nil {
		return true, nil // all rows: no need to look inside
	}
	doc, err := cs.find(ctx, k.collection, k.id, false)
	if err != nil {
		return false, err
	}
	return cs.mayRead(ctx, e, doc)
}
