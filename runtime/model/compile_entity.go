package model

import (
	"regexp"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// maxPattern bounds the source of a pattern, so that compiling it stays cheap.
const maxPattern = 1000

// entities makes the entities with their fields, still without what leads from
// one to another.
func (c *compiler) entities() {
	for _, def := range builtin().Entities {
		c.entity(c.in.builtInEntity(def), true)
	}
	for _, def := range c.set.Entities {
		if c.m.Entities[def.Key] == nil {
			c.entity(def, false)
		}
	}
	for _, e := range c.order {
		c.required(e)
	}
}

func (c *compiler) entity(def *schemas.Entity, builtIn bool) {
	e := &Entity{Key: def.Key, Def: def, BuiltIn: builtIn, ByKey: make(map[string]*Field, len(def.Properties)), OwnerField: "created_by"}
	for _, d := range def.Properties {
		here := at(def, "properties", d.Key)
		f, ok := c.field(e, d, here)
		if !ok {
			continue
		}
		if e.ByKey[d.Key] != nil {
			c.fail(here, "defined_twice", "key", d.Key)
			continue
		}
		e.ByKey[d.Key] = f
		e.Fields = append(e.Fields, f)
		if d.Searchable {
			e.Searchable = append(e.Searchable, f)
		}
	}
	if e.OnlyRead() || e.BuiltIn && e.Key == EntityTask {
		e.ByKey["record"].Kind = query.Key // an id, of a record of any entity
	}
	c.m.Entities[e.Key] = e
	c.order = append(c.order, e)
}

func (c *compiler) field(e *Entity, d *schemas.Field, here string) (*Field, bool) {
	switch {
	case !keyForm.MatchString(d.Key):
		c.fail(here, "bad_key")
		return nil, false
	case IsSystem(d.Key) || d.Key == "expanded":
		c.fail(here, "reserved_key", "key", d.Key)
		return nil, false
	}
	t, ok := TypeOf(d.FieldType)
	if !ok {
		c.fail(here+"/x-type", "no_such_type", "type", string(d.FieldType))
		return nil, false
	}
	c.add(here, t.Check(d))
	f := &Field{Key: d.Key, Entity: e, Def: d, Type: t, Kind: t.Kind(d), Retired: d.Retired}
	switch d.FieldType {
	case schemas.TypeFormula, schemas.TypeRollUp, schemas.TypeAutoNumber, schemas.TypeClock:
		f.Computed = true
	}
	c.pattern(f, here)
	c.defaultValue(f, here)
	return f, true
}

func (c *compiler) pattern(f *Field, here string) {
	if f.Def.Pattern == "" {
		return
	}
	if len(f.Def.Pattern) > maxPattern {
		c.fail(here+"/pattern", "too_many", "max", maxPattern)
		return
	}
	re, err := compilePattern(f.Def.Pattern)
	if err != nil {
		c.failNew(here+"/pattern", "bad_pattern", "error", err.Error())
		if re, err = regexp.Compile(f.Def.Pattern); err != nil || !c.published {
			return
		}
	}
	f.Pattern = re
}

// required checks the list of required fields and marks them.
func (c *compiler) required(e *Entity) {
	for i, key := range e.Def.Required {
		here := at(e.Def, "required", i)
		f := c.ownField(e, key, here)
		if f == nil {
			continue
		}
		switch {
		case f.Required:
			c.fail(here, "defined_twice", "key", key)
		case f.Computed:
			c.fail(here, "field_computed", "field", key)
		}
		f.Required = !f.Retired
	}
}

// ownField finds a field of e, or reports that there is none.
func (c *compiler) ownField(e *Entity, key, here string) *Field {
	f := e.ByKey[key]
	if f == nil {
		c.fail(here, "unknown_field", "field", key)
	}
	return f
}

// entityOf finds an entity, or reports that there is none.
func (c *compiler) entityOf(key, here string) *Entity {
	e := c.m.Entities[key]
	if e == nil {
		c.fail(here, "unknown_entity", "entity", key)
	}
	return e
}

// ownFields finds several fields of e and reports doubles.
func (c *compiler) ownFields(e *Entity, keys []string, here string) []*Field {
	var out []*Field
	seen := map[string]bool{}
	for i, key := range keys {
		if seen[key] {
			c.fail(here+problem.Pointer(i), "duplicate_item")
			continue
		}
		seen[key] = true
		if f := c.ownField(e, key, here+problem.Pointer(i)); f != nil {
			out = append(out, f)
		}
	}
	return out
}
