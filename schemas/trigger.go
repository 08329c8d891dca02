package schemas

import "encoding/json"

// Trigger is event → condition → actions. It is checked here and run later.
type Trigger struct {
	Kind    Kind            `json:"kind"`
	Key     string          `json:"key"`
	Title   Title           `json:"title"`
	Entity  string          `json:"entity"`
	Event   string          `json:"event"` // created, updated, deleted, stage_entered
	Fields  []string        `json:"fields,omitempty"`
	Where   json.RawMessage `json:"where,omitempty"`
	Actions []Action        `json:"actions"`
}

// Action is one step of a trigger.
type Action struct {
	Type   string                     `json:"type"` // set, create, notify
	Entity string                     `json:"entity,omitempty"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
	To     []string                   `json:"to,omitempty"`
	Text   *Title                     `json:"text,omitempty"`
}

// Script is a JavaScript hook. It is checked for syntax here and run later.
type Script struct {
	Kind   Kind     `json:"kind"`
	Key    string   `json:"key"`
	Title  Title    `json:"title"`
	Entity string   `json:"entity,omitempty"`
	Events []string `json:"events"` // before_create, before_update, before_delete, after_…
	Source string   `json:"source"`
}
