package api

import (
	"weft/runtime/problem"
)

// explain answers why a user may or may not do something. It reveals records
// that the user cannot see, so only administrators may call it.
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
	return rc.answer(rc.s.o.Access.ExplainField(rc.ctx, q.Get("user"), q.Get("entity"), q.Get("id"), q.Get("op"), q.Get("field")))
}
