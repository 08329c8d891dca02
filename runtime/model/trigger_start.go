package model

import (
	"slices"

	"weft/schemas"
)

// startedBy tells whether an effect can start the trigger, and by which field ("" by
// the record as such).
func (t *Trigger) startedBy(e effect) bool {
	if t.Entity == nil || t.Entity.Key != e.entity {
		return false
	}
	on := t.On
	switch on.Def.Event {
	case schemas.EventCreated:
		return e.op == "create"
	case schemas.EventDeleted:
		return e.op == "delete"
	case schemas.EventRestored:
		return e.op == "restore"
	case schemas.EventChanged:
		return e.op == "update" && t.hears(e)
	case schemas.EventStageEntered, schemas.EventStageLeft:
		return t.movedBy(e)
	case schemas.EventDateReached:
		if on.Field != nil && on.Field.Clock != nil {
			return false // a clock that starts anew runs its limit before it is due again
		}
		return e.op == "create" || e.op == "update" && on.Field != nil && on.Field.Key == e.field
	case schemas.EventSilence:
		if on.Since != nil && e.op == "update" {
			return on.Since.Key == e.field
		}
		return e.op == "create"
	}
	return false
}

// hears tells whether a change of a field is one that the trigger listens to.
func (t *Trigger) hears(e effect) bool {
	if len(t.On.Fields) == 0 {
		return true
	}
	for _, f := range t.On.Fields {
		if f.Key == e.field {
			return !e.known || t.On.Def.To == nil || canonical(t.On.To) == e.value
		}
	}
	return false
}

func (t *Trigger) movedBy(e effect) bool {
	for _, m := range t.On.Machines {
		entered := t.On.Def.Event == schemas.EventStageEntered
		switch {
		case e.op == "create" && entered:
			return t.On.Def.Stage == "" || m.Stages[t.On.Def.Stage] != nil
		case e.op != "update" || e.field != m.Field.Key:
		case !e.known || t.On.Def.Stage == "" || entered == (e.value == t.On.Def.Stage):
			return true
		}
	}
	return false
}

// startedBy tells whether an effect lets a hook run after it. One that declares no
// reads says nothing of the updates that concern it; the limits on loops bound it.
func (s *Script) startedBy(e effect) bool {
	if s.Entity.Key != e.entity {
		return false
	}
	on := func(op string) bool { return slices.Contains(s.Def.Events, "after_"+op) }
	if e.op != "update" {
		return on(e.op)
	}
	moves := on("transition") && s.Entity.MachineOf(e.field) != nil
	return moves || on("update") && slices.ContainsFunc(s.Reads, func(f *Field) bool { return f.Entity == s.Entity && f.Key == e.field })
}
