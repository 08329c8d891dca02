package model

import (
	"strings"
	"time"

	"weft/runtime/problem"
)

// clock finds out whether a formula uses the clock, by itself or through
// another formula of its entity. Such a formula reads own fields only: it is
// computed whenever its record is read, which must not need other records. What
// it reads has been visited before.
func (c *compiler) clock(f *Field) {
	f.UsesClock = f.Formula.UsesClock()
	across := ""
	for _, path := range f.Formula.Paths() {
		via, of, ok := f.Entity.follow(path)
		if !ok {
			continue
		}
		holder := f.Entity
		if via != nil {
			holder, across = via.Target, path
		}
		if source := holder.ByKey[of.Key]; source != nil && source.UsesClock {
			f.UsesClock = true
		}
	}
	if !f.UsesClock {
		return
	}
	here := at(f.Entity.Def, "properties", f.Key)
	if across != "" {
		c.fail(here+"/x-formula", "clock_across", "field", across)
	}
	for name, set := range map[string]bool{
		"x-indexed": f.Def.Indexed, "x-searchable": f.Def.Searchable, "x-sortable": f.Def.Sortable,
	} {
		if set {
			c.fail(here+problem.Pointer(name), "not_stored", "field", f.Key)
		}
	}
	f.Entity.ClockFormulas = append(f.Entity.ClockFormulas, f)
	q := f.Entity.lookup[f.Key]
	q.ComputedOnRead = true
	f.Entity.lookup[f.Key] = q
}

// clocks refuses what needs a stored value of a formula that uses the clock:
// indexes, titles and roll-ups. Filters and orders find out by themselves.
func (c *compiler) clocks() {
	for _, e := range c.order {
		if e.TitleField != nil && e.TitleField.UsesClock {
			c.fail(at(e.Def, "x-title-field"), "not_stored", "field", e.TitleField.Key)
		}
		for i, x := range e.Def.Indexes {
			for j, written := range x.Fields {
				key := strings.TrimPrefix(written, "-")
				if f := e.ByKey[key]; f != nil && f.UsesClock {
					c.fail(at(e.Def, "x-indexes", i, "fields", j), "not_stored", "field", key)
				}
			}
		}
		for _, f := range e.RollUps {
			c.clockRollUp(f.RollUp)
		}
	}
}

func (c *compiler) clockRollUp(r *RollUp) {
	here := at(r.Field.Entity.Def, "properties", r.Field.Key, "x-roll-up")
	if r.Of != nil && r.Of.UsesClock {
		c.fail(here+"/of", "not_stored", "field", r.Of.Key)
	}
	for _, p := range r.Where.Fields() {
		if f := r.Entity.ByKey[p.Field]; f != nil && f.UsesClock && p.Through == "" {
			c.fail(here+"/where", "not_stored", "field", p.Field)
		}
	}
}

// TimeDependent tells whether an answer about a record of e can change although no
// record does, because a formula of it or of its child rows uses the clock.
func (e *Entity) TimeDependent() bool {
	if len(e.ClockFormulas) > 0 {
		return true
	}
	for _, f := range e.Fields {
		if f.IsChildRows() && f.Target != nil && len(f.Target.ClockFormulas) > 0 {
			return true
		}
	}
	return false
}

// ComputeClockFormulas sets the formulas of a record in stored form that use the clock, as
// of now, which carries the organisation's time zone. One that cannot be
// computed is unset.
func (e *Entity) ComputeClockFormulas(doc map[string]any, now time.Time) {
	for _, f := range e.ClockFormulas {
		v, err := f.Formula.Eval(func(path string) any { return doc[path] }, now)
		if v == nil || err != nil {
			delete(doc, f.Key)
			continue
		}
		doc[f.Key] = v
	}
}
