package api

import (
	"net/http"

	"weft/runtime/access"
	"weft/runtime/problem"
	"weft/runtime/store"
)

type passwordChange struct {
	Password string `json:"password"`
}

// setPassword sets a password: one's own, or anybody's for administrators. It
// ends all sessions of the user except the calling one.
func setPassword(rc *requestContext) error {
	id := rc.vars()["id"]
	if !rc.actor.MayManage(id) {
		return problem.New(problem.NotFound, "", nil)
	}
	var in passwordChange
	if _, err := rc.decode(&in); err != nil {
		return err
	}
	var keep []string
	if rc.actor.Session != "" {
		keep = append(keep, rc.actor.Session)
	}
	if err := rc.s.o.Access.SetPassword(rc.ctx, id, in.Password, keep...); err != nil {
		return err
	}
	return rc.empty()
}

// managedUser is the user whose tokens or sessions are listed: the caller, or for
// administrators the one that ?user= names.
func (rc *requestContext) managedUser() (string, error) {
	id := rc.r.URL.Query().Get("user")
	if id == "" || id == rc.actor.UserID {
		return rc.actor.UserID, nil
	}
	if !rc.actor.MayManage(id) {
		return "", problem.New(problem.NotFound, "", nil)
	}
	return id, nil
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
	if err := rc.s.o.Access.RevokeToken(rc.ctx, rc.actor, rc.vars()["id"]); err != nil {
		return err
	}
	return rc.empty()
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
	return rc.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func revokeSession(rc *requestContext) error {
	if err := rc.s.o.Access.RevokeSession(rc.ctx, rc.actor, rc.vars()["id"]); err != nil {
		return err
	}
	return rc.empty()
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
