package model

import (
	"encoding/json"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

func (c *compiler) callStep(sc *stepScope, s *Step, here string) {
	s.URL = c.textOrValue(sc, s.Def.URL, here+"/url")
	if s.Def.Body != nil {
		s.Body = c.stepValue(sc, nil, s.Def.Body, here+"/body")
	}
	s.Headers = map[string]*Value{}
	for name, raw := range s.Def.Headers {
		s.Headers[name] = c.textOrValue(sc, raw, here+problem.Pointer("headers", name))
	}
}

func (c *compiler) scriptStep(sc *stepScope, s *Step, here string) {
	if _, ok := c.set.Get(schemas.KindScript, s.Def.Script); !ok {
		c.fail(here+"/script", "unknown_script", "script", s.Def.Script)
	}
	sc.trigger.WholeOld = true
}

func (c *compiler) waitStep(sc *stepScope, s *Step, here string) {
	if (s.Def.For == "") == (s.Def.Until == nil) {
		c.fail(here, "for_or_until")
	}
	if s.Def.Until != nil {
		s.Until = c.stepValue(sc, nil, s.Def.Until, here+"/until")
	}
}

func (c *compiler) waitForStep(sc *stepScope, s *Step, here string) {
	s.Entity = sc.entity
	def := &schemas.TriggerEvent{}
	var name schemas.EventName
	if json.Unmarshal(s.Def.Event, &name) == nil {
		def.Event = name
	} else if json.Unmarshal(s.Def.Event, def) != nil {
		c.fail(here+"/event", "wrong_type", "want", jsonTypeTitle("string"))
		return
	}
	waited := []schemas.EventName{schemas.EventCreated, schemas.EventChanged, schemas.EventDeleted, schemas.EventRestored, schemas.EventStageEntered, schemas.EventStageLeft}
	if !slices.Contains(waited, def.Event) || def.Event == schemas.EventCreated {
		c.fail(here+"/event", "not_allowed_value", "allowed", names(waited[1:]...))
		return
	}
	of := *sc.trigger
	of.Entity = sc.entity
	ev := c.event(&stepScope{trigger: &of, entity: sc.entity}, def, here+"/event")
	s.Event = &ev
	s.Where = c.triggerCondition(conditionRules{sc: sc, entity: sc.entity}, s.Def.Where, here+"/where")
}

func (c *compiler) branchStep(sc *stepScope, s *Step, here string) {
	for i := range s.Def.Cases {
		def, at := &s.Def.Cases[i], here+problem.Pointer("cases", i)
		if sc.entity == nil {
			c.fail(at+"/where", "no_record")
			continue
		}
		where := c.triggerCondition(conditionRules{sc: sc, entity: sc.entity, old: sc.entity == sc.trigger.Entity && sc.outer == nil, related: true, values: true}, def.Where, at+"/where")
		s.Cases = append(s.Cases, StepCase{where, c.steps(sc, def.Steps, stepPlace{s, CaseList(i), at + "/steps"})})
	}
	s.Else = c.steps(sc, s.Def.Else, stepPlace{s, "else", here + "/else"})
}

func (c *compiler) eachStep(sc *stepScope, s *Step, here string) {
	if s.Entity = c.entityOf(s.Def.Entity, here+"/entity"); s.Entity == nil {
		return
	}
	for parent := s.Parent; parent != nil; parent = parent.Parent {
		if parent.Def.Type == schemas.StepEach {
			c.fail(here+"/type", "each_in_each")
			return
		}
	}
	s.Where = c.triggerCondition(conditionRules{sc: sc, entity: s.Entity, values: true}, s.Def.Where, here+"/where")
	inner := *sc
	inner.entity, inner.outer = s.Entity, sc.entity
	s.Steps = c.steps(&inner, s.Def.Steps, stepPlace{s, "steps", here + "/steps"})
}

// approveStep refuses what weft cannot run: a run that waits for an approval
// would wait for ever.
func (c *compiler) approveStep(_ *stepScope, _ *Step, here string) {
	c.fail(here+"/type", "no_approvals")
}
