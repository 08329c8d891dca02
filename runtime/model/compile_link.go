package model

import (
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// links connects entities: references, child rows, title and owner fields,
// unique keys and indexes.
func (c *compiler) links() {
	for _, e := range c.order {
		for _, f := range e.Fields {
			c.target(f)
		}
		c.titleField(e)
		c.ownerField(e)
	}
	for _, e := range c.order {
		e.index(c.m.Entities["user"])
	}
	for _, e := range c.order {
		c.childOf(e)
		c.uniqueKeys(e)
		c.indexes(e)
	}
	for _, e := range c.order {
		c.childRows(e)
		c.childCycle(e)
	}
}

// target finds the entity that a reference leads to.
func (c *compiler) target(f *Field) {
	key, here := "", at(f.Entity.Def, "properties", f.Key)
	switch f.Def.FieldType {
	case schemas.TypeUser:
		key = "user"
	case schemas.TypeDepartment:
		key = "department"
	case schemas.TypeReference:
		key, here = f.Def.Entity, here+"/x-entity"
	case schemas.TypeChildRows:
		key, here = f.Def.Child, here+"/x-child"
	default:
		return
	}
	if key == "" {
		return // reported by the type
	}
	if f.Target = c.entityOf(key, here); f.Target == nil || f.IsChildRows() {
		return
	}
	f.Target.Referrers = append(f.Target.Referrers, f)
	if f.Required && f.Def.OnDelete == schemas.Clear {
		c.fail(at(f.Entity.Def, "properties", f.Key, "x-on-delete"), "clear_required")
	}
}

func (c *compiler) titleField(e *Entity) {
	if e.Def.TitleField == "" {
		return
	}
	e.TitleField = c.ownField(e, e.Def.TitleField, at(e.Def, "x-title-field"))
}

func (c *compiler) ownerField(e *Entity) {
	key := e.Def.OwnerField
	if key == "" || key == "created_by" {
		return
	}
	here := at(e.Def, "x-owner-field")
	f := c.ownField(e, key, here)
	if f == nil {
		return
	}
	if f.Retired {
		c.fail(here, "field_retired", "field", key)
		return
	}
	if f.Def.FieldType != schemas.TypeUser {
		c.fail(here, "wrong_field_type", "field", key, "want", string(schemas.TypeUser))
		return
	}
	e.OwnerField = key
}

// childOf checks x-child-of: the parent and the reference to it.
func (c *compiler) childOf(e *Entity) {
	if e.Def.ChildOf == nil {
		return
	}
	parent := c.entityOf(e.Def.ChildOf.Entity, at(e.Def, "x-child-of", "entity"))
	here := at(e.Def, "x-child-of", "field")
	ref := c.ownField(e, e.Def.ChildOf.Field, here)
	if parent == nil || ref == nil {
		return
	}
	if ref.Def.FieldType != schemas.TypeReference || ref.Target != parent {
		c.fail(here, "wrong_target", "field", ref.Key, "entity", parent.Key)
		return
	}
	if parent == e {
		c.childOfItself(e)
		return
	}
	e.Child = &Child{Parent: parent, Field: ref}
}

// childRows checks that child-rows fields and x-child-of come in pairs.
func (c *compiler) childRows(e *Entity) {
	for _, f := range e.Fields {
		if !f.IsChildRows() || f.Target == nil {
			continue
		}
		here := at(e.Def, "properties", f.Key, "x-child")
		child := f.Target.Child
		switch {
		case child == nil || child.Parent != e:
			c.fail(here, "not_a_child", "entity", f.Target.Key, "parent", e.Key)
		case child.In != nil:
			c.fail(here, "child_twice", "entity", f.Target.Key)
		default:
			child.In = f
		}
	}
	if e.Child != nil && !c.holdsRows(e) {
		c.fail(at(e.Def, "x-child-of"), "no_child_rows", "entity", e.Child.Parent.Key)
	}
}

// childCycle reports an entity that is, over several levels, a child of itself.
func (c *compiler) childCycle(e *Entity) {
	seen := map[*Entity]bool{}
	for level := e; level.Child != nil && !seen[level]; level = level.Child.Parent {
		seen[level] = true
		if level.Child.Parent == e {
			c.childOfItself(e)
		}
	}
}

func (c *compiler) childOfItself(e *Entity) {
	c.fail(at(e.Def, "x-child-of", "entity"), "child_of_itself")
}

func (c *compiler) holdsRows(child *Entity) bool {
	for _, f := range child.Child.Parent.Fields {
		if f.IsChildRows() && f.Target == child {
			return true
		}
	}
	return false
}

// storable tells whether an index can hold the field: one value a record.
func storable(f query.Field) bool { return f.Kind != query.Keys && f.Kind != query.Object }

// maxIndexes is how many indexes an entity may have: MongoDB has 64 of one
// collection, those of the id and of search words among them.
const maxIndexes = 62

// indexes checks x-indexes, and how many indexes these and the fields lead to.
func (c *compiler) indexes(e *Entity) {
	seen := map[string]bool{}
	for i, x := range e.Def.Indexes {
		here := at(e.Def, "x-indexes", i, "fields")
		name := ""
		for j, written := range x.Fields {
			key, _ := trimMinus(written)
			f, ok := e.Lookup(key)
			switch {
			case !ok:
				c.fail(here+problem.Pointer(j), "unknown_field", "field", key)
			case !storable(f):
				c.fail(here+problem.Pointer(j), "not_indexable", "field", key)
			}
			name += written + ","
		}
		if seen[name] {
			c.fail(here, "index_twice")
		}
		seen[name] = true
	}
	if n := len(e.Indexes()); n > maxIndexes {
		c.fail(at(e.Def), "too_many_indexes", "count", n, "limit", maxIndexes)
	}
}

func trimMinus(s string) (string, bool) {
	if len(s) > 0 && s[0] == '-' {
		return s[1:], true
	}
	return s, false
}
