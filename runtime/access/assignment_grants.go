package access

import (
	"cmp"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// grantAssignments makes assignments readable where their record and its owner
// are, and exportable where the record is. Why somebody changed the owner by hand
// repeats a field of the record, and the total score tells of those that it is made
// of: they are readable where all of these are.
func (r *Rights) grantAssignments() {
	e := r.Model.Entities[model.EntityAssignment]
	if e == nil || r.Actor.Admin || len(r.Model.AssignmentRules) == 0 {
		return
	}
	for _, op := range []schemas.Operation{schemas.OpRead, schemas.OpExport} {
		for _, read := range []schemas.FieldSet{{All: true, Except: telling}, {Only: telling}} {
			scope := r.assignmentScope(e, op, !read.All)
			if isNone(scope) {
				continue
			}
			def := &schemas.Grant{Entity: e.Key, Operations: []schemas.Operation{op}, Read: read}
			r.grant(builtInGrant(len(r.Model.MemberGrants), def, e), scope)
		}
	}
	if rights := r.entities[e.Key]; rights != nil {
		rights.joinGrants()
	}
}

// telling are the fields of an assignment that tell of fields of its record.
var telling = []string{"note", "total"}

// assignmentScope is the assignments that op reaches; with telling those of which
// the telling fields may be read.
func (r *Rights) assignmentScope(e *model.Entity, op schemas.Operation, telling bool) query.Expr {
	parts := []query.Expr{}
	for _, key := range sorted(r.entities) {
		rules := r.entities[key].Entity.AssignmentRules
		if len(rules) == 0 || !r.Allowed(key, op) {
			continue
		}
		scope, ok := r.assignedRows(key, rules, telling)
		if !ok {
			continue
		}
		if op != schemas.OpRead {
			scope = both(scope, r.entities[key].scopes[op])
		}
		parts = append(parts, query.All{
			query.Cmp{Path: e.ByKey["entity"].Path(), Op: query.Eq, Value: key},
			query.Cmp{Path: query.Path{Field: "id", Kind: query.Key, Through: key, Via: "record", Scope: scope}, Op: query.Present},
		})
	}
	return union(parts)
}

// assignedRows are the records of an entity on which the owners that its rules
// give, and with telling what the telling fields repeat, are readable; ok is false for none.
func (r *Rights) assignedRows(entity string, rules []*model.AssignmentRule, telling bool) (rows query.Expr, ok bool) {
	fields := map[string]bool{}
	for _, rule := range rules {
		fields[rule.Owner.Key] = true
		if telling {
			toldFields(rule, fields)
		}
	}
	for _, key := range sorted(fields) {
		c, ok := r.fieldScope(entity, key)
		if !ok {
			return nil, false
		}
		if rows == nil || canonical(rows) != canonical(c.rows) {
			rows = both(rows, c.rows)
		}
	}
	return rows, true
}

// toldFields adds the fields of the record that the telling fields repeat.
func toldFields(rule *model.AssignmentRule, fields map[string]bool) {
	if rule.OverrideReason != nil {
		fields[rule.OverrideReason.Key] = true
	}
	for _, f := range rule.Factors {
		for _, p := range f.Reads {
			fields[cmp.Or(p.Via, p.Field)] = true
		}
	}
}
