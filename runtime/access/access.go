// Package access decides who may do what, and why: users, roles, row scope,
// field rights, sessions and tokens, and explain.
package access

import (
	"context"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// Actor is a signed-in person, or a token acting with a role.
type Actor struct {
	UserID string
	Login  string
	Name   string
	Roles  []string
	// Admin may read and write every row and field; no guard yields to it.
	Admin bool
	// Departments are the ids of the actor's department; DepartmentsBelow with all under it.
	Departments, DepartmentsBelow []string
	// Session or token id, "" for the command line.
	Session, Token string
}

// System is the actor of weft itself (migrations, undo of imports by the server, timers).
func System() *Actor { return &Actor{Login: "system", Admin: true} }

// Rights are what one actor may do under one model: compiled once, then cheap.
// It implements query.Rights for reading.
type Rights struct {
	Actor *Actor
	Model *model.Model
	Env   query.Env

	entities map[string]*EntityRights
}

// EntityRights are the grants of one actor on one entity.
type EntityRights struct {
	Entity *model.Entity
	Grants []Granted
}

// Granted is one grant with its row scope bound: Scope nil means all rows.
type Granted struct {
	Grant *model.Grant
	Scope query.Expr
}

// Authority gives rights to actors. Its answers change with users, roles,
// departments and the model, at once.
type Authority interface {
	Rights(ctx context.Context, a *Actor) (*Rights, error)
}

// The questions the other rooms ask. All take the record in stored form.
//
//	Allowed(entity, op)              some grant gives op on some row
//	Scope(entity, op)                row filter for op: nil all, Any{} none
//	Can(entity, op, doc)             op on this row
//	ReadMask(entity, doc)            fields readable on this row
//	Readable(entity, field)          on some row
//	WriteMask(entity, op, doc)       fields writable on this row
//	CanTransition(entity, key, doc)  transition right on this row
var _ = schemas.OpRead
