package model

import (
	"weft/runtime/query"
	"weft/schemas"
)

// EntityKey is the key, which is also the store collection.
func (e *Entity) EntityKey() string { return e.Key }

// Lookup finds what a query can compare: own fields and system fields. Child
// rows are not stored in the record, so no query sees them.
func (e *Entity) Lookup(key string) (query.Field, bool) {
	f, ok := e.lookup[key]
	return f, ok
}

// Path is the stored value of field f of its entity, for store indexes and queries.
func (f *Field) Path() query.Path {
	return query.Path{Field: f.Key, Kind: f.Kind, SortKey: f.SortKey()}
}

// SortKey tells whether records carry a sort key for f: text that is sortable or searchable.
func (f *Field) SortKey() bool {
	return f.Kind == query.Text && (f.Def.Sortable || f.Def.Searchable)
}

// index fills in what Lookup answers; all targets must be known.
func (e *Entity) index(user *Entity) {
	e.lookup = make(map[string]query.Field, len(e.Fields)+len(systemFields))
	for _, f := range SystemFields() {
		if (f.Key == "created_by" || f.Key == "updated_by") && user != nil {
			f.Target = user
		}
		e.lookup[f.Key] = f
	}
	for _, f := range e.Fields {
		if f.IsChildRows() {
			continue
		}
		q := query.Field{
			Key: f.Key, Kind: f.Kind,
			Normalise:  func(wire any) (any, bool) { return FilterValue(f, wire) },
			Searchable: f.Def.Searchable, SortKey: f.SortKey(),
			Incomparable: f.Kind == query.Object,
		}
		if f.Target != nil {
			q.Target = f.Target
		}
		e.lookup[f.Key] = q
		for _, part := range f.clockParts() {
			e.lookup[part.Name] = part
		}
	}
}

// IsChildRows tells whether f holds child rows.
func (f *Field) IsChildRows() bool { return f.Def.FieldType == schemas.TypeChildRows }

// Entity finds a compiled entity by key.
func (m *Model) Entity(key string) (*Entity, bool) {
	e, ok := m.Entities[key]
	return e, ok
}
