package model

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"weft/runtime/problem"
	"weft/schemas"
)

// maxSteps bounds the steps of one trigger, nested ones included.
const maxSteps = 200

// stepPlace is where a list of steps stands.
type stepPlace struct {
	parent *Step
	list   string
	at     string
}

// CaseList names the list of steps of a case; see Trigger.StepList.
func CaseList(i int) string { return strconv.Itoa(i) }

// steps compiles a list of steps. Each sees the results of those before it.
func (c *compiler) steps(sc *stepScope, defs []schemas.Step, place stepPlace) []*Step {
	var out []*Step
	seen := *sc
	seen.steps = maps.Clone(sc.steps)
	for i := range defs {
		s := c.step(&seen, &defs[i], place, i)
		if s != nil {
			out = append(out, s)
		}
		seen.steps[defs[i].Key] = true
	}
	return out
}

func (c *compiler) step(sc *stepScope, def *schemas.Step, place stepPlace, i int) *Step {
	here := place.at + problem.Pointer(i)
	s := &Step{Def: def, Key: def.Key, Trigger: sc.trigger, Parent: place.parent, List: place.list, Index: i, Record: sc.entity}
	switch {
	case sc.trigger.ByKey[def.Key] != nil:
		c.fail(here+"/key", "defined_twice", "key", def.Key)
	case len(sc.trigger.ByKey) == maxSteps:
		c.fail(here, "too_many", "max", maxSteps)
		return nil
	}
	sc.trigger.ByKey[def.Key] = s
	c.stepMembers(def, here)
	if needsRecord(def) && sc.entity == nil {
		c.fail(here+"/type", "no_record")
		return s
	}
	if sc.outer == nil && (needsRecord(def) || def.Type == schemas.StepBranch) {
		sc.trigger.UsesRecord = true
	}
	stepCompilers[def.Type](c, sc, s, here)
	return s
}

// needsRecord tells whether a step is about the record of the run.
func needsRecord(def *schemas.Step) bool {
	switch def.Type {
	case schemas.StepSet, schemas.StepMove, schemas.StepAssign, schemas.StepWaitFor:
		return true
	case schemas.StepDelete:
		return def.Entity == "" && def.IDs == nil && def.Where == nil
	case schemas.StepUpdate:
		return def.Entity == ""
	}
	return false
}

var stepCompilers map[schemas.StepType]func(c *compiler, sc *stepScope, s *Step, here string)

func init() { // steps hold steps

	stepCompilers = map[schemas.StepType]func(c *compiler, sc *stepScope, s *Step, here string){
		schemas.StepSet: (*compiler).setStep, schemas.StepCreate: (*compiler).createStep, schemas.StepUpdate: (*compiler).updateStep,
		schemas.StepDelete: (*compiler).deleteStep, schemas.StepMove: (*compiler).moveStep, schemas.StepAssign: (*compiler).assignStep,
		schemas.StepTask: (*compiler).taskStep, schemas.StepNotify: (*compiler).notifyStep, schemas.StepCall: (*compiler).callStep,
		schemas.StepScript: (*compiler).scriptStep, schemas.StepWait: (*compiler).waitStep, schemas.StepWaitFor: (*compiler).waitForStep,
		schemas.StepBranch: (*compiler).branchStep, schemas.StepEach: (*compiler).eachStep, schemas.StepApprove: (*compiler).approveStep,
		schemas.StepStop: func(*compiler, *stepScope, *Step, string) {},
	}
}

// stepMembers refuses members that the type of the step does not have.
func (c *compiler) stepMembers(d *schemas.Step, here string) {
	const (
		set, create, update, del = schemas.StepSet, schemas.StepCreate, schemas.StepUpdate, schemas.StepDelete
		task, notify, call       = schemas.StepTask, schemas.StepNotify, schemas.StepCall
		waitFor, branch, each    = schemas.StepWaitFor, schemas.StepBranch, schemas.StepEach
	)
	c.onlyFor(string(d.Type), here, []memberOf{
		{"values", d.Values != nil, names(set, create, update, schemas.StepMove)}, {"entity", d.Entity != "", names(create, update, del, each)},
		{"where", d.Where != nil, names(update, del, each, waitFor, task)}, {"ids", d.IDs != nil, names(update, del)},
		{"to", d.To != nil, names(schemas.StepMove, task, notify)}, {"reason", d.Reason != nil, names(schemas.StepMove)},
		{"rule", d.Rule != "", names(schemas.StepAssign)}, {"title", d.Title != nil, names(task)}, {"due", d.Due != nil, names(task)},
		{"must", d.Must, names(task)}, {"text", d.Text != nil, names(notify)}, {"channels", d.Channels != nil, names(notify)},
		{"url", d.URL != nil, names(call)}, {"method", d.Method != "", names(call)}, {"headers", d.Headers != nil, names(call)},
		{"body", d.Body != nil, names(call)}, {"script", d.Script != "", names(schemas.StepScript)},
		{"for", d.For != "", names(schemas.StepWait)}, {"until", d.Until != nil, names(schemas.StepWait)},
		{"event", d.Event != nil, names(waitFor)}, {"timeout", d.Timeout != "", names(waitFor)},
		{"cases", d.Cases != nil, names(branch)}, {"else", d.Else != nil, names(branch)}, {"steps", d.Steps != nil, names(each)},
		{"approval", d.Approval != "", names(schemas.StepApprove)},
	})
}

