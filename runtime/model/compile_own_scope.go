package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// scopeFields are the fields of built-in entities that row scopes depend on,
// with the scopes that do.
var scopeFields = []struct {
	entity, field string
	scopes        []string
}{
	{"department", "parent", []string{"department_below"}},
	{"user", "department", []string{"department", "department_below"}},
	{"user", "superior", []string{"subordinates"}},
}

// ownScopes warns of roles whose holders can widen their own row scope by what
// they may write: only an admin, or people who may see those rows anyway,
// should hold such a role.
func (c *compiler) ownScopes() {
	for _, def := range c.set.Roles {
		role := c.m.Roles[def.Key]
		if role == nil {
			continue
		}
		for _, g := range role.Grants {
			for _, s := range scopeFields {
				writes := g.Entity.Key == s.entity && (g.Ops[schemas.OpUpdate] || g.Ops[schemas.OpImport]) && g.Def.Write.Has(s.field)
				if writes && role.hasScope(s.scopes) {
					c.m.Warnings = append(c.m.Warnings, problem.At(at(def, "grants", g.Index), "widens_own_scope",
						"role", def.Title, "field", s.entity+"."+s.field))
				}
			}
		}
	}
}

// hasScope tells whether a grant of the role has a row scope of one of these types.
func (r *Role) hasScope(types []string) bool {
	return slices.ContainsFunc(r.Grants, func(g *Grant) bool {
		return slices.ContainsFunc(g.Scopes, func(s Scope) bool { return slices.Contains(types, s.Type) })
	})
}
