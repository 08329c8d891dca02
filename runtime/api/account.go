package api

import (
	"net/http"

	"weft/runtime/access"
	"weft/runtime/problem"
)

type passwordChange struct {
	Password string `json:"password"`
}

// setPassword is for oneself and for administrators. It ends every session of
// the user but the one that asks.
func setPassword(x *exchange) error {
	id := x.vars()["id"]
	if !x.actor.MayManage(id) {
		return problem.New(problem.NotFound, "", nil)
	}
	var in passwordChange
	if _, err := x.decode(&in); err != nil {
		return err
	}
	var keep []string
	if x.actor.Session != "" {
		keep = append(keep, x.actor.Session)
	}
	if err := x.s.o.Access.SetPassword(x.ctx, id, in.Password, keep...); err != nil {
		return err
	}
	return x.empty()
}

// managed is the user that a list is about: the caller, or with ?user= another
// one for administrators.
func (x *exchange) managed() (string, error) {
	id := x.r.URL.Query().Get("user")
	if id == "" || id == x.actor.UserID {
		return x.actor.UserID, nil
	}
	if !x.actor.MayManage(id) {
		return "", problem.New(problem.NotFound, "", nil)
	}
	return id, nil
}

func listTokens(x *exchange) error {
	id, err := x.managed()
	if err != nil {
		return err
	}
	items, err := x.s.o.Access.ListTokens(x.ctx, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

// createToken answers the token with its secret, which is shown this once.
func createToken(x *exchange) error {
	var in access.NewToken
	if _, err := x.decode(&in); err != nil {
		return err
	}
	t, secret, err := x.s.o.Access.CreateToken(x.ctx, x.actor, in)
	if err != nil {
		return err
	}
	return x.json(http.StatusCreated, struct {
		*access.Token
		Secret string `json:"token"`
	}{t, secret})
}

func revokeToken(x *exchange) error {
	if err := x.s.o.Access.RevokeToken(x.ctx, x.actor, x.vars()["id"]); err != nil {
		return err
	}
	return x.empty()
}

func listSessions(x *exchange) error {
	id, err := x.managed()
	if err != nil {
		return err
	}
	items, err := x.s.o.Access.Sessions(x.ctx, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, map[string]any{"items": orEmpty(items)})
}

func revokeSession(x *exchange) error {
	if err := x.s.o.Access.RevokeSession(x.ctx, x.actor, x.vars()["id"]); err != nil {
		return err
	}
	return x.empty()
}

// revokeSessions ends all sessions of the user but the one that asks.
func revokeSessions(x *exchange) error {
	id, err := x.managed()
	if err != nil {
		return err
	}
	open, err := x.s.o.Access.Sessions(x.ctx, id)
	if err != nil {
		return err
	}
	for _, s := range open {
		if s.ID == x.actor.Session {
			continue
		}
		err := x.s.o.Access.RevokeSession(x.ctx, x.actor, s.ID)
		if err != nil && problem.CodeOf(err) != problem.NotFound {
			return err
		}
	}
	return x.empty()
}
