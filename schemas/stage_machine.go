package schemas

import "encoding/json"

// StageMachine says which stages a record of Entity passes, in the choice
// field Field, and what each move needs. The field's choices must be the
// stages' keys. A record is created in Initial unless it names a stage; then
// the guards of every step on the shortest forward way to it must hold.
type StageMachine struct {
	Kind        Kind              `json:"kind"`
	Key         string            `json:"key"`
	Title       Title             `json:"title"`
	Entity      string            `json:"entity"`
	Field       string            `json:"field"`
	Initial     string            `json:"initial"`
	Stages      []Stage           `json:"stages"`
	Transitions []StageTransition `json:"transitions"`
}

// Stage is one stage. Enter guards hold for every way into it.
type Stage struct {
	Key         string  `json:"key"`
	Title       Title   `json:"title"`
	Type        string  `json:"type"` // open, won, lost
	Probability float64 `json:"probability,omitempty"`
	Enter       []Guard `json:"enter,omitempty"`
}

// StageTransition is an allowed move. Direction is forward, back or close.
type StageTransition struct {
	Key       string   `json:"key"`
	Title     Title    `json:"title"`
	From      []string `json:"from"`
	To        string   `json:"to"`
	Direction string   `json:"direction"`
	Guards    []Guard  `json:"guards,omitempty"`
	// Form lists fields that may be filled in during the move.
	Form   []string `json:"form,omitempty"`
	Reason *Reason  `json:"reason,omitempty"`
}

// Reason is asked for by a move: the comment of the transition, or the text
// field Field written in the same change; a comment is written into Field too.
type Reason struct {
	Required bool   `json:"required"`
	Field    string `json:"field,omitempty"`
}

// Guard is one condition of a move. Type is
//
//	required:   all of Fields are set
//	attachment: Field holds a file (of one of MediaTypes, if given)
//	filter:     the record, as it will be, matches Where
//	role:       the person has one of Roles
type Guard struct {
	Type       string          `json:"type"`
	Fields     []string        `json:"fields,omitempty"`
	Field      string          `json:"field,omitempty"`
	MediaTypes []string        `json:"media_types,omitempty"`
	Where      json.RawMessage `json:"where,omitempty"`
	Roles      []string        `json:"roles,omitempty"`
	// Message is shown when a filter or role guard is not met.
	Message *Title `json:"message,omitempty"`
}
