package record

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/runtime/store"
	"weft/schemas"
)

// scope is the filter of the rows of e that op lets the person see: nil for
// all. A child row is seen only where its parent is, and the parent's set of
// rows, however wide the grants on the child entity are.
func (r *reading) scope(e *model.Entity, op schemas.Operation) query.Expr {
	return query.And(r.rights.Scope(e.Key, op), r.underParent(e, op))
}

// underParent is the filter of child rows whose parent shows them; nil for all.
func (r *reading) underParent(e *model.Entity, op schemas.Operation) query.Expr {
	c := e.Child
	if c == nil {
		return nil
	}
	parents := r.scope(c.Parent, op)
	if c.In != nil {
		in, ok := r.rights.Path(c.Parent, query.Path{Field: c.In.Key, Kind: c.In.Kind})
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
	if r.scope(r.entity, schemas.OpRead) == nil {
		return true, nil
	}
	doc, err := decodeDoc(d)
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
	ok := query.Matches(r.underParent(r.entity, schemas.OpRead), doc, r.far(ctx, &failed))
	return ok && failed == nil, failed
}
