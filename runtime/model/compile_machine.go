package model

import (
	"encoding/json"
	"maps"
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
	if e.MachineOf(def.Field) != nil {
		c.fail(at(def, "field"), "machine_twice", "entity", e.Key, "field", def.Field)
		return
	}
	m := &StageMachine{Def: def, Entity: e, Stages: make(map[string]*Stage, len(def.Stages))}
	m.Field = c.machineField(e, def)
	c.stages(m)
	c.transitions(m)
	c.stageChoices(m)
	switch s := m.Stages[def.Initial]; {
	case s == nil:
		c.fail(at(def, "initial"), "unknown_stage", "stage", def.Initial)
		return
	case s.Retired:
		c.fail(at(def, "initial"), "stage_retired", "stage", def.Initial)
	}
	c.reachableStages(m)
	if m.Field != nil {
		e.Machines = append(e.Machines, m)
		e.Machine = e.Machines[0]
	}
}

// machineField finds the choice field of a machine.
func (c *compiler) machineField(e *Entity, def *schemas.StageMachine) *Field {
	here := at(def, "field")
	f := c.ownField(e, def.Field, here)
	switch {
	case f == nil:
		return nil
	case f.Def.FieldType != schemas.TypeChoice:
		c.fail(here, "wrong_field_type", "field", def.Field, "want", string(schemas.TypeChoice))
	case f.Retired:
		c.fail(here, "field_retired", "field", def.Field)
	default:
		return f
	}
	return nil
}

func (c *compiler) stages(m *StageMachine) {
	for i := range m.Def.Stages {
		s, here := &m.Def.Stages[i], at(m.Def, "stages", i)
		if m.Stages[s.Key] != nil {
			c.fail(here+"/key", "defined_twice", "key", s.Key)
			continue
		}
		m.Order = append(m.Order, s.Key)
		stage := &Stage{Def: s, Retired: s.Retired, Enter: c.guards(m.Entity, s.Enter, here+"/enter"), Stay: c.guards(m.Entity, s.Stay, here+"/stay")}
		for j, g := range s.Stay {
			if g.Type == "role" {
				c.fail(here+problem.Pointer("stay", j, "type"), "role_guard_stay")
			}
		}
		c.lock(m, s, here+"/lock")
		m.Stages[s.Key] = stage
	}
}

// lock checks the fields that a stage locks; a field of stages changes by
// transitions only, which other stages cannot forbid.
func (c *compiler) lock(m *StageMachine, s *schemas.Stage, here string) {
	c.fieldSet(m.Entity, s.Lock, here)
	for i, key := range s.Lock.Only {
		f := m.Entity.ByKey[key]
		switch {
		case f == nil:
		case f.Computed:
			c.fail(here+problem.Pointer("only", i), "field_computed", "field", key)
		case f == m.Field:
			c.fail(here+problem.Pointer("only", i), "stage_field", "field", key)
		}
	}
}

// stageChoices checks that the choices of the field are the stages.
func (c *compiler) stageChoices(m *StageMachine) {
	if m.Field == nil {
		return
	}
	here := at(m.Entity.Def, "properties", m.Field.Key, "x-choices")
	for i, choice := range m.Field.Def.Choices {
		s := m.Stages[choice.Key]
		if s == nil {
			c.fail(here+problem.Pointer(i), "unknown_stage", "stage", choice.Key)
			continue
		}
		s.Retired = s.Retired || choice.IsRetired()
	}
	for i, s := range m.Def.Stages {
		if findChoice(m.Field.Def, s.Key) == nil {
			c.fail(at(m.Def, "stages", i, "key"), "stage_no_choice", "stage", s.Key, "field", m.Field.Key)
		}
	}
}

