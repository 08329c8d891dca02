// Package stage is the stage machine: a pure function from a record before
// and after a change to the move it makes, or to every reason why it is
// refused.
package stage

import (
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// Input is one change of a record that has a stage machine.
type Input struct {
	Machine *model.StageMachine
	// Before and After are the record in stored form; Before is nil on create.
	Before, After map[string]any
	Comment       string
	Now           time.Time
	// Given are the fields that the change writes, even with the value they had.
	Given map[string]bool
	// Roles of the person, for role guards; Admin has no privilege here.
	Roles []string
	// MayTransition tells whether the person has the right to a transition.
	MayTransition func(key string) bool
	// MediaTypes gives the media types of the files of a field, for attachment guards.
	MediaTypes func(fileIDs []string) []string
	// Match tells whether the record as it will be matches a filter guard.
	Match func(g model.Guard, after map[string]any) bool
	// HasRows tells whether a child-rows field will hold a row; nil means none does.
	HasRows func(field string) bool
}

// Move is the outcome: From is "" on create.
type Move struct {
	From, To   string
	Transition *model.Transition // nil on create
	Reason     string
}

// Evaluate finds the move that the change makes: nil when the stage stays. A
// refused move is a problem with code transition (no such move), forbidden
// (no right) or guard, with every unmet guard. It may write the reason into
// After[Reason.Field], and the initial stage into a record created without one.
//
// A record that is created in a later stage (or that got its machine later)
// must satisfy every step on the shortest forward way to it.
func Evaluate(in Input) (*Move, *problem.Error) {
	key := in.Machine.Field.Key
	from, _ := in.Before[key].(string)
	to, _ := in.After[key].(string)
	if to == "" && in.Before == nil {
		to = in.Machine.Def.Initial
		in.After[key] = to
	}
	if from == to {
		return nil, nil
	}
	stage := in.Machine.Stages[to]
	if stage == nil {
		return nil, noMove(in.Machine, from, to)
	}
	if from == "" {
		return in.enterInitial(stage, to)
	}
	t := in.Machine.Transition(from, to)
	if t == nil {
		return nil, noMove(in.Machine, from, to)
	}
	check := check{in: in, move: &Move{From: from, To: to, Transition: t}}
	check.step(t, stage)
	return check.result()
}

// enterInitial takes a record into its first stage, along the whole way to it.
func (in Input) enterInitial(stage *model.Stage, to string) (*Move, *problem.Error) {
	check := check{in: in, move: &Move{To: to}}
	initial := in.Machine.Def.Initial
	if to != initial && len(stage.ForwardPath) == 0 {
		return nil, noMove(in.Machine, initial, to)
	}
	check.guards(in.Machine.Stages[initial].Enter)
	for _, t := range stage.ForwardPath {
		check.step(t, in.Machine.Stages[t.Def.To])
	}
	return check.result()
}

// check collects the reasons against a move.
type check struct {
	in        Input
	move      *Move
	forbidden *problem.Error
	unmet     []problem.Field
	seen      map[string]bool
}

func (c *check) step(t *model.Transition, into *model.Stage) {
	if c.forbidden == nil && !c.in.MayTransition(t.Def.Key) {
		c.forbidden = problem.New(problem.Forbidden, "no_right_transition", map[string]any{"transition": t.Def.Title})
	}
	c.guards(t.Guards)
	c.guards(into.Enter)
	c.reason(t.Def.Reason)
}

// result reports a missing right before unmet guards: a caller without the
// right learns nothing about the guards.
func (c *check) result() (*Move, *problem.Error) {
	if c.forbidden != nil {
		return nil, c.forbidden
	}
	if len(c.unmet) > 0 {
		return nil, problem.Of(problem.Guard, c.unmet...)
	}
	return c.move, nil
}

// unmetGuard keeps each unmet guard once: several steps may ask the same.
func (c *check) unmetGuard(p problem.Field) {
	k := p.Path + "\x00" + p.Code + "\x00" + p.Message("en")
	if c.seen[k] {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[k] = true
	c.unmet = append(c.unmet, p)
}

// noMove is the problem of a move that the machine does not have.
func noMove(m *model.StageMachine, from, to string) *problem.Error {
	params := map[string]any{"from": stageTitle(m, from), "to": stageTitle(m, to)}
	p := problem.New(problem.Transition, "no_such_move", params)
	p.Fields = []problem.Field{{Path: problem.Pointer(m.Field.Key), Code: "no_such_move", Params: params}}
	return p
}

func stageTitle(m *model.StageMachine, key string) schemas.Title {
	if s := m.Stages[key]; s != nil {
		return s.Def.Title
	}
	return schemas.Title{ZhCN: key, En: key}
}
