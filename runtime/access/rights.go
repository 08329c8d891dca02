package access

import (
	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Lookup reads one record in stored form for scopes that cross a reference. A
// record that does not exist is nil without an error.
type Lookup func(collection, id string) (map[string]any, error)

// Rights are what one actor may do under one model: compiled once, then cheap
// and safe for concurrent use. It implements query.Rights for reading.
type Rights struct {
	Actor *Actor
	Model *model.Model
	Env   query.Env

	entities map[string]*EntityRights
	lookup   Lookup
	// admins are the ids of users that hold the role admin: only an admin changes them.
	admins map[string]bool
	// origin is the compilation that copies of the rights come from.
	origin *Rights
	// timeDependent rights contain relative values and are compiled again after timeDependentLife.
	timeDependent bool
}

// EntityRights are the grants of one actor on one entity.
type EntityRights struct {
	Entity *model.Entity
	Grants []BoundGrant

	scopes map[schemas.Operation]query.Expr // of operations that some grant gives
	fields map[string]fieldScope            // by readable field
	// ownScope is the scope of OpRead of a child entity without that of its parent.
	ownScope query.Expr
	masks    maskCache
	// secrecy of the computed fields that are not readable by grants alone.
	secrecy map[string]secrecy
	// uniform is the read mask when it is the same on all visible rows.
	uniform *Mask
}

// BoundGrant is one grant with its row scope bound: Scope nil means all rows.
type BoundGrant struct {
	Grant *model.Grant
	Scope query.Expr

	row rowTest
}

// Allowed tells whether some grant gives op on rows of the entity, even if no
// such row exists now.
func (r *Rights) Allowed(entity string, op schemas.Operation) bool {
	if r.Actor.Admin {
		e := r.Model.Entities[entity]
		return e != nil && (!e.OnlyRead() || readsOnly(op))
	}
	e := r.entities[entity]
	if e == nil {
		return false
	}
	_, ok := e.scopes[op]
	return ok
}

// NoEntity is the problem of an entity that does not exist: not_found for an
// admin. Other callers are refused as on an entity without a grant, so that
// nobody can tell which entities there are.
func (r *Rights) NoEntity(entity string) error {
	if r.Actor.Admin {
		return problem.New(problem.NotFound, "no_such_entity", map[string]any{"entity": entity})
	}
	return problem.New(problem.Forbidden, "no_right", nil)
}

// KnowsField tells whether some grant reads or writes the field. To everybody
// else it does not exist.
func (r *Rights) KnowsField(entity, field string) bool {
	return r.Readable(entity, field) || r.Actor.Admin || r.entities[entity] != nil &&
		(r.WritableSomewhere(entity, schemas.OpCreate, field) || r.WritableSomewhere(entity, schemas.OpUpdate, field))
}

// Scope is the row filter for op: nil for all rows, an empty query.Any for none.
func (r *Rights) Scope(entity string, op schemas.Operation) query.Expr {
	if !r.Allowed(entity, op) {
		return query.Any{}
	}
	if r.Actor.Admin {
		return nil
	}
	return r.entities[entity].scopes[op]
}

// Can tells whether op is allowed on this row, given in stored form; for create
// the row as it will be. No actor assigns a role that it does not hold, and only
// an admin changes an admin.
func (r *Rights) Can(entity string, op schemas.Operation, doc map[string]any) bool {
	if !r.Allowed(entity, op) {
		return false
	}
	if r.Actor.Admin {
		return true
	}
	if !readsOnly(op) && !r.keepsPrivileges(entity, doc) {
		return false
	}
	if op == schemas.OpExport && !r.Can(entity, schemas.OpRead, doc) {
		return false
	}
	for _, g := range r.entities[entity].Grants {
		if g.Grant.Ops[op] && r.covers(g, doc) {
			return true
		}
	}
	return false
}

// CanTransition tells whether the transition with this key may be made on this row.
func (r *Rights) CanTransition(entity, key string, doc map[string]any) bool {
	if r.Actor.Admin {
		return true
	}
	e := r.entities[entity]
	if e == nil {
		return false
	}
	for _, g := range e.Grants {
		for _, t := range g.Grant.Def.Transitions {
			if (t == key || t == "*") && r.covers(g, doc) {
				return true
			}
		}
	}
	return false
}

// Compiled is the compilation that the rights come from: two Rights of one
// actor with the same one are equal.
func (r *Rights) Compiled() *Rights { return r.origin }

// keepsPrivileges tells whether a write by a non-admin raises no privilege: the
// role is one that the actor holds, the user is no admin.
func (r *Rights) keepsPrivileges(entity string, doc map[string]any) bool {
	switch entity {
	case assignmentEntity:
		role, _ := doc["role"].(string)
		user, _ := doc["user"].(string)
		return r.Actor.Holds(role) && !r.admins[user]
	case userEntity:
		id, _ := doc["id"].(string)
		login, _ := doc["login"].(string)
		return !r.admins[id] && login != AdminLogin
	}
	return true
}

// covers tells whether a row is within the scope of a grant. It is not when a
// record that the scope reads is unavailable.
func (r *Rights) covers(g BoundGrant, doc map[string]any) bool {
	return g.row == nil || g.row(doc, r.lookup)
}

func readsOnly(op schemas.Operation) bool {
	return op == schemas.OpRead || op == schemas.OpExport
}
