package model

import (
	"encoding/json"
	"time"

	"weft/runtime/cron"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// event compiles the event of a trigger or of a step that waits for one.
func (c *compiler) event(sc *stepScope, def *schemas.TriggerEvent, here string) Event {
	ev := Event{Def: def}
	c.eventMembers(def, here)
	if def.Event == schemas.EventSchedule {
		if _, err := cron.Next(def.Cron, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			c.fail(here+"/cron", "bad_cron")
		}
	}
	e := sc.trigger.Entity
	if e == nil {
		return ev
	}
	switch def.Event {
	case schemas.EventChanged:
		ev.Fields = c.ownFields(e, def.Fields, here+"/fields")
		ev.From, ev.To = c.eventValue(ev.Fields, def.From, here+"/from"), c.eventValue(ev.Fields, def.To, here+"/to")
	case schemas.EventStageEntered, schemas.EventStageLeft:
		ev.Machines = c.eventMachines(e, def, here)
	case schemas.EventDateReached:
		ev.Field = c.dateField(e, def.Field, here+"/field")
	case schemas.EventSilence:
		if def.Since != "" && def.Since != "created_at" {
			ev.Since = c.dateField(e, def.Since, here+"/since")
		}
		ev.Unless = c.triggerCondition(conditionRules{sc: sc, entity: e, related: true, values: true}, def.Unless, here+"/unless")
	case schemas.EventFormSubmitted:
		c.publicForm(e, def, here)
	case schemas.EventButton:
		ev.Form = c.buttonForm(e, def, here)
		c.roleKeys(def.Roles, here+"/roles")
	}
	return ev
}

// eventMembers refuses members that the event does not have.
func (c *compiler) eventMembers(def *schemas.TriggerEvent, here string) {
	stages := []schemas.EventName{schemas.EventStageEntered, schemas.EventStageLeft}
	records := []schemas.EventName{schemas.EventCreated, schemas.EventChanged, schemas.EventStageEntered, schemas.EventStageLeft, schemas.EventDateReached, schemas.EventSilence}
	c.onlyFor(string(def.Event), here, []memberOf{
		{"fields", def.Fields != nil, names(schemas.EventChanged)}, {"from", def.From != nil, names(schemas.EventChanged)},
		{"to", def.To != nil, names(schemas.EventChanged)}, {"stage", def.Stage != "", names(stages...)},
		{"field", def.Field != "", names(append(stages, schemas.EventDateReached)...)},
		{"offset", def.Offset != "", names(schemas.EventDateReached)}, {"for", def.For != "", names(schemas.EventSilence)},
		{"since", def.Since != "", names(schemas.EventSilence)}, {"unless", def.Unless != nil, names(schemas.EventSilence)},
		{"cron", def.Cron != "", names(schemas.EventSchedule)}, {"catch_up", def.CatchUp != "", names(schemas.EventSchedule)},
		{"token", def.Token != "", names(schemas.EventWebhook)},
		{"form", def.Form != nil, names(schemas.EventFormSubmitted, schemas.EventButton)},
		{"title", def.Title != nil, names(schemas.EventButton)}, {"roles", def.Roles != nil, names(schemas.EventButton)},
		{"imports", def.Imports, names(records...)},
	})
}

// memberOf is a member of a definition that only some types of it have.
type memberOf struct {
	name string
	set  bool
	of   []string
}

func names[S ~string](list ...S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// onlyFor refuses members that a type does not have: a misplaced one would be
// ignored silently.
func (c *compiler) onlyFor(typ, here string, members []memberOf) {
	for _, m := range members {
		if !m.set {
			continue
		}
		known := false
		for _, of := range m.of {
			known = known || of == typ
		}
		if !known {
			c.fail(here+problem.Pointer(m.name), "annotation_unused", "type", typ)
		}
	}
}

// eventValue is a value of from or to in stored form; it needs one field.
func (c *compiler) eventValue(fields []*Field, raw json.RawMessage, here string) any {
	wire, ok := decoded(raw)
	if !ok {
		return nil
	}
	if len(fields) != 1 {
		c.fail(here, "one_field_wanted")
		return nil
	}
	if wire == nil {
		return nil
	}
	stored, ok := FilterValue(fields[0], wire)
	if !ok {
		c.fail(here, "wrong_value", "field", fields[0].Key)
	}
	return stored
}

// eventMachines are the stage machines whose moves count.
func (c *compiler) eventMachines(e *Entity, def *schemas.TriggerEvent, here string) []*StageMachine {
	machines := e.Machines
	if def.Field != "" {
		f := c.ownField(e, def.Field, here+"/field")
		if f == nil {
			return nil
		}
		machines = nil
		if m := e.MachineOf(f.Key); m != nil {
			machines = []*StageMachine{m}
		}
	}
	if len(machines) == 0 {
		c.fail(here+"/event", "no_machine", "entity", e.Key)
		return nil
	}
	if def.Stage == "" {
		return machines
	}
	var with []*StageMachine
	for _, m := range machines {
		if m.Stages[def.Stage] != nil {
			with = append(with, m)
		}
	}
	if len(with) == 0 {
		c.fail(here+"/stage", "unknown_stage", "stage", def.Stage)
	}
	return with
}

// dateField is a stored date or time of the record.
func (c *compiler) dateField(e *Entity, key, here string) *Field {
	f := c.ownField(e, key, here)
	if f == nil {
		return nil
	}
	switch {
	case f.Kind != query.Date && f.Kind != query.Instant:
		c.fail(here, "wrong_field_type", "field", key, "want", string(schemas.TypeDate))
		return nil
	case f.UsesClock:
		c.fail(here, "not_stored", "field", key)
		return nil
	}
	return f
}

func (c *compiler) publicForm(e *Entity, def *schemas.TriggerEvent, here string) {
	var key string
	if json.Unmarshal(def.Form, &key) != nil {
		c.fail(here+"/form", "wrong_type", "want", jsonTypeTitle("string"))
		return
	}
	if f := c.formOf(key, here+"/form"); f != nil && f.Entity != e.Key {
		c.fail(here+"/form", "form_of_another", "form", key, "entity", f.Entity)
	}
}

// buttonForm lists the fields that a button asks for: those named, or those of a form.
func (c *compiler) buttonForm(e *Entity, def *schemas.TriggerEvent, here string) []*Field {
	if def.Form == nil {
		return nil
	}
	var keys []string
	var key string
	if json.Unmarshal(def.Form, &key) == nil {
		f := c.formOf(key, here+"/form")
		if f == nil {
			return nil
		}
		for _, section := range f.Sections {
			keys = append(keys, section.Fields...)
		}
	} else if json.Unmarshal(def.Form, &keys) != nil {
		c.fail(here+"/form", "wrong_type", "want", jsonTypeTitle("array"))
		return nil
	}
	fields := c.ownFields(e, keys, here+"/form")
	for i, f := range fields {
		if f.Computed {
			c.fail(here+"/form"+problem.Pointer(i), "field_computed", "field", f.Key)
		}
	}
	return fields
}

func (c *compiler) formOf(key, here string) *schemas.Form {
	d, ok := c.set.Get(schemas.KindForm, key)
	if !ok {
		c.fail(here, "unknown_form", "form", key)
		return nil
	}
	return d.(*schemas.Form)
}
