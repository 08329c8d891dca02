package schemas

import "encoding/json"

// Trigger is event → condition → steps: what happens by itself. Its runs act
// with the rights of the person who caused them, or of a role.
type Trigger struct {
	Kind  Kind   `json:"kind"`
	Key   string `json:"key"`
	Title Title  `json:"title"`
	// Entity is the entity whose records it is about; a schedule and a webhook
	// need none.
	Entity string       `json:"entity,omitempty"`
	On     TriggerEvent `json:"on"`
	// Where is a filter of the record as it is after the event; paths that begin
	// with "old." read it as it was before. {"script":key}, alone or in an outermost
	// all, asks a script when the run begins.
	Where json.RawMessage `json:"where,omitempty"`
	Steps []Step          `json:"steps"`
	// As is AsPerson, also for "", or the key of a role.
	As string `json:"as,omitempty"`
	// Order of the triggers of one event: the smallest starts first.
	Order int `json:"order,omitempty"`
	// Enabled false keeps the trigger from starting; left out it is true.
	Enabled *bool `json:"enabled,omitempty"`
	// OnError says what a failed step means: retry (also for ""), continue, stop.
	OnError string `json:"on_error,omitempty"`
	// MaxDepth bounds a chain of triggers that cause each other through this one; 0 leaves
	// it to the limit of weft, and then a cycle is refused.
	MaxDepth int `json:"max_depth,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// AsPerson as Trigger.As lets a run act as the person who caused it.
const AsPerson = "person"

// IsEnabled tells whether the trigger may start.
func (t *Trigger) IsEnabled() bool { return t.Enabled == nil || *t.Enabled }

// EventName names an event of a trigger.
type EventName string

// The events.
const (
	EventCreated       EventName = "created"
	EventChanged       EventName = "changed"
	EventDeleted       EventName = "deleted"
	EventRestored      EventName = "restored"
	EventStageEntered  EventName = "stage_entered"
	EventStageLeft     EventName = "stage_left"
	EventDateReached   EventName = "date_reached"
	EventSilence       EventName = "silence"
	EventSchedule      EventName = "schedule"
	EventWebhook       EventName = "webhook"
	EventFormSubmitted EventName = "form_submitted"
	EventButton        EventName = "button"
	EventImported      EventName = "imported"
)

// TriggerEvent is what starts a trigger.
//
//	created, deleted, restored: a record is
//	changed:        one of Fields (any, without) of a record, From and To a value where given
//	stage_entered, stage_left:  Stage (any, without), of the stage machine of Field (any, without)
//	date_reached:   the date in Field plus Offset; moves with the field
//	silence:        For after Since (created_at, without), unless Unless holds then
//	schedule:       Cron, in the organisation's time zone; CatchUp says what becomes of missed times
//	webhook:        a call of /hooks/Token
//	form_submitted: a record is created through the public form Form
//	button:         a person presses it; Form is a list of fields to fill in, or a form
//	imported:       an import that is not historical creates or changes a record
type TriggerEvent struct {
	Event  EventName       `json:"event"`
	Fields []string        `json:"fields,omitempty"`
	From   json.RawMessage `json:"from,omitempty"`
	To     json.RawMessage `json:"to,omitempty"`
	Stage  string          `json:"stage,omitempty"`
	Field  string          `json:"field,omitempty"`
	Offset string          `json:"offset,omitempty"` // "-3d", "2h", "+2wd"
	For    string          `json:"for,omitempty"`
	Since  string          `json:"since,omitempty"`
	// Unless is a filter, or {"entity","field","where"} for related records, or
	// all and any of such.
	Unless  json.RawMessage `json:"unless,omitempty"`
	Cron    string          `json:"cron,omitempty"`
	CatchUp string          `json:"catch_up,omitempty"` // once (also for ""), skip, all
	Token   string          `json:"token,omitempty"`
	Form    json.RawMessage `json:"form,omitempty"`
	Title   *Title          `json:"title,omitempty"` // of the button
	// Roles may press the button; without, whoever may change the record.
	Roles []string `json:"roles,omitempty"`
	// Imports lets records of imports start the trigger, historical imports aside.
	Imports bool `json:"imports,omitempty"`
}
