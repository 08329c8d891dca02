package model

import (
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// guards compiles the conditions of a move.
func (c *compiler) guards(e *Entity, defs []schemas.Guard, here string) []Guard {
	guards := make([]Guard, 0, len(defs))
	for i := range defs {
		guards = append(guards, c.guard(e, &defs[i], here+problem.Pointer(i)))
	}
	return guards
}

func (c *compiler) guard(e *Entity, def *schemas.Guard, here string) Guard {
	g := Guard{Def: def}
	c.guardMembers(def, here)
	switch def.Type {
	case "required":
		if len(def.Fields) == 0 {
			c.fail(here+"/fields", "required")
		}
		g.Fields = c.ownFields(e, def.Fields, here+"/fields")
	case "attachment":
		if f := c.ownField(e, def.Field, here+"/field"); f != nil {
			g.Fields = []*Field{f}
			c.proof(f, def, here)
		}
	case "filter":
		var problems []problem.Field
		g.Where, problems = query.Parse(def.Where, e, here+"/where")
		c.add("", problems)
		if len(g.Where.Fields()) == 0 && len(problems) == 0 {
			c.fail(here+"/where", "required")
		}
	case "role":
		if len(def.Roles) == 0 {
			c.fail(here+"/roles", "required")
		}
		c.roleKeys(def.Roles, here+"/roles")
	default:
		c.fail(here+"/type", "not_allowed_value", "allowed", []string{"required", "attachment", "filter", "role"})
	}
	for _, f := range g.Fields {
		if f.Retired {
			c.fail(here, "field_retired", "field", f.Key)
		}
	}
	return g
}

// guardMembers refuses members that the type of the guard does not have.
func (c *compiler) guardMembers(def *schemas.Guard, here string) {
	for _, m := range []struct {
		name, of string
		set      bool
	}{
		{"fields", "required", def.Fields != nil}, {"field", "attachment", def.Field != ""},
		{"media_types", "attachment", def.MediaTypes != nil}, {"at_least", "attachment", def.AtLeast != 0},
		{"where", "filter", def.Where != nil}, {"roles", "role", def.Roles != nil},
	} {
		if m.set && m.of != def.Type {
			c.fail(here+"/"+m.name, "annotation_unused", "type", def.Type)
		}
	}
}

// proof checks that a field can hold the files that a guard asks for.
func (c *compiler) proof(f *Field, def *schemas.Guard, here string) {
	t, ok := f.Type.(attachmentType)
	if !ok {
		c.fail(here+"/field", "wrong_field_type", "field", f.Key, "want", string(schemas.TypeAttachment))
		return
	}
	if most := orElse(f.Def.MaxItems, t.most); def.AtLeast > most {
		c.fail(here+"/at_least", "too_great", "max", most)
	}
}

// roleKeys checks that roles exist, defined or by themselves.
func (c *compiler) roleKeys(keys []string, here string) {
	for i, key := range keys {
		c.roleKey(key, here+problem.Pointer(i))
	}
}

func (c *compiler) roleKey(key, here string) {
	if key == RoleAdmin || key == RoleMember {
		return
	}
	if _, ok := c.set.Get(schemas.KindRole, key); !ok {
		c.fail(here, "unknown_role", "role", key)
	}
}
