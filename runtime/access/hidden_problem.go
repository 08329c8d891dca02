package access

import (
	"slices"
	"strings"

	"weft/runtime/problem"
)

// Tellable are the problems with a record as the actor may be told them: what
// concerns a field that the actor neither reads nor writes becomes one problem
// without its name. A message that a definition gives is kept.
func (r *Rights) Tellable(entity string, problems []problem.Field) []problem.Field {
	out := make([]problem.Field, 0, len(problems))
	for _, p := range problems {
		field, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/"), "/")
		hidden := r.Model.Entities[entity].ByKey[field] != nil && !r.KnowsField(entity, field)
		switch {
		case !hidden:
			out = append(out, p)
		case p.Text == "guard_message":
			p.Path = ""
			out = append(out, p)
		case !slices.ContainsFunc(out, func(p problem.Field) bool { return p.Code == "hidden_condition" }):
			out = append(out, problem.At("", "hidden_condition"))
		}
	}
	return out
}
