package access

import (
	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// grantTasks makes tasks readable where the record that they are about is.
func (r *Rights) grantTasks() {
	e := r.Model.Entities[model.EntityTask]
	if e == nil || r.Actor.Admin || r.Actor.UserID == "" {
		return
	}
	parts := []query.Expr{}
	for _, key := range sorted(r.entities) {
		if r.entities[key].Entity.BuiltIn || !r.Allowed(key, schemas.OpRead) {
			continue
		}
		parts = append(parts, query.All{
			query.Cmp{Path: e.ByKey["entity"].Path(), Op: query.Eq, Value: key},
			query.Cmp{Path: query.Path{Field: "id", Kind: query.Key, Through: key, Via: "record", Scope: r.entities[key].scopes[schemas.OpRead]}, Op: query.Present},
		})
	}
	if len(parts) == 0 {
		return
	}
	def := &schemas.Grant{Entity: e.Key, Operations: []schemas.Operation{schemas.OpRead}, Read: schemas.FieldSet{All: true}}
	r.grant(builtInGrant(len(r.Model.MemberGrants), def, e), union(parts))
	r.entities[e.Key].joinGrants()
}
