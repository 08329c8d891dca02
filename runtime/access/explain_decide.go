package access

import (
	"weft/runtime/model"
	"weft/schemas"
)

// decide looks at every grant of the person on the entity.
func (x *explainer) decide() {
	if x.rights.Actor.Admin {
		if x.out.Allowed = x.rights.Allowed(x.entity.Key, x.op); x.out.Allowed {
			x.out.Grants = append(x.out.Grants, DecidingGrant{Role: RoleAdmin, Grant: -1, Scope: []string{"all"}})
		} else {
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_read_only", "entity", x.entity.Def.Title))
		}
		return
	}
	e := x.rights.entities[x.entity.Key]
	if e == nil {
		x.out.Missing = append(x.out.Missing, reason(nil, "explain_no_grant",
			"user", x.person.Name, "roles", x.person.Roles, "entity", x.entity.Def.Title))
		return
	}
	for _, g := range e.Grants {
		if missing := x.missing(g); len(missing) > 0 {
			x.out.Missing = append(x.out.Missing, missing...)
		} else {
			x.out.Grants = append(x.out.Grants, DecidingGrant{g.Grant.Role, g.Grant.Index, scopeTypes(g.Grant)})
		}
	}
	if x.out.Allowed = len(x.out.Grants) > 0 && x.allows(x.rights); !x.out.Allowed && len(x.out.Grants) > 0 {
		x.out.Grants = []DecidingGrant{}
		if x.field != nil && x.field.Computed && readsOnly(x.op) {
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_sources", "field", x.field.Def.Title))
		} else {
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_privilege"))
		}
	}
}

// allows asks the rights themselves, so that an explanation never says else
// than what holds.
func (x *explainer) allows(r *Rights) bool {
	if x.doc != nil && !r.Can(x.entity.Key, x.op, x.doc) {
		return false
	}
	if x.doc == nil && !r.Allowed(x.entity.Key, x.op) {
		return false
	}
	switch {
	case x.field == nil:
		return true
	case x.doc != nil && readsOnly(x.op):
		return r.ReadMask(x.entity.Key, x.doc).Has(x.field.Key)
	case x.doc != nil:
		return r.WriteMask(x.entity.Key, x.op, x.doc).Has(x.field.Key)
	case readsOnly(x.op):
		return r.Readable(x.entity.Key, x.field.Key)
	}
	return r.WritableSomewhere(x.entity.Key, x.op, x.field.Key)
}

// WritableSomewhere tells whether a grant writes the field on some row.
func (r *Rights) WritableSomewhere(entity string, op schemas.Operation, field string) bool {
	if r.Actor.Admin {
		return true
	}
	e := r.entities[entity]
	if e == nil {
		return false
	}
	for _, g := range e.Grants {
		if g.Grant.Ops[op] && g.Grant.Def.Write.Has(field) && !isNone(g.Scope) {
			return true
		}
	}
	return false
}

func scopeTypes(g *model.Grant) []string {
	if g.Entity.OnlyRead() {
		return []string{"record"}
	}
	out := []string{}
	for _, s := range g.Scopes {
		out = append(out, s.Type)
	}
	return out
}

// ownerOf gives the owner of the record as a person; nil when it has none.
func (x *explainer) ownerOf() *Person {
	field := x.entity.OwnerField
	if field == "" {
		field = "created_by"
	}
	if x.entity.Key == userEntity {
		field = "id"
	}
	id, _ := x.doc[field].(string)
	return x.people.people[id]
}
