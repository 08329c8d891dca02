package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// dashboards checks the aggregates of the widgets.
func (c *compiler) dashboards() {
	for _, def := range c.set.Dashboards {
		c.roleKeys(def.Roles, at(def, "roles"))
		seen := map[string]bool{}
		for i := range def.Widgets {
			w, here := &def.Widgets[i], at(def, "widgets", i)
			if seen[w.Key] {
				c.fail(here+"/key", "defined_twice", "key", w.Key)
			}
			seen[w.Key] = true
			c.widget(w, here, def.Roles)
		}
		c.m.Dashboards[def.Key] = def
	}
}

func (c *compiler) widget(w *schemas.Widget, here string, roles []string) {
	e := c.entityOf(w.Entity, here+"/entity")
	if e == nil {
		return
	}
	where, problems := query.Parse(w.Where, e, here+"/where")
	c.add("", problems)
	groups, problems := query.ParseGroups(w.GroupBy, e, here+"/groupBy")
	c.add("", problems)
	broken := len(problems) > 0
	metrics, problems := query.ParseMetrics(w.Metrics, e, here+"/metrics")
	c.add("", problems)
	if broken || len(problems) > 0 {
		return
	}
	names := map[string]bool{}
	for _, g := range groups {
		names[g.Name] = true
	}
	for _, m := range metrics {
		names[m.Name] = true
	}
	for i, s := range w.Sort {
		if !names[strings.TrimPrefix(s, "-")] {
			c.fail(here+problem.Pointer("sort", i), "no_such_column", "name", strings.TrimPrefix(s, "-"))
		}
	}
	c.planned = append(c.planned, plannedQuery{path: here, entity: e, roles: roles, where: where, aggregate: true})
}
