package trigger

import (
	"slices"

	"weft/runtime/model"
	"weft/runtime/record"
	"weft/schemas"
)

// eventsOf names the events of triggers that a change of a record is.
func eventsOf(c record.Call, ev *record.Event) []schemas.EventName {
	var list []schemas.EventName
	switch ev.Op {
	case "create":
		list = append(list, schemas.EventCreated)
		if c.Actor.PublicForm != "" {
			list = append(list, schemas.EventFormSubmitted)
		}
	case "update":
		list = append(list, schemas.EventChanged)
	case "delete":
		return []schemas.EventName{schemas.EventDeleted}
	case "restore":
		return []schemas.EventName{schemas.EventRestored}
	}
	if len(ev.Moves) > 0 {
		list = append(list, schemas.EventStageLeft, schemas.EventStageEntered)
	}
	if c.Import != "" {
		list = append(list, schemas.EventImported)
	}
	return list
}

// listening lists the triggers that a change starts, in their order. What their
// filters say is not asked yet.
func listening(m *model.Model, l *model.Listeners, c record.Call, ev *record.Event) []started {
	var list []started
	for _, name := range eventsOf(c, ev) {
		for _, t := range l.On(name) {
			if c.Import != "" && name != schemas.EventImported && !t.Def.On.Imports {
				continue
			}
			if occurs(&t.On, c, ev) {
				list = append(list, started{t, name})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b started) int { return model.CompareOrder(a.trigger, b.trigger) })
	return list
}

// started is a trigger with the event that starts it.
type started struct {
	trigger *model.Trigger
	event   schemas.EventName
}

// occurs tells whether a change is the event of a trigger, or the one that a step
// waits for, of whose name it is.
func occurs(on *model.Event, c record.Call, ev *record.Event) bool {
	switch on.Def.Event {
	case schemas.EventChanged:
		return changes(on, ev)
	case schemas.EventStageEntered, schemas.EventStageLeft:
		return slices.ContainsFunc(ev.Moves, func(m record.StageMove) bool { return moves(on, m) })
	case schemas.EventFormSubmitted:
		return string(on.Def.Form) == `"`+c.Actor.PublicForm+`"`
	}
	return true
}

func changes(on *model.Event, ev *record.Event) bool {
	if len(on.Fields) == 0 {
		return true
	}
	for _, f := range on.Fields {
		if !slices.Contains(ev.Changed, f) {
			continue
		}
		if (on.Def.From == nil || f.Holds(ev.Before[f.Key], on.From)) && (on.Def.To == nil || f.Holds(ev.After[f.Key], on.To)) {
			return true
		}
	}
	return false
}

func moves(on *model.Event, m record.StageMove) bool {
	stage := m.To
	if on.Def.Event == schemas.EventStageLeft {
		stage = m.From
	}
	if stage == "" || on.Def.Stage != "" && on.Def.Stage != stage {
		return false
	}
	return slices.ContainsFunc(on.Machines, func(machine *model.StageMachine) bool { return machine.Field.Key == m.Field })
}
