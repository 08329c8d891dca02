package api

import (
	"cmp"
	"net/http"
	"net/url"

	"weft/runtime/access"
	"weft/runtime/problem"
)

// explain answers why a user may or may not do something. Administrators ask about
// everybody, others about themselves and a record that they see.
func explain(rc *requestContext) error {
	q := rc.r.URL.Query()
	var missing []problem.Field
	for _, name := range []string{"entity", "op"} {
		if q.Get(name) == "" {
			missing = append(missing, problem.At("/"+name, "required"))
		}
	}
	if missing != nil {
		return problem.Of(problem.Invalid, missing...)
	}
	if !rc.actor.Admin {
		return rc.explainOwn(q)
	}
	return rc.answer(rc.s.o.Access.ExplainField(rc.ctx, cmp.Or(q.Get("user"), rc.actor.UserID), q.Get("entity"), q.Get("id"), q.Get("op"), q.Get("field")))
}

// explainOwn says which grants decide. What is lacking stays with administrators: it
// names fields and entities that the caller does not see.
func (rc *requestContext) explainOwn(q url.Values) error {
	if user := q.Get("user"); (user != "" && user != rc.actor.UserID && user != rc.actor.Login) || q.Get("field") != "" {
		return problem.New(problem.Forbidden, "admin_only", nil)
	}
	if _, _, err := rc.s.o.Reads.Get(rc.ctx, rc.actor, q.Get("entity"), q.Get("id"), nil, nil); err != nil {
		return err
	}
	e, err := rc.s.o.Access.ExplainField(rc.ctx, rc.actor.UserID, q.Get("entity"), q.Get("id"), q.Get("op"), "")
	if err != nil {
		return err
	}
	e.Missing, e.Fix = []access.Reason{}, []access.Reason{}
	return rc.json(http.StatusOK, e)
}
