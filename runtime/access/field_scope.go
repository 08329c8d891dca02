package access

import (
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// fieldScope says on which rows a field is readable.
type fieldScope struct {
	// rows is the union of the scopes of the grants that read the field.
	rows query.Expr
	// limit is scope, or nil when it covers every visible row.
	limit query.Expr
}

// bindFields computes for each field the rows on which it is readable: a
// field is visible only on rows of a grant that names it.
func (e *EntityRights) bindFields() {
	e.fields = map[string]fieldScope{}
	rows, ok := e.scopes[schemas.OpRead]
	if !ok {
		e.uniform = &Mask{}
		return
	}
	whole := canonical(rows)
	uniform := true
	for _, f := range e.Entity.Fields {
		var scopes []query.Expr
		for _, g := range e.Grants {
			if g.Grant.Ops[schemas.OpRead] && g.Grant.Def.Read.Has(f.Key) && !g.hasNoScope() {
				scopes = append(scopes, g.Scope)
			}
		}
		if len(scopes) == 0 {
			continue
		}
		c := fieldScope{rows: union(scopes)}
		if canonical(c.rows) != whole {
			c.limit = c.rows
			uniform = false
		}
		e.fields[f.Key] = c
	}
	if uniform {
		e.uniform = newMask(e.Entity, func(key string) bool { _, ok := e.fields[key]; return ok })
	}
}

// fieldScope gives the rows on which a field is readable; system fields are readable
// on every visible row.
func (r *Rights) fieldScope(entity, field string) (fieldScope, bool) {
	if r.Actor.Admin {
		return fieldScope{}, r.Model.Entities[entity] != nil
	}
	e := r.entities[entity]
	if e == nil {
		return fieldScope{}, false
	}
	if model.IsSystem(field) {
		rows, ok := e.scopes[schemas.OpRead]
		return fieldScope{rows: rows}, ok
	}
	c, ok := e.fields[field]
	return c, ok
}

// Readable tells whether some grant reads the field, even if no row exists now.
func (r *Rights) Readable(entity, field string) bool {
	_, ok := r.fieldScope(entity, field)
	return ok
}

// RestrictPath implements query.Rights: it refuses a path that the actor may read on no
// row, and limits the others to the rows on which each cell may be read,
// across a reference under the rights of the target entity.
func (r *Rights) RestrictPath(e query.Entity, p query.Path) (query.Path, bool) {
	own := p.Holder()
	if p.Through != "" {
		own = p.Via
	}
	c, ok := r.fieldScope(e.EntityKey(), own)
	if !ok {
		return p, false
	}
	p.Visible = both(p.Visible, c.limit)
	if p.Through != "" {
		target, ok := r.fieldScope(p.Through, p.Holder())
		if !ok {
			return p, false
		}
		p.Scope = both(p.Scope, target.rows)
	}
	return p, true
}

func both(a, b query.Expr) query.Expr {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return query.All{a, b}
}
