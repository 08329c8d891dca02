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

// grantsOf lists the grants of an actor, those of the role member included.
// Stage visits and assignments are left out: they follow the rights to their record.
func grantsOf(m *model.Model, a *Actor) []*model.Grant {
	var out []*model.Grant
	add := func(key string) {
		role := m.Roles[key]
		if role == nil {
			return
		}
		for _, g := range role.Grants {
			if g.Entity != nil && !g.Entity.OnlyRead() {
				out = append(out, g)
			}
		}
	}
	for _, key := range a.Roles {
		if key != RoleMember {
			add(key)
		}
	}
	if form := m.PublicForms[a.PublicForm]; form != nil {
		out = append(out, form.Grants...)
	}
	if a.UserID == "" && len(a.Roles) == 0 { // neither a person nor a rule that acts with a role
		return out
	}
	add(RoleMember)
	return append(out, m.MemberGrants...)
}

// builtInGrant is a grant that no definition holds; index tells grants of the
// role member apart in explanations.
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
			r.grant(builtInGrant(len(r.Model.MemberGrants), def, visit), scope)
		}
	}
	if e := r.entities[visitEntity]; e != nil {
		e.joinGrants()
	}
}

// visitScope is the rows of stage visits that op reaches; with reasons those of
// which the reason may be read.
func (r *Rights) visitScope(visit *model.Entity, op schemas.Operation, reasons bool) query.Expr {
	parts := []query.Expr{}
	for _, key := range sorted(r.entities) {
		if !r.Allowed(key, op) {
			continue
		}
		for _, m := range r.entities[key].Entity.Machines {
			if part := r.machineVisits(visit, m, op, reasons); part != nil {
				parts = append(parts, part)
			}
		}
	}
	return union(parts)
}

// machineVisits is the rows of one stage machine; nil for none.
func (r *Rights) machineVisits(visit *model.Entity, m *model.StageMachine, op schemas.Operation, reasons bool) query.Expr {
	key := m.Entity.Key
	stage, ok := r.fieldScope(key, m.Field.Key)
	if !ok {
		return nil
	}
	scope := stage.rows
	if reasons {
		if scope, ok = r.reasonScope(key, m, scope); !ok {
			return nil
		}
	}
	if op != schemas.OpRead {
		scope = both(scope, r.entities[key].scopes[op])
	}
	part := query.All{
		query.Cmp{Path: visit.ByKey["entity"].Path(), Op: query.Eq, Value: key},
		query.Cmp{Path: query.Path{Field: "id", Kind: query.Key, Through: key, Via: "record", Scope: scope}, Op: query.Present},
	}
	if len(m.Entity.Machines) == 1 {
		return part
	}
	field := visit.ByKey["field"].Path()
	var own query.Expr = query.Cmp{Path: field, Op: query.Eq, Value: m.Field.Key}
	if m == m.Entity.Machine {
		own = query.Any{own, query.Cmp{Path: field, Op: query.Empty}}
	}
	return append(part, own)
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
