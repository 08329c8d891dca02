package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// triggers checks event, condition and actions; package trigger runs them.
func (c *compiler) triggers() {
	for _, def := range c.set.Triggers {
		e := c.entityOf(def.Entity, at(def, "entity"))
		if e == nil {
			continue
		}
		c.ownFields(e, def.Fields, at(def, "fields"))
		if len(def.Fields) > 0 && def.Event != "updated" {
			c.fail(at(def, "fields"), "annotation_unused", "type", def.Event)
		}
		if def.Event == "stage_entered" && e.Machine == nil {
			c.fail(at(def, "event"), "no_machine", "entity", e.Key)
		}
		_, problems := query.Parse(def.Where, e, at(def, "where"))
		c.add("", problems)
		for i := range def.Actions {
			c.action(e, &def.Actions[i], at(def, "actions", i))
		}
	}
}

func (c *compiler) action(e *Entity, a *schemas.Action, here string) {
	switch a.Type {
	case "create":
		if e = c.entityOf(a.Entity, here+"/entity"); e == nil {
			return
		}
		if e.Key == EntityStageVisit {
			c.fail(here+"/entity", "only_read", "entity", e.Key)
		}
	case "notify":
		c.recipients(e, a, here)
		return
	}
	for key := range a.Values {
		path := here + problem.Pointer("values", key)
		if f := c.ownField(e, key, path); f != nil && f.Computed {
			c.fail(path, "field_computed", "field", key)
		}
	}
}

// recipients are user fields of the record, or roles.
func (c *compiler) recipients(e *Entity, a *schemas.Action, here string) {
	for i, to := range a.To {
		if f := e.ByKey[to]; f != nil && f.Def.FieldType == schemas.TypeUser {
			continue
		}
		if slices.Contains([]string{"created_by", "updated_by"}, to) {
			continue
		}
		c.roleKey(to, here+problem.Pointer("to", i))
	}
}

// templates checks what the menus and requirements of packages name.
func (c *compiler) templates() {
	for _, def := range c.set.Templates {
		for i, key := range def.Requires {
			if _, ok := c.set.Get(schemas.KindTemplate, key); !ok {
				c.fail(at(def, "requires", i), "unknown_template", "template", key)
			}
		}
		for i, m := range def.Menu {
			here := at(def, "menu", i)
			if m.View != "" && c.m.Views[m.View] == nil {
				c.fail(here+"/view", "unknown_view", "view", m.View)
			}
			if m.Dashboard != "" && c.m.Dashboards[m.Dashboard] == nil {
				c.fail(here+"/dashboard", "unknown_dashboard", "dashboard", m.Dashboard)
			}
			if m.Entity != "" {
				c.entityOf(m.Entity, here+"/entity")
			}
			if targetCount(m) != 1 {
				c.fail(here, "menu_target")
			}
		}
	}
}

func targetCount(m schemas.Menu) int {
	n := 0
	for _, key := range []string{m.View, m.Dashboard, m.Entity} {
		if key != "" {
			n++
		}
	}
	return n
}
