package stage

import (
	"slices"
	"strings"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// guards notes every guard of a list that is not met.
func (c *check) guards(list []model.Guard) {
	for _, g := range list {
		switch g.Def.Type {
		case "required":
			c.required(g.Def.Fields)
		case "attachment":
			c.attachment(g.Def)
		case "filter":
			if !c.in.Match(g, c.in.After) {
				c.unmetGuard(withMessage(g.Def, problem.At(filterPath(g), "filter")))
			}
		case "role":
			if !holdsOne(c.in.Roles, g.Def.Roles) {
				c.unmetGuard(withMessage(g.Def, problem.At(problem.Pointer(c.in.Machine.Field.Key), "role", "roles", g.Def.Roles)))
			}
		}
	}
}

func (c *check) required(keys []string) {
	for _, key := range keys {
		if isSet(c.in.After[key]) || c.in.HasRows != nil && c.in.HasRows(key) {
			continue
		}
		p := problem.At(problem.Pointer(key), "required", "title", c.title(key))
		p.Text = "guard_required"
		c.unmetGuard(p)
	}
}

// attachment asks for a file, and where media types are named for one of these.
func (c *check) attachment(g *schemas.Guard) {
	ids := fileIDs(c.in.After[g.Field])
	at := problem.Pointer(g.Field)
	if len(ids) == 0 {
		c.unmetGuard(problem.At(at, "attachment_missing", "title", c.title(g.Field)))
		return
	}
	if len(g.MediaTypes) == 0 {
		return
	}
	for _, have := range c.in.MediaTypes(ids) {
		if accepts(g.MediaTypes, have) {
			return
		}
	}
	p := problem.At(at, "attachment_missing", "title", c.title(g.Field), "types", g.MediaTypes)
	p.Text = "attachment_type"
	c.unmetGuard(p)
}

// reason takes the comment as the reason, or the reason's field when the
// change writes it, and notes when neither is there and one is needed. The
// reason of an earlier move, still in the field, does not count.
func (c *check) reason(r *schemas.Reason) {
	if r == nil {
		if c.move.Reason == "" {
			c.move.Reason = strings.TrimSpace(c.in.Comment)
		}
		return
	}
	if comment := strings.TrimSpace(c.in.Comment); comment != "" {
		c.move.Reason = comment
		if r.Field != "" && !c.in.Given[r.Field] {
			c.in.After[r.Field] = comment
		}
		return
	}
	written, _ := c.in.After[r.Field].(string)
	earlier, _ := c.in.Before[r.Field].(string)
	if strings.TrimSpace(written) != "" && (c.in.Given[r.Field] || written != earlier) {
		c.move.Reason = written
		return
	}
	if !r.Required {
		return
	}
	p := problem.At("/comment", "reason_required")
	if r.Field != "" {
		p = problem.At(problem.Pointer(r.Field), "reason_required", "title", c.title(r.Field))
		p.Text = "guard_reason_field"
	}
	c.unmetGuard(p)
}

func (c *check) title(key string) schemas.Title {
	if f := c.in.Machine.Entity.ByKey[key]; f != nil {
		return f.Def.Title
	}
	return schemas.Title{ZhCN: key, En: key}
}

// withMessage shows the guard's own message where it has one.
func withMessage(g *schemas.Guard, p problem.Field) problem.Field {
	if g.Message == nil {
		return p
	}
	params := map[string]any{"message": *g.Message}
	for k, v := range p.Params {
		params[k] = v
	}
	p.Params, p.Text = params, "guard_message"
	return p
}

// filterPath points to the field that a filter guard asks about, when it is one.
func filterPath(g model.Guard) string {
	path := ""
	for _, p := range g.Where.Fields() {
		key := p.Field
		if p.Through != "" {
			key = p.Via
		}
		at := problem.Pointer(key)
		if path != "" && path != at {
			return ""
		}
		path = at
	}
	return path
}

func isSet(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case string:
		return strings.TrimSpace(x) != ""
	case []any:
		return len(x) > 0
	}
	return true
}

func fileIDs(v any) []string {
	list, _ := v.([]any)
	ids := make([]string, 0, len(list))
	for _, x := range list {
		if id, ok := x.(string); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func holdsOne(have, want []string) bool {
	return slices.ContainsFunc(have, func(r string) bool { return slices.Contains(want, r) })
}

// accepts tells whether a media type is among "type/subtype" and "type/*".
func accepts(allowed []string, have string) bool {
	have, _, _ = strings.Cut(strings.ToLower(have), ";")
	for _, a := range allowed {
		a = strings.ToLower(a)
		if a == have || a == "*/*" || strings.HasSuffix(a, "/*") && strings.HasPrefix(have, a[:len(a)-1]) {
			return true
		}
	}
	return false
}
