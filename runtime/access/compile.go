package access

import (
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// RightsInput is what Compile needs in addition to actor and model.
type RightsInput struct {
	Env query.Env
	// Directory of all people, for scopes that name other users; nil for none.
	Directory *Directory
	// Lookup is asked by scopes that cross a reference; nil finds nothing.
	Lookup Lookup
}

// Compile makes the rights of an actor under a model. It is pure.
func Compile(m *model.Model, a *Actor, in RightsInput) *Rights {
	in.Env.Me = a.UserID
	in.Env.MyDepartments, in.Env.MyDepartmentsBelow = a.Departments, a.DepartmentSubtree
	if in.Directory == nil {
		in.Directory = &Directory{}
	}
	r := &Rights{Actor: a, Model: m, Env: in.Env, lookup: in.Lookup,
		entities: map[string]*EntityRights{}, admins: in.Directory.admins}
	r.origin = r
	if a.Admin {
		return r
	}
	b := scopeBinder{env: in.Env, people: in.Directory}
	for _, g := range grantsOf(m, a) {
		r.grant(g, b.scope(g, &r.timeDependent))
	}
	for _, e := range r.entities {
		e.joinGrants()
	}
	r.limitChildren()
	r.limitComputed()
	r.grantVisits()
	r.grantAssignments()
	r.grantTasks()
	return r
}

func (r *Rights) grant(g *model.Grant, scope query.Expr) {
	e := r.entities[g.Entity.Key]
	if e == nil {
		e = &EntityRights{Entity: g.Entity}
		r.entities[g.Entity.Key] = e
	}
	e.Grants = append(e.Grants, BoundGrant{Grant: g, Scope: scope, row: compileRow(scope)})
}

// joinGrants joins the grants: one scope per operation, one per readable field.
func (e *EntityRights) joinGrants() {
	byOp := map[schemas.Operation][]query.Expr{}
	for _, g := range e.Grants {
		if g.hasNoScope() {
			continue
		}
		for op, given := range g.Grant.Ops {
			if given {
				byOp[op] = append(byOp[op], g.Scope)
			}
		}
	}
	e.scopes = map[schemas.Operation]query.Expr{}
	for op, scopes := range byOp {
		x := union(scopes)
		if op == schemas.OpExport {
			x = overlap(union(byOp[schemas.OpRead]), x)
		}
		e.scopes[op] = x
	}
	e.bindFields()
}

// hasNoScope tells that the grant has no scope at all. A scope that is empty
// now, such as subordinates of a user without any, may cover rows later.
func (g BoundGrant) hasNoScope() bool { return len(g.Grant.Scopes) == 0 && isNone(g.Scope) }
