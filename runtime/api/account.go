package api

import (
	"net/http"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// setPassword sets the caller's own password, which asks for the old one, or
// for administrators that of any user. It ends all sessions of the user except
// the calling one and, when asked, the user's API tokens.
func setPassword(rc *requestContext) error {
	var in access.PasswordChange
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	return rc.done(rc.s.o.Access.ChangePassword(rc.ctx, rc.actor, rc.vars()["id"], in))
}

// managedUser is the user whose tokens or sessions are listed or ended: the
// caller, or for administrators the one that ?user= names. A token manages no
// sign-in, not even of its own user, unless it acts as admin.
func (rc *requestContext) managedUser() (string, error) {
	id := rc.r.URL.Query().Get("user")
	if id == "" {
		id = rc.actor.UserID
	}
	switch {
	case rc.actor.MayManage(id):
		return id, nil
	case id == rc.actor.UserID:
		return "", problem.New(problem.Forbidden, "", nil)
	}
	return "", problem.New(problem.NotFound, "", nil)
}

func listTokens(rc *requestContext) error {
	id, err := rc.managedUser()
	if err != nil {
		return err
	}
	items, err := rc.s.o.Access.ListTokens(rc.ctx, id)
	if err != nil {
		return err
	}
	return rc.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

type createdToken struct {
	*access.Token
	Secret string `json:"token"`
}

// createToken answers the token with its secret, which no later answer repeats
// but one to the same idempotency key.
func createToken(rc *requestContext) error {
	var in access.NewToken
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	t, secret, err := rc.s.o.Access.CreateToken(rc.ctx, rc.actor, in, func(t *access.Token, secret string) ([]store.Op, error) {
		return rc.answerOps(http.StatusCreated, createdToken{t, secret})
	})
	if err != nil {
		return err
	}
	return rc.json(http.StatusCreated, createdToken{t, secret})
}

func revokeToken(rc *requestContext) error {
	return rc.done(rc.s.o.Access.RevokeToken(rc.ctx, rc.actor, rc.vars()["id"]))
}

func listSessions(rc *requestContext) error {
	id, err := rc.managedUser()
	if err != nil {
		return err
	}
	items, err := rc.s.o.Access.Sessions(rc.ctx, id)
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Current = items[i].ID == rc.actor.Session
	}
	return rc.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func revokeSession(rc *requestContext) error {
	return rc.done(rc.s.o.Access.RevokeSession(rc.ctx, rc.actor, rc.vars()["id"]))
}

// revokeSessions ends all sessions of the user except the calling one.
func revokeSessions(rc *requestContext) error {
	id, err := rc.managedUser()
	if err != nil {
		return err
	}
	open, err := rc.s.o.Access.Sessions(rc.ctx, id)
	if err != nil {
		return err
	}
	for _, s := range open {
		if s.ID == rc.actor.Session {
			continue
		}
		err := rc.s.o.Access.RevokeSession(rc.ctx, rc.actor, s.ID)
		if err != nil && problem.CodeOf(err) != problem.NotFound {
			return err
		}
	}
	return rc.empty()
}
