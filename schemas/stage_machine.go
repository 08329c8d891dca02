package schemas

import "encoding/json"

// StageMachine says which stages a record of Entity passes, in the choice
// field Field, and what each move needs. The field's choices must be the
// stages' keys; an entity may have a machine for each of several fields. A
// record is created in Initial unless it names a stage; then the guards of
// every step on the shortest forward path to it must hold.
type StageMachine struct {
	Kind        Kind              `json:"kind"`
	Key         string            `json:"key"`
	Title       Title             `json:"title"`
	Entity      string            `json:"entity"`
	Field       string            `json:"field"`
	Initial     string            `json:"initial"`
	Stages      []Stage           `json:"stages"`
	Transitions []StageTransition `json:"transitions"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// Stage is one stage. Enter guards are checked on every way into it; Stay
// guards then too, and no later change of the record may break them while it
// stays. Role guards cannot be Stay guards.
type Stage struct {
	Key         string   `json:"key"`
	Title       Title    `json:"title"`
	Type        string   `json:"type"` // open, won, lost
	Probability *float64 `json:"probability,omitempty"`
	Enter       []Guard  `json:"enter,omitempty"`
	Stay        []Guard  `json:"stay,omitempty"`
	// Lock lists fields that cannot be changed in this stage, but by a transition out of it that names them.
	Lock FieldSet `json:"lock,omitzero"`
	// Retired stages keep their records, which may leave; none enters.
	Retired bool `json:"retired,omitempty"`
}

// StageTransition is an allowed move. Direction is forward, back or close.
type StageTransition struct {
	Key       string   `json:"key"`
	Title     Title    `json:"title"`
	From      []string `json:"from"` // stage keys, or "*" for every other stage
	To        string   `json:"to"`
	Direction string   `json:"direction"`
	Guards    []Guard  `json:"guards,omitempty"`
	// Form lists fields that may be filled in during the move.
	Form   []string `json:"form,omitempty"`
	Reason *Reason  `json:"reason,omitempty"`
	// Set gives fields values when the move is made: in the form of a field's
	// default, or null to clear. A value given for a field of Form takes precedence.
	Set map[string]json.RawMessage `json:"set,omitempty"`
}

// AnyStage in StageTransition.From means every stage but To. A transition that
// names the stage takes precedence.
const AnyStage = "*"

// Reason is required by a move: the comment of the transition, or the field
// Field written in the same change. A comment is written into Field too, unless
// Field is a choice: then one of its choices must be picked.
type Reason struct {
	Required bool   `json:"required"`
	Field    string `json:"field,omitempty"`
}

// Guard is one condition of a move or stage. Type is
//
//	required:   all of Fields are set
//	attachment: Field holds AtLeast files (of one of MediaTypes, if given)
//	filter:     the record, as it will be, matches Where
//	role:       the user has one of Roles
type Guard struct {
	Type       string   `json:"type"`
	Fields     []string `json:"fields,omitempty"`
	Field      string   `json:"field,omitempty"`
	MediaTypes []string `json:"media_types,omitempty"`
	// AtLeast is the number of files, 1 when left out.
	AtLeast int             `json:"at_least,omitempty"`
	Where   json.RawMessage `json:"where,omitempty"`
	Roles   []string        `json:"roles,omitempty"`
	// Message is shown when a filter or role guard is not met.
	Message *Title `json:"message,omitempty"`
}
