package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// secrecy warns of computed fields that a role reads by its grant but not by
// its sources: a computed field is as secret as the most secret of them, so
// that it stays hidden unless its definition says x-reveals.
func (c *compiler) secrecy() {
	for _, def := range c.set.Roles {
		role := c.m.Roles[def.Key]
		if role == nil {
			continue
		}
		seen := map[*Field]bool{}
		for _, g := range role.Grants {
			for _, f := range g.Entity.Fields {
				if seen[f] || !g.Ops[schemas.OpRead] || !g.Def.Read.Has(f.Key) {
					continue
				}
				if secret := role.secretSource(g, f); secret != nil {
					seen[f] = true
					c.m.Warnings = append(c.m.Warnings, problem.At(at(def, "grants", g.Index), "computed_hidden",
						"role", def.Title, "field", f.Entity.Key+"."+f.Key, "source", secret.name()))
				}
			}
		}
	}
}

// secretSource finds a source of a field that the role does not read: on the
// rows of grant g, or on every record where it is read from others.
func (r *Role) secretSource(g *Grant, f *Field) *Source {
	if f.Def.Reveals || f.Formula == nil && f.RollUp == nil && f.Clock == nil {
		return nil
	}
	for _, s := range f.Sources() {
		switch {
		case s.Across && !r.readsAll(s), !s.Across && !g.Def.Read.Has(s.Field.Key):
			return &s
		case !s.Across:
			if secret := r.secretSource(g, s.Field); secret != nil {
				return secret
			}
		}
	}
	return nil
}

// readsAll tells whether a grant of the role reads a source on all rows.
func (r *Role) readsAll(s Source) bool {
	if fields, ok := memberReads(s.Entity.Key); ok && s.Entity.BuiltIn && (s.Field == nil || fields.Has(s.Field.Key)) {
		return true
	}
	return slices.ContainsFunc(r.Grants, func(g *Grant) bool {
		scope, reaches := g.rows()
		all := g.Entity == s.Entity && g.Ops[schemas.OpRead] && reaches && scope == nil
		return all && (s.Field == nil || g.Def.Read.Has(s.Field.Key) && r.secretSource(g, s.Field) == nil)
	})
}

func (s Source) name() string {
	if s.Field == nil {
		return s.Entity.Key
	}
	return s.Entity.Key + "." + s.Field.Key
}
