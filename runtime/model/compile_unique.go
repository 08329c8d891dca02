package model

import (
	"slices"
	"strings"

	"weft/runtime/query"
	"weft/schemas"
)

// uniqueKeys gathers the unique keys of single fields and of several.
func (c *compiler) uniqueKeys(e *Entity) {
	seen := map[string]bool{}
	for _, f := range e.Fields {
		if !f.Def.Unique {
			continue
		}
		here := at(e.Def, "properties", f.Key, "x-unique")
		if !indexable(f) {
			c.fail(here, "not_indexable", "field", f.Key)
			continue
		}
		c.unique(e, []*Field{f}, here, seen)
	}
	for i, keys := range e.Def.Unique {
		here := at(e.Def, "x-unique", i)
		fields := c.ownFields(e, keys, here)
		good := len(fields) == len(keys)
		for _, f := range fields {
			if !indexable(f) {
				c.fail(here, "not_indexable", "field", f.Key)
				good = false
			}
		}
		if good {
			c.unique(e, fields, here, seen)
		}
	}
}

// unique adds one unique key; the same fields in another order are the same key.
func (c *compiler) unique(e *Entity, fields []*Field, here string, seen map[string]bool) {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.Key
	}
	name := strings.Join(slices.Sorted(slices.Values(keys)), ",")
	if seen[name] {
		c.fail(here, "index_twice")
		return
	}
	seen[name] = true
	e.Unique = append(e.Unique, UniqueKey{Name: "unique_" + strings.Join(keys, "_"), Fields: fields})
}

// indexable fields hold one value that has an order and are no computed ones:
// the value must be known before the commit can refuse it.
func indexable(f *Field) bool {
	if f.Kind == query.Keys || f.Kind == query.Object {
		return false
	}
	return !f.Computed || f.Def.FieldType == schemas.TypeAutoNumber
}
