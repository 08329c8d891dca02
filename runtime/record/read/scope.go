package read

import (
	"context"

	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// Scope is the filter of the rows of e on which the rights allow op; nil for
// all. A child row is seen only where its parent is, and the parent's set of
// rows, however wide the grants on the child entity are.
func Scope(rights *access.Rights, e *model.Entity, op schemas.Operation) query.Expr {
	return query.And(rights.Scope(e.Key, op), underParent(rights, e, op))
}

// underParent is the filter of child rows whose parent shows them; nil for all.
func underParent(rights *access.Rights, e *model.Entity, op schemas.Operation) query.Expr {
	c := e.Child
	if c == nil {
		return nil
	}
	parents := Scope(rights, c.Parent, op)
	if c.In != nil {
		in, ok := rights.Path(c.Parent, query.Path{Field: c.In.Key, Kind: c.In.Kind})
		if !ok {
			return query.Any{}
		}
		parents = query.And(parents, in.Visible)
	}
	if parents == nil {
		return nil
	}
	return query.Cmp{Op: query.Present, Path: query.Path{
		Field: "id", Kind: query.Key, Via: c.Field.Key, Through: c.Parent.Key, Scope: parents,
	}}
}

// sees tells whether a row lies in what the person may read.
func (r *reading) sees(ctx context.Context, d store.Doc) (bool, error) {
	if Scope(r.rights, r.entity, schemas.OpRead) == nil {
		return true, nil
	}
	doc, err := Decode(d)
	if err != nil {
		return false, err
	}
	return r.seesDoc(ctx, doc)
}

func (r *reading) seesDoc(ctx context.Context, doc map[string]any) (bool, error) {
	if !r.rights.Can(r.entity.Key, schemas.OpRead, doc) {
		return false, nil
	}
	var failed error
	ok := query.Matches(underParent(r.rights, r.entity, schemas.OpRead), doc, r.referenced(ctx, &failed))
	return ok && failed == nil, failed
}
