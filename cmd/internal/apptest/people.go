package apptest

import (
	"context"
	"net/http"
	"testing"

	"weft/runtime/access"
)

// Person is a user with an open session.
type Person struct {
	ID, Login, Token string
}

// User creates an active user with roles and a session.
func (a *App) User(t testing.TB, login string, roles ...string) Person {
	t.Helper()
	return a.UserWith(t, map[string]any{"login": login, "name": login}, roles...)
}

// UserWith is User with the values of the user's record; login must be given.
func (a *App) UserWith(t testing.TB, values map[string]any, roles ...string) Person {
	t.Helper()
	id := a.Do(t, a.Admin, "POST", "/records/user", values).Want(t, http.StatusCreated).Text("id")
	for _, role := range roles {
		a.Do(t, a.Admin, "POST", "/records/role_assignment", map[string]any{"user": id, "role": role}).Want(t, http.StatusCreated)
	}
	login, _ := values["login"].(string)
	return Person{ID: id, Login: login, Token: a.Token(t, login)}
}

// Token opens a session of a user without a password and returns its token.
func (a *App) Token(t testing.TB, login string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	actor, err := a.Access.ActorOf(ctx, login)
	if err != nil {
		t.Fatalf("actor %s: %v", login, err)
	}
	token, err := a.Access.OpenSession(ctx, actor, access.SignInOrigin{Agent: "test"})
	if err != nil {
		t.Fatalf("session of %s: %v", login, err)
	}
	return token
}

// Create makes a record and returns its id.
func (a *App) Create(t testing.TB, token, entity string, values map[string]any) string {
	t.Helper()
	return a.Do(t, token, "POST", "/records/"+entity, values).Want(t, http.StatusCreated).Text("id")
}
