// Package access decides who may do what, and why: users, roles, row scope,
// field rights, sessions and tokens, and explain.
package access

import (
	"context"
	"slices"
)

// Keys of the roles that need no definition: admin may read and write every
// row and field, member is held by every signed-in active person.
const (
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// Actor is a signed-in person, or a token acting with one role of its user.
type Actor struct {
	UserID string
	Login  string
	Name   string
	Roles  []string
	// Admin may read and write every row and field; no guard yields to it.
	Admin bool
	// Departments are the ids of the actor's department; DepartmentSubtree with all under it.
	Departments, DepartmentSubtree []string
	// Session or token id, "" for the command line.
	Session, Token string
	// TokenRole is the one role a token acts with, "" for a session.
	TokenRole string
	// PublicForm is the key of the form that a visitor without a login fills in: the
	// actor may create a record by it and nothing else. UserID is "" then.
	PublicForm string
	// Local is set for a session of a command on the server's own machine.
	Local bool
	// RotateSecret says that the session's token is due to be replaced: see Service.RotateSecret.
	RotateSecret bool
}

// System is the actor of weft itself (migrations, undo of imports by the server, timers).
func System() *Actor { return &Actor{Login: "system", Admin: true} }

// ActingAs is the actor of a rule that acts with one role and as nobody: a trigger
// or script whose definition names the role.
func ActingAs(role string) *Actor {
	return &Actor{Login: "role:" + role, Roles: []string{role}, Admin: role == RoleAdmin}
}

// Visitor is somebody without a login who fills in a public form.
func Visitor(form string) *Actor { return &Actor{Login: "public", PublicForm: form} }

// MayManage tells whether the actor may manage the sign-in of a user: password,
// sessions, tokens. A token may not, or it could widen its own role.
func (a *Actor) MayManage(userID string) bool {
	if a.Token != "" {
		return a.Admin
	}
	return a.Admin || (a.UserID != "" && a.UserID == userID)
}

// onServer tells whether the actor has no sign-in of its own to prove: a
// command on the server's machine.
func (a *Actor) onServer() bool { return a.Local || a.Session == "" && a.Token == "" }

// Holds tells whether the actor may assign a role: no actor assigns a role that it does not hold.
func (a *Actor) Holds(role string) bool {
	if a.Admin {
		return true
	}
	return slices.Contains(a.Roles, role)
}

// Authority gives rights to actors. Its answers change with users, roles,
// departments and the model, at once.
type Authority interface {
	Rights(ctx context.Context, a *Actor) (*Rights, error)
}
