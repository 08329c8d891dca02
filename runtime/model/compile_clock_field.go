package model

import (
	"maps"
	"slices"

	"weft/runtime/calendar"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// clockFields compiles the clocks, but for their stages: those are known later.
func (c *compiler) clockFields() {
	for _, e := range c.order {
		for _, f := range e.Fields {
			if f.Def.FieldType == schemas.TypeClock && f.Def.Clock != nil {
				c.clockField(f)
			}
		}
		if e.TitleField != nil && e.TitleField.Def.FieldType == schemas.TypeClock {
			c.fail(at(e.Def, "x-title-field"), "wrong_field_type", "field", e.TitleField.Key, "want", string(schemas.TypeText))
		}
	}
}

func (c *compiler) clockField(f *Field) {
	def, e, here := f.Def.Clock, f.Entity, at(f.Entity.Def, "properties", f.Key, "x-clock")
	k := &Clock{Field: f, Def: def, limit: duration(def.Limit)}
	if def.Start.Field != "" && def.Start.Field != "created_at" {
		k.Start = c.clockInput(e, def.Start.Field, here+"/start/field", query.Instant, query.Date)
	}
	if def.Stop != nil && def.Stop.Field != "" {
		k.Stop = c.clockInput(e, def.Stop.Field, here+"/stop/field", query.Instant)
	}
	if def.Extend != nil {
		k.Extend = c.clockInput(e, def.Extend.Field, here+"/extend/field", query.Number)
		if each := duration(def.Extend.Each); each != nil {
			k.each = *each
		}
	}
	if def.Limits != nil {
		c.clockLimits(k, here+"/limits")
	}
	k.Stage = c.clockStageField(k, here)
	f.Clock = k
	e.Clocks = append(e.Clocks, f)
}

// duration reads a duration that was checked before; nil for none.
func duration(text string) *calendar.Duration {
	d, err := calendar.ParseDuration(text)
	if err != nil {
		return nil
	}
	return &d
}

// clockInput is a field of the record of one of the kinds, with the type that is asked
// for when it has another one.
func (c *compiler) clockInput(e *Entity, key, here string, kinds ...query.Kind) *Field {
	f := c.ownField(e, key, here)
	if f == nil || slices.Contains(kinds, f.Kind) {
		return f
	}
	c.fail(here, "wrong_field_type", "field", key, "want", kindName(kinds[0]))
	return nil
}

// clockLimits reads the limits by choice.
func (c *compiler) clockLimits(k *Clock, here string) {
	def := k.Def.Limits
	by := c.ownField(k.Field.Entity, def.Field, here+"/field")
	if by == nil {
		return
	}
	if by.Def.FieldType != schemas.TypeChoice {
		c.fail(here+"/field", "wrong_field_type", "field", by.Key, "want", string(schemas.TypeChoice))
		return
	}
	k.By, k.limits = by, map[string]calendar.Duration{}
	for _, choice := range slices.Sorted(maps.Keys(def.Values)) {
		if findChoice(by.Def, choice) == nil {
			c.fail(here+"/values"+problem.Pointer(choice), "not_a_choice", "value", choice)
		}
		if d := duration(def.Values[choice]); d != nil {
			k.limits[choice] = *d
		}
	}
}

// stages lists the stages that a clock names, by the place of their list.
func (k *Clock) stages() map[string][]string {
	lists := map[string][]string{"/start/stages": k.Def.Start.Stages, "/pause": k.Def.Pause}
	if k.Def.Stop != nil {
		lists["/stop/stages"] = k.Def.Stop.Stages
	}
	maps.DeleteFunc(lists, func(_ string, stages []string) bool { return len(stages) == 0 })
	return lists
}

// clockStageField is the field of the stage machine that a clock means; nil when no
// stage matters.
func (c *compiler) clockStageField(k *Clock, here string) *Field {
	e, named := k.Field.Entity, k.Def.StageField
	if len(k.stages()) == 0 {
		if named != "" {
			c.fail(here+"/stage_field", "annotation_unused", "type", "clock")
		}
		return nil
	}
	for _, m := range c.set.StageMachines {
		if m.Entity == e.Key && (named == "" || m.Field == named) {
			return e.ByKey[m.Field]
		}
	}
	c.fail(here, "no_machine", "entity", e.Key)
	return nil
}

// clockStages checks the stages of the clocks, and that what they are computed from
// is stored.
func (c *compiler) clockStages() {
	for _, e := range c.order {
		for _, f := range e.Clocks {
			here := at(e.Def, "properties", f.Key, "x-clock")
			for _, input := range f.Clock.Inputs() {
				if input.UsesClock {
					c.fail(here, "not_stored", "field", input.Key)
				}
			}
			c.knownStages(f.Clock, here)
		}
	}
}

// knownStages reports stages that the machine does not have, or that another machine
// of the entity has too: what is kept of the stays of a record does not tell these apart.
func (c *compiler) knownStages(k *Clock, here string) {
	if k.Stage == nil {
		return
	}
	m := k.Field.Entity.MachineOf(k.Stage.Key)
	if m == nil {
		return // it has a problem of its own
	}
	for list, stages := range k.stages() {
		for i, stage := range stages {
			switch {
			case m.Stages[stage] == nil:
				c.fail(here+list+problem.Pointer(i), "unknown_stage", "stage", stage)
			case len(k.Field.Entity.MachinesWith(stage)) > 1:
				c.fail(here+list+problem.Pointer(i), "stage_of_two", "stage", stage)
			}
		}
	}
}
