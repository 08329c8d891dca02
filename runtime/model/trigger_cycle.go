package model

import (
	"maps"
	"slices"
	"strings"

	"weft/schemas"
)

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
