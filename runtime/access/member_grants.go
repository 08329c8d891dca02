package access

import (
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// Built-in entities that access reads.
const (
	userEntity       = "user"
	departmentEntity = "department"
	assignmentEntity = "role_assignment"
	visitEntity      = "stage_visit"
)

// memberGrants is what every signed-in active person may read: who the
// colleagues are and where they belong. Without it no screen can name an owner.
var memberGrants = []schemas.Grant{
	{Entity: userEntity, Operations: []schemas.Operation{schemas.OpRead},
		Scopes: []schemas.Scope{{Type: "all"}},
		Read:   schemas.FieldSet{Only: []string{"login", "name", "department", "superior", "active"}}},
	{Entity: departmentEntity, Operations: []schemas.Operation{schemas.OpRead},
		Scopes: []schemas.Scope{{Type: "all"}}, Read: schemas.FieldSet{All: true}},
}

// grantsOf lists the grants of an actor, those of the role member included.
// Stage visits are left out: they follow the rights to their record.
func grantsOf(m *model.Model, a *Actor) []*model.Grant {
	var out []*model.Grant
	add := func(key string) {
		role := m.Roles[key]
		if role == nil {
			return
		}
		for _, g := range role.Grants {
			if g.Entity != nil && g.Entity.Key != visitEntity {
				out = append(out, g)
			}
		}
	}
	for _, key := range a.Roles {
		if key != RoleMember {
			add(key)
		}
	}
	if a.UserID == "" {
		return out
	}
	add(RoleMember)
	for i := range memberGrants {
		def := &memberGrants[i]
		if e := m.Entities[def.Entity]; e != nil {
			out = append(out, builtInGrant(i, def, e))
		}
	}
	return out
}

func builtInGrant(index int, def *schemas.Grant, e *model.Entity) *model.Grant {
	g := &model.Grant{Role: RoleMember, Index: index, Def: def, Entity: e, Ops: map[schemas.Operation]bool{}}
	for _, op := range def.Operations {
		g.Ops[op] = true
	}
	for _, s := range def.Scopes {
		g.Scopes = append(g.Scopes, model.Scope{Type: s.Type})
	}
	return g
}

// grantVisits makes stage visits readable where their record and its stage are,
// and exportable where the record is. The reason of a visit repeats what a move
// wrote into the field for reasons: it is readable where that is.
func (r *Rights) grantVisits() {
	visit := r.Model.Entities[visitEntity]
	if visit == nil || r.Actor.Admin {
		return
	}
	for _, op := range []schemas.Operation{schemas.OpRead, schemas.OpExport} {
		for _, read := range []schemas.FieldSet{{All: true, Except: []string{"reason"}}, {Only: []string{"reason"}}} {
			scope := r.visitScope(visit, op, !read.All)
			if isNone(scope) {
				continue
			}
			def := &schemas.Grant{Entity: visitEntity, Operations: []schemas.Operation{op}, Read: read}
			r.grant(builtInGrant(len(memberGrants), def, visit), scope)
		}
	}
	if e := r.entities[visitEntity]; e != nil {
		e.joinGrants()
	}
}

// visitScope is the rows of stage visits that op reaches; with reasons those of
// which the reason is to be seen.
func (r *Rights) visitScope(visit *model.Entity, op schemas.Operation, reasons bool) query.Expr {
	parts := []query.Expr{}
	for _, key := range sortedKeys(r.entities) {
		e := r.entities[key]
		if e.Entity.Machine == nil || !r.Allowed(key, op) {
			continue
		}
		stage, ok := r.fieldScope(key, e.Entity.Machine.Field.Key)
		if !ok {
			continue
		}
		scope := stage.rows
		if reasons {
			if scope, ok = r.reasonScope(key, e.Entity.Machine, scope); !ok {
				continue
			}
		}
		if op != schemas.OpRead {
			scope = both(scope, e.scopes[op])
		}
		parts = append(parts, query.All{
			query.Cmp{Path: visit.ByKey["entity"].Path(), Op: query.Eq, Value: key},
			query.Cmp{Path: query.Path{Field: "id", Kind: query.Key, Through: key, Via: "record", Scope: scope}, Op: query.Present},
		})
	}
	return union(parts)
}

// reasonScope narrows a scope to the rows on which every field for reasons is
// readable; ok is false when one of them is nowhere.
func (r *Rights) reasonScope(entity string, m *model.StageMachine, scope query.Expr) (narrowed query.Expr, ok bool) {
	for _, t := range m.Transitions {
		if t.Def.Reason == nil || t.Def.Reason.Field == "" {
			continue
		}
		c, ok := r.fieldScope(entity, t.Def.Reason.Field)
		if !ok {
			return nil, false
		}
		if canonical(c.rows) != canonical(scope) {
			scope = both(scope, c.rows)
		}
	}
	return scope, true
}

func sortedKeys(m map[string]*EntityRights) []string {
	set := make(map[string]bool, len(m))
	for k := range m {
		set[k] = true
	}
	return sorted(set)
}
