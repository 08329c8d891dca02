// Package stage is the stage machine: a pure function from a record before
// and after a change to the move it makes, or to every reason why it is
// refused.
package stage

import (
	"reflect"
	"slices"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Input is one change of a record, as one of its stage machines sees it.
type Input struct {
	Machine *model.StageMachine
	// Before and After are the record in stored form; Before is nil on create.
	Before, After map[string]any
	Comment       string
	// Env gives the values that a move sets: the user, the time and its zone.
	Env query.Env
	// Given are the fields that the change writes, even with the value they had.
	Given map[string]bool
	// Roles of the user, for role guards; Admin has no privilege here.
	Roles []string
	// MayTransition tells whether the user has the right to a transition.
	MayTransition func(key string) bool
	// MediaTypes gives the media types of files, for attachment guards.
	MediaTypes func(fileIDs []string) []string
	// Match tells whether the record, before or after, matches a filter guard.
	Match func(g model.Guard, record map[string]any) bool
	// HasRows tells whether a child-rows field will hold a row, HadRows whether
	// it did; nil means that none does, or did.
	HasRows, HadRows func(field string) bool
	// RowsChanged tells whether the change writes rows of a child-rows field; nil means none.
	RowsChanged func(field string) bool
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
// After[Reason.Field], the values that the move sets, and the initial stage
// into a record created without one.
//
// A change without a move is a problem with code guard when it changes a field
// that the stage locks or breaks a guard for the stay. A guard that was unmet
// before does not refuse it: the guard may be newer than the record.
//
// A record that is created in a later stage (or that got its machine later)
// must satisfy every step on the shortest forward path to it.
func Evaluate(in Input) (*Move, *problem.Error) {
	key := in.Machine.Field.Key
	from, _ := in.Before[key].(string)
	to, _ := in.After[key].(string)
	if to == "" && in.Before == nil {
		to = in.Machine.Def.Initial
		in.After[key] = to
	}
	if from == to {
		return nil, in.stay(in.Machine.Stages[to])
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
	check.locks(in.Machine.Stages[from], t)
	check.step(t, stage)
	return check.result()
}

// enterInitial takes a record into its first stage, along the whole path to it.
func (in Input) enterInitial(stage *model.Stage, to string) (*Move, *problem.Error) {
	check := check{in: in, move: &Move{To: to}}
	initial := in.Machine.Def.Initial
	if to != initial && len(stage.ForwardPath) == 0 {
		return nil, noMove(in.Machine, initial, to)
	}
	for _, t := range stage.ForwardPath {
		in.assign(t)
	}
	check.entry(in.Machine.Stages[initial])
	for _, t := range stage.ForwardPath {
		check.step(t, in.Machine.Stages[t.Def.To])
	}
	return check.result()
}

// stay checks a change that keeps the stage; nil for a record without one.
func (in Input) stay(stage *model.Stage) *problem.Error {
	if stage == nil || in.Before == nil {
		return nil
	}
	check := check{in: in}
	check.locks(stage, nil)
	check.keepStayGuards(stage.Stay)
	if len(check.unmet) > 0 {
		return problem.Of(problem.Guard, check.unmet...)
	}
	return nil
}

// assign gives After the values that a move sets. A value given for a field of
// the move's form takes precedence.
func (in Input) assign(t *model.Transition) {
	for _, a := range t.Set {
		switch {
		case in.Given[a.Field.Key] && slices.Contains(t.Def.Form, a.Field.Key):
		case a.Preset == nil:
			delete(in.After, a.Field.Key)
		default:
			if v := a.Preset.Value(in.Env); v != nil {
				in.After[a.Field.Key] = v
			}
		}
	}
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
	c.in.assign(t)
	c.guards(t.Guards)
	c.entry(into)
	c.reason(t.Def.Reason)
}

// entry checks the guards of a stage that the record enters.
func (c *check) entry(stage *model.Stage) {
	c.guards(stage.Enter)
	c.guards(stage.Stay)
}

// locks notes the changed fields that the stage locks; t is the transition out
// of it, nil when the record stays.
func (c *check) locks(stage *model.Stage, t *model.Transition) {
	if stage == nil {
		return
	}
	for _, f := range c.in.Machine.Entity.Fields {
		if f == c.in.Machine.Field || !stage.Locks(f) || t != nil && t.Allows(f.Key) || !c.changed(f) {
			continue
		}
		c.unmetGuard(problem.At(problem.Pointer(f.Key), "locked", "title", f.Def.Title, "stage", stage.Def.Title))
	}
}

func (c *check) changed(f *model.Field) bool {
	if f.IsChildRows() {
		return c.in.RowsChanged != nil && c.in.RowsChanged(f.Key)
	}
	return !reflect.DeepEqual(c.in.Before[f.Key], c.in.After[f.Key])
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

// unmetGuard notes each problem once: several steps may find the same.
func (c *check) unmetGuard(p problem.Field) {
	id := identity(p)
	if c.seen[id] {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[id] = true
	c.unmet = append(c.unmet, p)
}

func identity(p problem.Field) string { return p.Path + "\x00" + p.Code + "\x00" + p.Message("en") }

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
