package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// machines compiles the stage machines.
func (c *compiler) machines() {
	for _, def := range c.set.StageMachines {
		c.machine(def)
	}
}

func (c *compiler) machine(def *schemas.StageMachine) {
	e := c.entityOf(def.Entity, at(def, "entity"))
	if e == nil {
		return
	}
	if e.BuiltIn {
		c.fail(at(def, "entity"), "built_in", "entity", e.Key)
		return
	}
	if e.Machine != nil {
		c.fail(at(def, "entity"), "machine_twice", "entity", e.Key)
		return
	}
	m := &StageMachine{Def: def, Entity: e, Stages: make(map[string]*Stage, len(def.Stages))}
	if m.Field = c.ownField(e, def.Field, at(def, "field")); m.Field != nil && m.Field.Def.FieldType != schemas.TypeChoice {
		c.fail(at(def, "field"), "wrong_field_type", "field", def.Field, "want", string(schemas.TypeChoice))
		m.Field = nil
	}
	c.stages(m)
	c.transitions(m)
	c.stageChoices(m)
	if m.Stages[def.Initial] == nil {
		c.fail(at(def, "initial"), "unknown_stage", "stage", def.Initial)
		return
	}
	c.reachableStages(m)
	if m.Field != nil {
		e.Machine = m
	}
}

func (c *compiler) stages(m *StageMachine) {
	for i := range m.Def.Stages {
		s, here := &m.Def.Stages[i], at(m.Def, "stages", i)
		if m.Stages[s.Key] != nil {
			c.fail(here+"/key", "defined_twice", "key", s.Key)
			continue
		}
		m.Order = append(m.Order, s.Key)
		m.Stages[s.Key] = &Stage{Def: s, Enter: c.guards(m.Entity, s.Enter, here+"/enter")}
	}
}

// stageChoices checks that the choices of the field are the stages.
func (c *compiler) stageChoices(m *StageMachine) {
	if m.Field == nil {
		return
	}
	here := at(m.Entity.Def, "properties", m.Field.Key, "x-choices")
	for i, choice := range m.Field.Def.Choices {
		if m.Stages[choice.Key] == nil {
			c.fail(here+problem.Pointer(i), "unknown_stage", "stage", choice.Key)
		}
	}
	for i, s := range m.Def.Stages {
		if findChoice(m.Field.Def, s.Key) == nil {
			c.fail(at(m.Def, "stages", i, "key"), "stage_no_choice", "stage", s.Key, "field", m.Field.Key)
		}
	}
}

func (c *compiler) transitions(m *StageMachine) {
	keys, moves := map[string]bool{}, map[[2]string]bool{}
	for i := range m.Def.Transitions {
		t, here := &m.Def.Transitions[i], at(m.Def, "transitions", i)
		if keys[t.Key] {
			c.fail(here+"/key", "defined_twice", "key", t.Key)
		}
		keys[t.Key] = true
		if m.Stages[t.To] == nil {
			c.fail(here+"/to", "unknown_stage", "stage", t.To)
		}
		for j, from := range t.From {
			move := [2]string{from, t.To}
			switch {
			case m.Stages[from] == nil:
				c.fail(here+problem.Pointer("from", j), "unknown_stage", "stage", from)
			case from == t.To:
				c.fail(here+problem.Pointer("from", j), "move_to_itself", "stage", from)
			case moves[move]:
				c.fail(here+problem.Pointer("from", j), "move_twice", "from", from, "to", t.To)
			}
			moves[move] = true
		}
		c.moveForm(m, t, here)
		m.Transitions = append(m.Transitions, &Transition{Def: t, Guards: c.guards(m.Entity, t.Guards, here+"/guards")})
	}
}

// moveForm checks the fields that a move asks for.
func (c *compiler) moveForm(m *StageMachine, t *schemas.StageTransition, here string) {
	for _, f := range c.ownFields(m.Entity, t.Form, here+"/form") {
		if f.Computed {
			c.fail(here+"/form", "field_computed", "field", f.Key)
		}
	}
	if t.Reason == nil || t.Reason.Field == "" {
		return
	}
	f := c.ownField(m.Entity, t.Reason.Field, here+"/reason/field")
	if f != nil && f.Def.FieldType != schemas.TypeText && f.Def.FieldType != schemas.TypeLongText {
		c.fail(here+"/reason/field", "wrong_field_type", "field", f.Key, "want", string(schemas.TypeText))
	}
}

// reachableStages finds the shortest forward way to each stage and reports the stages
// that no move leads to.
func (c *compiler) reachableStages(m *StageMachine) {
	forward := m.paths(func(t *Transition) bool { return t.Def.Direction != "back" })
	anyway := m.paths(func(*Transition) bool { return true })
	for i, s := range m.Def.Stages {
		if stage := m.Stages[s.Key]; stage.Def == &m.Def.Stages[i] {
			stage.ForwardPath = forward[s.Key]
			if _, ok := anyway[s.Key]; !ok {
				c.fail(at(m.Def, "stages", i), "unreachable_stage", "stage", s.Key)
			}
		}
	}
}

// paths goes breadth first from the initial stage along the moves that use
// allows and gives the way to each stage it meets.
func (m *StageMachine) paths(use func(*Transition) bool) map[string][]*Transition {
	ways := map[string][]*Transition{m.Def.Initial: {}}
	for queue := []string{m.Def.Initial}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		for _, t := range m.Transitions {
			if _, met := ways[t.Def.To]; met || !use(t) || !slices.Contains(t.Def.From, here) || m.Stages[t.Def.To] == nil {
				continue
			}
			ways[t.Def.To] = append(slices.Clone(ways[here]), t)
			queue = append(queue, t.Def.To)
		}
	}
	return ways
}