func (c *compiler) transitions(m *StageMachine) {
	keys, moves := map[string]bool{}, map[[2]string]bool{}
	for _, other := range m.Entity.Machines { // grants name transitions by key
		for _, t := range other.Transitions {
			keys[t.Def.Key] = true
		}
	}
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
			case from != schemas.AnyStage && m.Stages[from] == nil:
				c.fail(here+problem.Pointer("from", j), "unknown_stage", "stage", from)
			case from == t.To:
				c.fail(here+problem.Pointer("from", j), "move_to_itself", "stage", from)
			case moves[move]:
				c.fail(here+problem.Pointer("from", j), "move_twice", "from", from, "to", t.To)
			}
			moves[move] = true
		}
		c.moveForm(m, t, here)
		m.Transitions = append(m.Transitions, &Transition{Def: t,
			Guards: c.guards(m.Entity, t.Guards, here+"/guards"), Set: c.assignments(m, t.Set, here+"/set")})
	}
}

// assignments compiles the values that a move sets.
func (c *compiler) assignments(m *StageMachine, set map[string]json.RawMessage, here string) []Assignment {
	var out []Assignment
	for _, key := range slices.Sorted(maps.Keys(set)) {
		here := here + problem.Pointer(key)
		f := c.ownField(m.Entity, key, here)
		switch {
		case f == nil:
			continue
		case f.Computed:
			c.fail(here, "field_computed", "field", key)
			continue
		case f.IsChildRows():
			c.fail(here, "annotation_unused", "type", string(f.Def.FieldType))
			continue
		case f == m.Field || m.Entity.MachineOf(key) != nil:
			c.fail(here, "stage_field", "field", key)
			continue
		}
		a := Assignment{Field: f}
		if string(set[key]) != "null" {
			a.Preset = c.preset(f, set[key], here)
		}
		out = append(out, a)
	}
	return out
}

// reasonTypes are the types of a field for the reason of a move.
var reasonTypes = []schemas.FieldType{schemas.TypeText, schemas.TypeLongText, schemas.TypeChoice}

// moveForm checks the fields that a move asks for.
func (c *compiler) moveForm(m *StageMachine, t *schemas.StageTransition, here string) {
	for _, f := range c.ownFields(m.Entity, t.Form, here+"/form") {
		switch {
		case f.Computed:
			c.fail(here+"/form", "field_computed", "field", f.Key)
		case f.Retired:
			c.fail(here+"/form", "field_retired", "field", f.Key)
		}
	}
	if t.Reason == nil || t.Reason.Field == "" {
		return
	}
	f := c.ownField(m.Entity, t.Reason.Field, here+"/reason/field")
	switch {
	case f == nil:
	case f.Retired:
		c.fail(here+"/reason/field", "field_retired", "field", f.Key)
	case f == m.Field || !slices.Contains(reasonTypes, f.Def.FieldType):
		c.fail(here+"/reason/field", "wrong_field_type", "field", f.Key, "want", string(schemas.TypeText))
	}
}

// reachableStages finds the shortest forward path to each stage and reports the stages
// that no move leads to.
func (c *compiler) reachableStages(m *StageMachine) {
	forward := m.paths(func(t *Transition) bool { return t.Def.Direction != "back" })
	anyway := m.paths(func(*Transition) bool { return true })
	for i, s := range m.Def.Stages {
		if stage := m.Stages[s.Key]; stage.Def == &m.Def.Stages[i] {
			stage.ForwardPath = forward[s.Key]
			if _, ok := anyway[s.Key]; !ok && !stage.Retired {
				c.fail(at(m.Def, "stages", i), "unreachable_stage", "stage", s.Key)
			}
		}
	}
}

// paths searches breadth first from the initial stage along the transitions
// that use accepts and gives the shortest path to each stage it reaches.
func (m *StageMachine) paths(use func(*Transition) bool) map[string][]*Transition {
	paths := map[string][]*Transition{m.Def.Initial: {}}
	for queue := []string{m.Def.Initial}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		for _, t := range m.Transitions {
			to := t.Def.To
			if _, found := paths[to]; found || !use(t) || m.Transition(from, to) != t {
				continue
			}
			paths[to] = append(slices.Clone(paths[from]), t)
			queue = append(queue, to)
		}
	}
	return paths
}
