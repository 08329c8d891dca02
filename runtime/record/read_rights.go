package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// mayRead tells whether the caller may read a record as it will be after this
// changeset; as in reads, a child row is seen only where its parent shows its rows.
func (sn *snapshot) mayRead(ctx context.Context, e *model.Entity, doc map[string]any) (bool, error) {
	if doc == nil || !sn.rights.Can(e.Key, schemas.OpRead, doc) {
		return false, nil
	}
	c := e.Child
	if c == nil || sn.rights.Actor.Admin {
		return true, nil
	}
	parent, err := sn.find(ctx, c.Parent.Key, text(doc, c.Field.Key), false)
	if err != nil || parent == nil {
		return false, err
	}
	if c.In != nil && !sn.rights.ReadMask(c.Parent.Key, parent).Has(c.In.Key) {
		return false, nil
	}
	return sn.mayRead(ctx, c.Parent, parent)
}

// readableRows is the filter of the rows of an entity on which the caller may read a
// field; ok is false when there are none.
func (sn *snapshot) readableRows(e *model.Entity, f *model.Field) (where query.Expr, ok bool) {
	if !sn.rights.Allowed(e.Key, schemas.OpRead) {
		return nil, false
	}
	path, ok := sn.rights.RestrictPath(e, pathOf(f))
	if !ok {
		return nil, false
	}
	return query.And(sn.rights.Scope(e.Key, schemas.OpRead), path.Visible), true
}
