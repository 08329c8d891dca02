package api

import (
	"weft/runtime/problem"
)

// explain answers why a user may or may not do something. It reveals records that
// the user cannot see, so others than administrators may ask it only about
// themselves, and only about records that they see.
func explain(rc *requestContext) error {
	q := rc.r.URL.Query()
	var missing []problem.Field
	for _, name := range []string{"user", "entity", "op"} {
		if q.Get(name) == "" {
			missing = append(missing, problem.At("/"+name, "required"))
		}
	}
	if missing != nil {
		return problem.Of(problem.Invalid, missing...)
	}
	if err := rc.mayExplain(q.Get("user"), q.Get("entity"), q.Get("id")); err != nil {
		return err
	}
	return rc.answer(rc.s.o.Access.ExplainField(rc.ctx, q.Get("user"), q.Get("entity"), q.Get("id"), q.Get("op"), q.Get("field")))
}

func (rc *requestContext) mayExplain(user, entity, id string) error {
	if rc.actor.Admin {
		return nil
	}
	if user != rc.actor.UserID && user != rc.actor.Login {
		return problem.New(problem.Forbidden, "admin_only", nil)
	}
	if id == "" {
		return nil
	}
	_, _, err := rc.s.o.Reads.Get(rc.ctx, rc.actor, entity, id, nil, nil)
	return err
}
