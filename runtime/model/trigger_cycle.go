package model

import (
	"maps"
	"slices"
	"strings"

	"weft/schemas"
)

// A trigger writes fields, and may thereby start others. effects are the writes
// of an actor with everything that weft computes from them.
type effects struct {
	m    *Model
	seen map[effect]bool
	list []effect
}

// effect is one thing that happens to records of an entity: create, delete,
// restore, or update of a field. Value is what is written, where it is known.
type effect struct {
	entity, op, field string
	value             string
	known             bool
}

func (w *effects) add(e effect) {
	if w.seen[e] {
		return
	}
	w.seen[e] = true
	w.list = append(w.list, e)
	entity := w.m.Entities[e.entity]
	if entity == nil {
		return
	}
	if e.op == "update" {
		w.derived(entity, e.field)
		return
	}
	for _, r := range entity.DependentRollUps {
		w.update(r.Entity, r.Key)
	}
	if e.op == "delete" {
		w.deletion(entity)
	}
}

func (w *effects) update(e *Entity, field string) {
	w.add(effect{entity: e.Key, op: "update", field: field})
}

// derived adds what is computed from a field: formulas of the record, of
// records that refer to it, roll-ups, and what hooks before the change write.
func (w *effects) derived(e *Entity, field string) {
	w.beforeHooks(e, field)
	for _, f := range e.Formulas {
		for _, src := range f.Sources() {
			if src.Entity == e && src.Field != nil && src.Field.Key == field && !src.Across {
				w.update(e, f.Key)
			}
		}
	}
	for _, d := range e.DependentFormulas {
		if d.Source != nil && d.Source.Key == field {
			w.update(d.Formula.Entity, d.Formula.Key)
		}
	}
	for _, r := range e.DependentRollUps {
		for _, src := range r.Sources() {
			if src.Field != nil && src.Field.Key == field || r.RollUp.Reference.Key == field {
				w.update(r.Entity, r.Key)
			}
		}
	}
}

// beforeHooks adds what the hooks before an update write that declare to read the field.
func (w *effects) beforeHooks(e *Entity, field string) {
	for _, s := range w.m.Hooks[e.Key].On("before_update") {
		if slices.ContainsFunc(s.Reads, func(f *Field) bool { return f.Entity == e && f.Key == field }) {
			w.script(s)
		}
	}
}

// script adds what a script declares to write.
func (w *effects) script(s *Script) {
	for _, f := range s.Writes {
		w.update(f.Entity, f.Key)
	}
}

// deletion adds what goes with a record: records that cascade, references that are cleared.
func (w *effects) deletion(e *Entity) {
	for _, f := range e.Referrers {
		switch f.Def.OnDelete {
		case schemas.Cascade:
			w.add(effect{entity: f.Entity.Key, op: "delete"})
		case schemas.Clear:
			w.update(f.Entity, f.Key)
		}
	}
}

// stepEffects adds what the steps of a trigger write.
func (w *effects) stepEffects(steps []*Step) {
	for _, s := range steps {
		w.stepEffect(s)
		for _, list := range s.lists() {
			w.stepEffects(list)
		}
	}
}

func (w *effects) stepEffect(s *Step) {
	if script := w.m.Scripts[s.Def.Script]; script != nil {
		w.script(script)
	}
	if s.Entity == nil {
		return
	}
	switch s.Def.Type {
	case schemas.StepSet, schemas.StepUpdate:
		w.values(s)
	case schemas.StepCreate, schemas.StepTask:
		w.add(effect{entity: s.Entity.Key, op: "create"})
	case schemas.StepDelete:
		w.add(effect{entity: s.Entity.Key, op: "delete"})
	case schemas.StepAssign:
		w.assignment(s)
	case schemas.StepMove:
		w.values(s)
		w.move(s)
	}
}

// assignment adds the owner, and what the rule sets with it.
func (w *effects) assignment(s *Step) {
	r := w.m.AssignmentRules[s.Def.Rule]
	if r == nil || r.Owner == nil {
		return
	}
	w.update(s.Entity, r.Owner.Key)
	for _, a := range r.Values {
		w.update(s.Entity, a.Field.Key)
	}
}

func (w *effects) values(s *Step) {
	for _, v := range s.Values {
		e := effect{entity: s.Entity.Key, op: "update", field: v.Field.Key}
		if v.Value.preset != nil && v.Value.preset.time == nil && !v.Value.preset.user {
			e.value, e.known = canonical(v.Value.preset.stored), true
		}
		w.add(e)
	}
}

// move adds the stage, and what the transitions to it set.
func (w *effects) move(s *Step) {
	to, known := "", len(s.To) == 1 && s.To[0] != nil && s.To[0].constant != nil
	if known {
		to, _ = s.To[0].constant.(string)
	}
	for _, m := range s.Entity.Machines {
		if known && m.Stages[to] == nil {
			continue
		}
		w.add(effect{entity: s.Entity.Key, op: "update", field: m.Field.Key, value: to, known: known})
		for _, t := range m.Transitions {
			if known && t.Def.To != to {
				continue
			}
			for _, a := range t.Set {
				w.update(s.Entity, a.Field.Key)
			}
			if t.Def.Reason != nil && t.Def.Reason.Field != "" && s.Reason != nil {
				w.update(s.Entity, t.Def.Reason.Field)
			}
		}
	}
}

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