// stepValues compiles the values that are given to records of e.
func (c *compiler) stepValues(sc *stepScope, e *Entity, s *Step, here string) {
	for _, key := range slices.Sorted(maps.Keys(s.Def.Values)) {
		path := here + problem.Pointer("values", key)
		f := c.ownField(e, key, path)
		switch {
		case f == nil:
			continue
		case f.Computed:
			c.fail(path, "field_computed", "field", key)
			continue
		case f.Retired:
			c.fail(path, "field_retired", "field", key)
			continue
		}
		if v := c.stepValue(sc, f, s.Def.Values[key], path); v != nil {
			s.Values = append(s.Values, StepValue{f, v})
		}
	}
}

func (c *compiler) setStep(sc *stepScope, s *Step, here string) {
	s.Entity = sc.entity
	if len(s.Def.Values) == 0 {
		c.fail(here+"/values", "required")
	}
	c.stepValues(sc, sc.entity, s, here)
}

func (c *compiler) createStep(sc *stepScope, s *Step, here string) {
	if s.Entity = c.writtenEntity(s.Def.Entity, here+"/entity"); s.Entity != nil {
		c.stepValues(sc, s.Entity, s, here)
	}
}

// writtenEntity is an entity that a step writes.
func (c *compiler) writtenEntity(key, here string) *Entity {
	e := c.entityOf(key, here)
	if e != nil && e.OnlyRead() {
		c.fail(here, "only_read", "entity", e.Key)
		return nil
	}
	return e
}

func (c *compiler) updateStep(sc *stepScope, s *Step, here string) {
	if c.foundRecords(sc, s, here); s.Entity != nil {
		c.stepValues(sc, s.Entity, s, here)
	}
}

func (c *compiler) deleteStep(sc *stepScope, s *Step, here string) {
	c.foundRecords(sc, s, here)
}

// foundRecords compiles which records an update or a delete is about: those that
// ids name, those that match where, or (of the same entity, without both) the
// record of the run.
func (c *compiler) foundRecords(sc *stepScope, s *Step, here string) {
	if s.Entity = sc.entity; s.Def.Entity != "" {
		s.Entity = c.writtenEntity(s.Def.Entity, here+"/entity")
	}
	if s.Entity == nil {
		if s.Def.Entity == "" {
			c.fail(here+"/entity", "required")
		}
		return
	}
	both := s.Def.IDs != nil && s.Def.Where != nil
	neither := s.Def.IDs == nil && s.Def.Where == nil && (s.Entity != sc.entity || s.Def.Entity != "")
	if both || neither {
		c.fail(here, "where_or_ids")
	}
	s.Where = c.triggerCondition(conditionRules{sc: sc, entity: s.Entity, values: true}, s.Def.Where, here+"/where")
	for i, raw := range s.Def.IDs {
		s.IDs = append(s.IDs, c.stepValue(sc, nil, raw, here+problem.Pointer("ids", i)))
	}
}

func (c *compiler) moveStep(sc *stepScope, s *Step, here string) {
	s.Entity = sc.entity
	if sc.entity.Machine == nil {
		c.fail(here+"/type", "no_machine", "entity", sc.entity.Key)
		return
	}
	c.stepValues(sc, sc.entity, s, here)
	s.To = append(s.To, c.stepValue(sc, nil, s.Def.To, here+"/to"))
	if s.Def.Reason != nil {
		s.Reason = c.textOrValue(sc, s.Def.Reason, here+"/reason")
	}
	var stage string
	if json.Unmarshal(s.Def.To, &stage) == nil && len(sc.entity.MachinesWith(stage)) == 0 {
		c.fail(here+"/to", "unknown_stage", "stage", stage)
	}
}

// textOrValue is a value, or a text with {field} in it.
func (c *compiler) textOrValue(sc *stepScope, raw json.RawMessage, here string) *Value {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return &Value{text: c.stepText(sc, s, here)}
	}
	return c.stepValue(sc, nil, raw, here)
}

func (c *compiler) assignStep(sc *stepScope, s *Step, here string) {
	s.Entity = sc.entity
	if r := c.m.AssignmentRules[s.Def.Rule]; r == nil || r.Entity != sc.entity {
		c.fail(here+"/rule", "unknown_rule", "rule", s.Def.Rule)
	}
}
