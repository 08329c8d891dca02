package access

import (
	"context"
	"maps"
	"slices"

	"weft/runtime/model"
	"weft/schemas"
)

// propose lists changes each of which by itself would allow the operation.
func (x *explainer) propose() {
	x.proposeRoles()
	e := x.rights.entities[x.entity.Key]
	if e == nil {
		return
	}
	for _, g := range e.Grants {
		if g.Grant.Role != RoleMember {
			x.proposeGrant(g)
		}
	}
	x.proposeOwner(e)
}

// proposeConfirmation names the packages whose confirmation would give a role
// that the user holds the grant that is missing: until then it has none.
func (s *Service) proposeConfirmation(ctx context.Context, x *explainer) error {
	if s.Unconfirmed == nil {
		return nil
	}
	waiting, err := s.Unconfirmed(ctx)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(waiting)) {
		for _, d := range waiting[key] {
			role, ok := d.(*schemas.Role)
			if !ok || !slices.Contains(x.person.Roles, role.Key) || !grantsOperation(role, x.entity.Key, x.op) {
				continue
			}
			x.out.Missing = append(x.out.Missing, reason(nil, "explain_unconfirmed", "role", role.Title, "package", key))
			x.fixOnce(reason(nil, "fix_confirm", "package", key))
		}
	}
	return nil
}

func grantsOperation(role *schemas.Role, entity string, op schemas.Operation) bool {
	return slices.ContainsFunc(role.Grants, func(g schemas.Grant) bool {
		return g.Entity == entity && slices.Contains(g.Operations, op)
	})
}

// proposeRoles tries every role that the person does not hold.
func (x *explainer) proposeRoles() {
	keys := make([]string, 0, len(x.rights.Model.Roles))
	for key := range x.rights.Model.Roles {
		if key != RoleMember && !slices.Contains(x.person.Roles, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if x.allows(x.compile(append(slices.Clone(x.person.Roles), key))) {
			x.out.Fix = append(x.out.Fix, reason(nil, "fix_assign_role", "user", x.person.Name, "role", x.roleTitle(key)))
		}
	}
}

// proposeGrant proposes to extend a grant by the one thing that it lacks.
func (x *explainer) proposeGrant(g BoundGrant) {
	lacksOp := !g.Grant.Ops[x.op]
	lacksField := x.field != nil && !fieldSet(g.Grant, !readsOnly(x.op)).Has(x.field.Key)
	lacksRow := isNone(g.Scope) || x.doc != nil && !x.rights.covers(g, x.doc)
	role := x.roleTitle(g.Grant.Role)
	switch {
	case lacksOp && !lacksField && !lacksRow:
		x.out.Fix = append(x.out.Fix, reason(g.Grant, "fix_operation", "role", role, "op", operationTitles[x.op]))
	case lacksField && !lacksOp && !lacksRow:
		x.out.Fix = append(x.out.Fix, reason(g.Grant, "fix_field", "role", role, "field", x.field.Def.Title))
	case lacksRow && !lacksOp && !lacksField:
		x.out.Fix = append(x.out.Fix, reason(g.Grant, "fix_scope", "role", role))
	}
}

// proposeOwner proposes to hand the record over, or to place its owner under
// the person, where a grant would then reach the row.
func (x *explainer) proposeOwner(e *EntityRights) {
	if x.doc == nil || x.entity.Key == userEntity {
		return
	}
	owner := x.ownerOf()
	for _, g := range e.Grants {
		if !g.Grant.Ops[x.op] || x.field != nil && !fieldSet(g.Grant, !readsOnly(x.op)).Has(x.field.Key) {
			continue
		}
		if hasScope(g.Grant, "own") && x.entity.ByKey[x.entity.OwnerField] != nil {
			x.fixOnce(reason(nil, "fix_owner", "user", x.person.Name))
		}
		if hasScope(g.Grant, "subordinates") && owner != nil && owner.ID != x.person.ID {
			x.fixOnce(reason(nil, "fix_superior", "user", x.person.Name, "owner", owner.Name))
		}
	}
}

func (x *explainer) fixOnce(r Reason) {
	if !slices.ContainsFunc(x.out.Fix, func(f Reason) bool { return f.Code == r.Code }) {
		x.out.Fix = append(x.out.Fix, r)
	}
}

func hasScope(g *model.Grant, kind string) bool {
	return slices.ContainsFunc(g.Scopes, func(s model.Scope) bool { return s.Type == kind })
}
