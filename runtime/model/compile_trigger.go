package model

import (
	"cmp"
	"maps"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// triggers compiles the triggers and what listens to which entity.
func (c *compiler) triggers() {
	c.m.Triggers = map[string]*Trigger{}
	for _, def := range c.set.Triggers {
		if t := c.trigger(def); t != nil {
			c.m.Triggers[def.Key] = t
		}
	}
	c.m.Listeners = listeners(c.m.Triggers)
}

// CompileTrigger compiles a trigger that is not in force against the
// definitions of m: a draft, or an earlier version of one whose runs still wait.
func (m *Model) CompileTrigger(def *schemas.Trigger) (*Trigger, []problem.Field) {
	c := &compiler{set: m.InForce, m: m}
	t := c.trigger(def)
	if len(c.problems) > 0 {
		sortProblems(c.problems)
		return nil, c.problems
	}
	return t, nil
}

// listeners sorts the enabled triggers by what they listen to.
func listeners(all map[string]*Trigger) map[string]*Listeners {
	out := map[string]*Listeners{}
	of := func(e *Entity) *Listeners {
		if out[e.Key] == nil {
			out[e.Key] = &Listeners{ByEvent: map[schemas.EventName][]*Trigger{}}
		}
		return out[e.Key]
	}
	for _, t := range all {
		if t.Entity != nil && t.Def.IsEnabled() {
			l, event := of(t.Entity), t.Def.On.Event
			l.ByEvent[event] = append(l.ByEvent[event], t)
		}
		for _, s := range t.ByKey { // a run that began before its trigger was disabled goes on
			if s.Def.Type == schemas.StepWaitFor && s.Entity != nil {
				l := of(s.Entity)
				l.Waits = append(l.Waits, s)
			}
		}
	}
	for _, l := range out {
		for _, list := range l.ByEvent {
			slices.SortFunc(list, CompareOrder)
		}
	}
	return out
}

// Ordered lists all triggers as they start.
func (m *Model) Ordered() []*Trigger {
	return slices.SortedFunc(maps.Values(m.Triggers), CompareOrder)
}

// CompareOrder orders triggers of one event as they start.
func CompareOrder(a, b *Trigger) int {
	return cmp.Or(cmp.Compare(a.Def.Order, b.Def.Order), cmp.Compare(a.Def.Key, b.Def.Key))
}

// trigger compiles one trigger; nil when its entity does not exist.
func (c *compiler) trigger(def *schemas.Trigger) *Trigger {
	t := &Trigger{Def: def, ByKey: map[string]*Step{}, Digest: digest(def), UsesRecord: len(def.Where) > 0}
	event := def.On.Event
	switch {
	case def.Entity != "":
		if t.Entity = c.entityOf(def.Entity, at(def, "entity")); t.Entity == nil {
			return nil
		}
	case event != schemas.EventSchedule && event != schemas.EventWebhook:
		c.fail(at(def, "entity"), "required")
		return nil
	}
	if def.As != "" && def.As != schemas.AsPerson {
		c.roleKey(def.As, at(def, "as"))
	}
	sc := &stepScope{trigger: t, entity: t.Entity, steps: map[string]bool{}}
	if event == schemas.EventSchedule && len(def.Where) == 0 {
		sc.entity = nil // it starts once, not for every record
	}
	t.On = c.event(sc, &def.On, at(def, "on"))
	if t.Entity == nil && len(def.Where) > 0 {
		c.fail(at(def, "where"), "no_record")
	}
	t.Where = c.triggerCondition(conditionRules{sc: sc, entity: t.Entity, old: hasOld(event), values: hasOld(event), scripts: true}, def.Where, at(def, "where"))
	t.Steps = c.steps(sc, def.Steps, stepPlace{at: at(def, "steps")})
	return t
}

// hasOld tells whether an event knows the record as it was before.
func hasOld(event schemas.EventName) bool {
	return event != schemas.EventSchedule && event != schemas.EventWebhook
}

// templates checks what the menus and requirements of packages name.
func (c *compiler) templates() {
	for _, def := range c.set.Templates {
		for i, key := range def.Requires {
			key, least := schemas.Requirement(key)
			if d, ok := c.set.Get(schemas.KindTemplate, key); !ok {
				c.fail(at(def, "requires", i), "unknown_template", "template", key)
			} else if have := d.(*schemas.Template).Version; !schemas.Satisfies(have, least) {
				c.fail(at(def, "requires", i), "template_version", "template", key, "least", least, "version", have)
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
