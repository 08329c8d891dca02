package access

import (
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// UnderParent is the filter of child rows whose parent the actor may read, and
// on which it may read the field that holds the rows; nil for all rows, as for
// entities that are no children. Exported rows must lie under a parent that may
// be exported.
func (r *Rights) UnderParent(entity string, op schemas.Operation) query.Expr {
	e := r.Model.Entities[entity]
	if r.Actor.Admin || e == nil || e.Child == nil {
		return nil
	}
	return r.underParent(e, op)
}

func (r *Rights) underParent(e *model.Entity, op schemas.Operation) query.Expr {
	if op != schemas.OpExport {
		op = schemas.OpRead
	}
	c := e.Child
	var scope query.Expr = query.Any{}
	if p := r.entities[c.Parent.Key]; p != nil {
		if rows, ok := p.scopes[op]; ok {
			scope = rows
		}
		if c.In != nil {
			field, ok := p.fields[c.In.Key]
			if !ok {
				scope = query.Any{}
			}
			scope = both(scope, field.limit)
		}
	}
	if scope == nil {
		return nil
	}
	return query.Cmp{Op: query.Present, Path: query.Path{
		Field: "id", Kind: query.Key, Via: c.Field.Key, Through: c.Parent.Key, Scope: scope,
	}}
}

// limitChildren makes the scope of the parent part of the scopes of child
// entities, parents before their children: every path to a child row goes
// through these scopes, so none shows rows of a hidden parent.
func (r *Rights) limitChildren() {
	done := map[string]bool{}
	var limit func(e *model.Entity)
	limit = func(e *model.Entity) {
		if e.Child == nil || done[e.Key] {
			return
		}
		done[e.Key] = true
		limit(e.Child.Parent)
		if own := r.entities[e.Key]; own != nil {
			own.limitTo(func(op schemas.Operation) query.Expr { return r.underParent(e, op) })
		}
	}
	for _, key := range sorted(r.entities) {
		limit(r.entities[key].Entity)
	}
}

// limitTo adds a filter to the scope of every operation and readable field.
func (e *EntityRights) limitTo(filter func(schemas.Operation) query.Expr) {
	e.ownScope = e.scopes[schemas.OpRead]
	for op, scope := range e.scopes {
		e.scopes[op] = both(scope, filter(op))
	}
	reads := filter(schemas.OpRead)
	for key, f := range e.fields {
		f.rows = both(f.rows, reads)
		e.fields[key] = f
	}
}

// ScopeUnderReadParent is Scope for OpRead on child rows whose parent is known
// to be readable.
func (r *Rights) ScopeUnderReadParent(entity string) query.Expr {
	if e := r.entities[entity]; e != nil && e.Entity.Child != nil && r.Allowed(entity, schemas.OpRead) {
		return e.ownScope
	}
	return r.Scope(entity, schemas.OpRead)
}
