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
func (u *unit) checkReferences(ctx context.Context, it *item) error {
	for _, f := range it.entity.Fields {
		if f.Target == nil || f.Def.FieldType == schemas.TypeChildRows {
			continue
		}
		v := it.after[f.Key]
		if v == nil || sameValue(v, it.before[f.Key]) || v == u.call.Actor.UserID && f.Target.Key == userEntity {
			continue
		}
		at := it.at + problem.Pointer(f.Key)
		if f.Kind != query.Keys {
			id, _ := v.(string)
			if err := u.checkReference(ctx, f, id, at); err != nil {
				return err
			}
			continue
		}
		for i, id := range keysOf(v) {
			if err := u.checkReference(ctx, f, id, at+problem.Pointer(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *unit) checkReference(ctx context.Context, f *model.Field, id, at string) error {
	k := docKey{f.Target.Key, id}
	seen, err := u.sees(ctx, f.Target, k)
	if err != nil {
		return err
	}
	if !seen {
		u.problem(at, "no_such_record")
		return nil
	}
	if f.Target.Key != userEntity && u.index[k] == nil {
		u.rely(docKey{BinCollection, id}, 0)
	}
	return nil
}

// sees tells whether the person may read the record as it is in this unit.
func (u *unit) sees(ctx context.Context, e *model.Entity, k docKey) (bool, error) {
	if it := u.index[k]; it != nil {
		if it.after == nil || it.op == opCreate {
			return it.after != nil, nil
		}
		return u.mayRead(ctx, e, it.after)
	}
	d, err := u.peek(ctx, k)
	if err != nil || d.body == nil {
		return false, err
	}
	if e.Child == nil && u.rights.Allowed(e.Key, schemas.OpRead) && u.rights.Scope(e.Key, schemas.OpRead) == nil {
		return true, nil // all rows: no need to look inside
	}
	doc, err := u.find(ctx, k.collection, k.id, false)
	if err != nil {
		return false, err
	}
	return u.mayRead(ctx, e, doc)
}
