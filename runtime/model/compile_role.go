package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// roles compiles the roles with their grants.
func (c *compiler) roles() {
	for _, def := range c.set.Roles {
		r := &Role{Def: def}
		for i := range def.Grants {
			if g := c.grant(def, i); g != nil {
				r.Grants = append(r.Grants, g)
			}
		}
		c.m.Roles[def.Key] = r
	}
}

func (c *compiler) grant(role *schemas.Role, i int) *Grant {
	def, here := &role.Grants[i], at(role, "grants", i)
	e := c.entityOf(def.Entity, here+"/entity")
	if e == nil {
		return nil
	}
	g := &Grant{Role: role.Key, Index: i, Def: def, Entity: e, Ops: map[schemas.Operation]bool{}}
	for j, op := range def.Operations {
		switch {
		case !slices.Contains(operations, op):
			c.fail(here+problem.Pointer("operations", j), "not_allowed_value", "allowed", operationNames())
		case e.OnlyRead() && op != schemas.OpRead && op != schemas.OpExport:
			c.fail(here+problem.Pointer("operations", j), "only_read", "entity", e.Key)
		}
		g.Ops[op] = true
	}
	for j, s := range def.Scopes {
		g.Scopes = append(g.Scopes, c.scope(e, s, here+problem.Pointer("scopes", j)))
	}
	c.fieldSet(e, def.Read, here+"/read")
	c.fieldSet(e, def.Write, here+"/write")
	for j, key := range def.Write.Only {
		if f := e.ByKey[key]; f != nil && f.Computed {
			c.fail(here+problem.Pointer("write", "only", j), "field_computed", "field", key)
		}
	}
	c.grantTransitions(e, def, here+"/transitions")
	return g
}

var operations = []schemas.Operation{
	schemas.OpCreate, schemas.OpRead, schemas.OpUpdate, schemas.OpDelete, schemas.OpExport, schemas.OpImport, schemas.OpImportHistory,
	schemas.OpClaim,
}

func operationNames() []string {
	var names []string
	for _, op := range operations {
		names = append(names, string(op))
	}
	return names
}

func (c *compiler) scope(e *Entity, s schemas.Scope, here string) Scope {
	scope := Scope{Type: s.Type}
	switch s.Type {
	case "own", "department", "department_below", "subordinates", "all":
		if len(s.Where) > 0 {
			c.fail(here+"/where", "annotation_unused", "type", s.Type)
		}
	case "filter":
		var problems []problem.Field
		scope.Where, problems = query.Parse(s.Where, e, here+"/where")
		c.add("", problems)
		// A filter that compares nothing would open every row by accident; "all" says it plainly.
		if len(scope.Where.Fields()) == 0 && len(problems) == 0 {
			c.fail(here+"/where", "required")
		}
	default:
		c.fail(here+"/type", "not_allowed_value", "allowed", []string{"own", "department", "department_below", "subordinates", "all", "filter"})
	}
	return scope
}

func (c *compiler) fieldSet(e *Entity, s schemas.FieldSet, here string) {
	if s.All && len(s.Only) > 0 {
		c.fail(here+"/only", "field_set_both")
	}
	if !s.All && len(s.Except) > 0 {
		c.fail(here+"/except", "field_set_except")
	}
	c.ownFields(e, s.Only, here+"/only")
	c.ownFields(e, s.Except, here+"/except")
}

func (c *compiler) grantTransitions(e *Entity, def *schemas.Grant, here string) {
	for j, key := range def.Transitions {
		if key == "*" {
			continue
		}
		known := e.Machine != nil && slices.ContainsFunc(e.Machine.Def.Transitions, func(t schemas.StageTransition) bool { return t.Key == key })
		if !known {
			c.fail(here+problem.Pointer(j), "unknown_transition", "transition", key)
		}
	}
}
