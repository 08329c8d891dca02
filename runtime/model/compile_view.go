package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// views compiles lists and boards.
func (c *compiler) views() {
	for _, def := range c.set.Views {
		c.roleKeys(def.Roles, at(def, "roles"))
		e := c.entityOf(def.Entity, at(def, "entity"))
		if e == nil {
			continue
		}
		v := &View{Def: def, Entity: e}
		var problems []problem.Field
		v.Where, problems = query.Parse(def.Where, e, at(def, "where"))
		c.add("", problems)
		sort, problems := query.ParseSort(def.Sort, e, at(def, "sort"))
		c.add("", problems)
		for i, path := range def.Columns {
			c.column(e, path, at(def, "columns", i))
		}
		c.board(v)
		c.planned = append(c.planned, plannedQuery{path: at(def), entity: e, roles: def.Roles, where: v.Where, equalTo: def.By, sort: sort})
		if def.Type == "board" { // how many there are in each column
			c.planned = append(c.planned, plannedQuery{path: at(def), entity: e, roles: def.Roles, where: v.Where, aggregate: true})
		}
		c.m.Views[def.Key] = v
	}
}

// column is a field, a system field or a field across one reference.
func (c *compiler) column(e *Entity, path, here string) {
	via, rest, crossed := strings.Cut(path, ".")
	if !crossed {
		if e.ByKey[path] == nil && !IsSystem(path) {
			c.fail(here, "unknown_field", "field", path)
		}
		return
	}
	f, ok := e.Lookup(via)
	if !ok || f.Target == nil || f.Kind != query.Key {
		c.fail(here, "unknown_field", "field", path)
		return
	}
	if _, ok := f.Target.Lookup(rest); !ok {
		c.fail(here, "unknown_field", "field", path)
	}
}

func (c *compiler) board(v *View) {
	if v.Def.Type != "board" {
		if v.Def.By != "" {
			c.fail(at(v.Def, "by"), "annotation_unused", "type", v.Def.Type)
		}
		return
	}
	if by := c.ownField(v.Entity, v.Def.By, at(v.Def, "by")); by != nil && by.Def.FieldType != schemas.TypeChoice {
		c.fail(at(v.Def, "by"), "wrong_field_type", "field", by.Key, "want", string(schemas.TypeChoice))
	}
	for _, f := range c.ownFields(v.Entity, v.Def.Sums, at(v.Def, "sums")) {
		if f.Kind != query.Number && f.Kind != query.Decimal {
			c.fail(at(v.Def, "sums"), "no_aggregate", "field", f.Key, "func", "sum")
		}
	}
}

// forms checks layouts; a form contains a field once.
func (c *compiler) forms() {
	for _, def := range c.set.Forms {
		c.roleKeys(def.Roles, at(def, "roles"))
		if e := c.entityOf(def.Entity, at(def, "entity")); e != nil {
			seen := map[string]bool{}
			for i, s := range def.Sections {
				for j, f := range s.Fields {
					here := at(def, "sections", i, "fields", j)
					if seen[f] {
						c.fail(here, "duplicate_item")
					}
					seen[f] = true
					c.ownField(e, f, here)
				}
			}
			if def.Public != nil {
				c.publicPart(def, e)
			}
		}
		c.m.Forms[def.Key] = def
	}
}
