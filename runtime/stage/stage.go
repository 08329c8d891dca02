// Package stage is the stage machine: a pure function from a record before
// and after a change to the move it makes, or to everything that stands
// against it.
package stage

import (
	"time"

	"weft/runtime/model"
	"weft/runtime/problem"
)

// Input is one change of a record that has a stage machine.
type Input struct {
	Machine *model.StageMachine
	// Before and After are the record in stored form; Before is nil on create.
	Before, After map[string]any
	Comment       string
	Now           time.Time
	// Roles of the person, for role guards; Admin has no privilege here.
	Roles []string
	// MayTransition tells whether the person has the right to a transition.
	MayTransition func(key string) bool
	// MediaTypes gives the media types of the files of a field, for attachment guards.
	MediaTypes func(fileIDs []string) []string
	// Match tells whether the record as it will be matches a filter guard.
	Match func(g model.Guard, after map[string]any) bool
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
// After[Reason.Field].
func Evaluate(in Input) (*Move, *problem.Error) { return nil, nil }
