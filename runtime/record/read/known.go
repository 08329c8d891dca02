package read

import (
	"weft/runtime/access"
	"weft/runtime/query"
)

// known shows a parser only the fields that the person may read on some row.
// To everything else a request gets one answer, unknown_field, whatever else is
// wrong with it: not even the type of a hidden field can be found out.
type known struct {
	entity query.Entity
	rights *access.Rights
}

// KnownTo is e as the person may know it.
func KnownTo(rights *access.Rights, e query.Entity) query.Entity {
	if rights.Actor.Admin {
		return e
	}
	return known{e, rights}
}

func (k known) EntityKey() string { return k.entity.EntityKey() }

func (k known) Lookup(key string) (query.Field, bool) {
	f, ok := k.entity.Lookup(key)
	if !ok || !k.rights.Readable(k.entity.EntityKey(), key) {
		return query.Field{}, false
	}
	if f.Target != nil {
		f.Target = known{f.Target, k.rights}
	}
	return f, true
}