// TriggerNode and TriggerEdge draw how triggers cause each other.
type (
	// TriggerNode is a trigger or script of the drawing.
	TriggerNode struct {
		ID    string        `json:"id"` // kind/key
		Title schemas.Title `json:"title"`
	}
	// TriggerEdge says that From starts To by what it does to records of Entity: Op
	// create, delete, or update of Field.
	TriggerEdge struct {
		From   string `json:"from"`
		To     string `json:"to"`
		Entity string `json:"entity"`
		Op     string `json:"op"`
		Field  string `json:"field,omitempty"`
	}
)

// cause is an actor of the drawing.
type cause struct {
	def   schemas.Definition
	title schemas.Title
	id    string
	// bounded actors may be part of a cycle.
	bounded  bool
	writes   []effect
	startsOn func(effect) bool
}

// triggerCycles refuses triggers that would cause each other without end. One
// with a max_depth bounds every cycle that it is part of.
func (c *compiler) triggerCycles() {
	causes := c.causes()
	edges := map[*cause][]causeEdge{}
	for _, from := range causes {
		for _, to := range causes {
			if i := slices.IndexFunc(from.writes, to.startsOn); i >= 0 && !from.bounded && !to.bounded {
				edges[from] = append(edges[from], causeEdge{to, from.writes[i]})
			}
		}
	}
	reported := map[*cause]bool{}
	for _, from := range causes {
		if cycle := shortestCycle(from, edges, reported); cycle != nil {
			for _, step := range cycle {
				reported[step.to] = true
			}
			c.reportCycle(from, cycle)
		}
	}
}

type causeEdge struct {
	to *cause
	by effect
}

func (c *compiler) causes() []*cause {
	var out []*cause
	for _, key := range slices.Sorted(maps.Keys(c.m.Triggers)) {
		t := c.m.Triggers[key]
		if !t.Def.IsEnabled() {
			continue
		}
		w := &effects{m: c.m, seen: map[effect]bool{}}
		w.stepEffects(t.Steps)
		out = append(out, &cause{
			def: t.Def, title: t.Def.Title, id: "trigger/" + key, bounded: t.Def.MaxDepth > 0, writes: w.list, startsOn: t.startedBy,
		})
	}
	for _, key := range slices.Sorted(maps.Keys(c.m.Scripts)) {
		out = append(out, c.hookCauses(c.m.Scripts[key])...)
	}
	return out
}

// hookCauses is a script that runs after changes, as an actor.
func (c *compiler) hookCauses(s *Script) []*cause {
	if s.Entity == nil || !slices.ContainsFunc(s.Def.Events, func(e string) bool { return strings.HasPrefix(e, "after_") }) {
		return nil
	}
	w := &effects{m: c.m, seen: map[effect]bool{}}
	w.script(s)
	return []*cause{{def: s.Def, title: s.Def.Title, id: "script/" + s.Def.Key, writes: w.list, startsOn: s.startedBy}}
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

// shortestCycle finds the shortest way from an actor back to itself that leaves
// out the actors of cycles that were reported.
func shortestCycle(from *cause, edges map[*cause][]causeEdge, reported map[*cause]bool) []causeEdge {
	if reported[from] {
		return nil
	}
	came := map[*cause][]causeEdge{}
	queue := [][]causeEdge{nil}
	for len(queue) > 0 {
		way := queue[0]
		queue = queue[1:]
		at := from
		if len(way) > 0 {
			at = way[len(way)-1].to
		}
		for _, e := range edges[at] {
			next := append(slices.Clip(way), e)
			if e.to == from {
				return next
			}
			if came[e.to] == nil && !reported[e.to] {
				came[e.to] = next
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func (c *compiler) reportCycle(first *cause, cycle []causeEdge) {
	nodes, edges := []TriggerNode{{first.id, first.title}}, []TriggerEdge{}
	way := []string{first.id}
	at := first
	for _, step := range cycle {
		edges = append(edges, TriggerEdge{From: at.id, To: step.to.id, Entity: step.by.entity, Op: step.by.op, Field: step.by.field})
		way = append(way, step.by.String(), step.to.id)
		if step.to != first {
			nodes = append(nodes, TriggerNode{step.to.id, step.to.title})
		}
		at = step.to
	}
	c.failNew(problemPath(first.def), "trigger_cycle", "way", strings.Join(way, " → "), "nodes", nodes, "edges", edges)
}

// problemPath is the member that says when a trigger or script starts.
func problemPath(d schemas.Definition) string {
	if d.DefinitionKind() == schemas.KindScript {
		return at(d, "events")
	}
	return at(d, "on")
}

func (e effect) String() string {
	if e.op == "update" {
		return e.entity + "." + e.field
	}
	return e.op + " " + e.entity
}

// canonical is a stored value as a text, to compare it.
func canonical(v any) string { return plainText(v) }
