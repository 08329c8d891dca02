package read

import (
	"weft/runtime/access"
	"weft/runtime/query"
)

// restrictedEntity shows a parser only the fields that the caller may read on some row.
// To everything else a request gets one answer, unknown_field, whatever else is
// wrong with it: not even the type of a hidden field can be found out.
type restrictedEntity struct {
	entity query.Entity
	rights *access.Rights
}

// RestrictEntity is e as the caller may know it.
func RestrictEntity(rights *access.Rights, e query.Entity) query.Entity {
	if rights.Actor.Admin {
		return e
	}
	return restrictedEntity{e, rights}
}

func (k restrictedEntity) EntityKey() string { return k.entity.EntityKey() }

func (k restrictedEntity) Lookup(key string) (query.Field, bool) {
	f, ok := k.entity.Lookup(key)
	if !ok || !k.rights.Readable(k.entity.EntityKey(), f.Holder()) {
		return query.Field{}, false
	}
	if f.Target != nil {
		f.Target = restrictedEntity{f.Target, k.rights}
	}
	return f, true
}
