package stage

import (
	"maps"
	"slices"
	"strings"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// view is one state of the record that guards look at.
type view struct {
	in     Input
	record map[string]any
	rows   func(field string) bool
}

// guards notes every guard of a list that the changed record does not meet.
func (c *check) guards(list []model.Guard) {
	for _, p := range (view{c.in, c.in.After, c.in.HasRows}).unmet(list) {
		c.unmetGuard(p)
	}
}

// keepStayGuards notes the guards that the record met before the change and
// does not meet after it.
func (c *check) keepStayGuards(list []model.Guard) {
	after := (view{c.in, c.in.After, c.in.HasRows}).unmet(list)
	if len(after) == 0 {
		return
	}
	before := map[string]bool{}
	for _, p := range (view{c.in, c.in.Before, c.in.HadRows}).unmet(list) {
		before[identity(p)] = true
	}
	for _, p := range after {
		if !before[identity(p)] {
			c.unmetGuard(p)
		}
	}
}

// unmet lists what the record lacks of the guards.
func (v view) unmet(list []model.Guard) []problem.Field {
	var out []problem.Field
	for _, g := range list {
		switch g.Def.Type {
		case "required":
			out = append(out, v.required(g.Def.Fields)...)
		case "attachment":
			out = append(out, v.attachment(g.Def)...)
		case "filter":
			if !v.in.Match(g, v.record) {
				out = append(out, withMessage(g.Def, problem.At(filterPath(g), "filter")))
			}
		case "role":
			if !holdsOne(v.in.Roles, g.Def.Roles) {
				out = append(out, withMessage(g.Def, problem.At(problem.Pointer(v.in.Machine.Field.Key), "role", "roles", g.Def.Roles)))
			}
		}
	}
	return out
}

func (v view) required(keys []string) []problem.Field {
	var out []problem.Field
	for _, key := range keys {
		if isSet(v.record[key]) || v.rows != nil && v.rows(key) {
			continue
		}
		p := problem.At(problem.Pointer(key), "required", "title", v.in.title(key))
		p.Text = "guard_required"
		out = append(out, p)
	}
	return out
}

// attachment asks for files, and where media types are named for files of these.
func (v view) attachment(g *schemas.Guard) []problem.Field {
	ids := fileIDs(v.record[g.Field])
	least, have := max(g.AtLeast, 1), len(ids)
	if have >= least && len(g.MediaTypes) > 0 {
		have = 0
		for _, media := range v.in.MediaTypes(ids) {
			if accepts(g.MediaTypes, media) {
				have++
			}
		}
	}
	if have >= least {
		return nil
	}
	p := problem.At(problem.Pointer(g.Field), "attachment_missing", "title", v.in.title(g.Field))
	if least > 1 {
		p.Params["min"], p.Text = least, "attachment_number"
	}
	if len(ids) >= least {
		p.Params["types"], p.Text = g.MediaTypes, "attachment_type"
		if least > 1 {
			p.Text = "attachment_type_number"
		}
	}
	return []problem.Field{p}
}

// reason takes the comment as the reason, or the reason's field when the
// change writes it, and notes when neither is there and one is needed. The
// reason of an earlier move, still in the field, does not count, nor does a
// comment in place of a choice.
func (c *check) reason(r *schemas.Reason) {
	if r == nil {
		if c.move.Reason == "" {
			c.move.Reason = strings.TrimSpace(c.in.Comment)
		}
		return
	}
	comment := strings.TrimSpace(c.in.Comment)
	choice := r.Field != "" && len(c.in.Machine.Entity.ByKey[r.Field].Def.Choices) > 0
	if comment != "" && !choice {
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
		if comment != "" {
			c.move.Reason = comment
		}
		return
	}
	if !r.Required {
		c.move.Reason = comment
		return
	}
	p := problem.At("/comment", "reason_required")
	if r.Field != "" {
		p = problem.At(problem.Pointer(r.Field), "reason_required", "title", c.in.title(r.Field))
		p.Text = "guard_reason_field"
	}
	c.unmetGuard(p)
}

func (in Input) title(key string) schemas.Title {
	if f := in.Machine.Entity.ByKey[key]; f != nil {
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
	maps.Copy(params, p.Params)
	p.Params, p.Text = params, "guard_message"
	return p
}

// filterPath points to the field that a filter guard asks about, when it is one.
func filterPath(g model.Guard) string {
	path := ""
	for _, p := range g.Where.Fields() {
		key := p.Holder()
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
