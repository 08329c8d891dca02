package model

import (
	"crypto/sha256"
	"encoding/hex"

	"weft/runtime/query"
	"weft/schemas"
)

// Trigger is a compiled trigger.
type Trigger struct {
	Def    *schemas.Trigger
	Entity *Entity // nil for a schedule or webhook without one
	On     Event
	// Where is nil for every event.
	Where *Condition
	Steps []*Step
	// ByKey finds a step, nested ones included.
	ByKey map[string]*Step
	// Scripts are the keys of those that the filter asks when a run begins.
	Scripts []string
	// UsesRecord tells that the filter or a step asks for the record of the run.
	UsesRecord bool
	// Old are the fields whose values before the event the trigger reads; WholeOld says
	// that a script may read any.
	Old      []string
	WholeOld bool
	// Digest changes with every change of the definition.
	Digest string
}

// Event is the compiled event of a trigger, or of a step that waits for one.
type Event struct {
	Def    *schemas.TriggerEvent
	Fields []*Field
	// From and To are values in stored form, set where Def has them.
	From, To any
	// Machines are those whose moves count.
	Machines []*StageMachine
	// Field is the date of date_reached, Since that of silence (nil: created_at).
	Field, Since *Field
	Unless       *Condition
	// Form lists the fields of a button's form.
	Form []*Field
}

// Listeners are the triggers of one entity by event, in the order in which they start.
type Listeners struct {
	ByEvent map[schemas.EventName][]*Trigger
	// Waits are the steps that wait for an event of the entity's records.
	Waits []*Step
}

// On lists the triggers of an event. It may be called on nil.
func (l *Listeners) On(event schemas.EventName) []*Trigger {
	if l == nil {
		return nil
	}
	return l.ByEvent[event]
}

// Step is a compiled step.
type Step struct {
	Def     *schemas.Step
	Key     string
	Trigger *Trigger
	// Parent is the step that holds it, List its place there; see StepList.
	Parent *Step
	List   string
	Index  int
	// Record is the entity of the record that the step is about, nil for none;
	// Entity is the one that it creates, finds or waits for.
	Record, Entity *Entity
	Values         []StepValue // sorted by field key
	Where          *Condition
	IDs, To        []*Value
	People         []*Recipient
	Reason, Until  *Value
	Due            *Value // nil when Def.Due is a duration or not given
	DueIn          string // a duration
	URL, Body      *Value
	Headers        map[string]*Value
	Title, Text    *Text
	Event          *Event
	Cases          []StepCase
	Else, Steps    []*Step
}

// StepCase is a compiled way of a branch.
type StepCase struct {
	Where *Condition
	Steps []*Step
}

// StepValue gives a field a value.
type StepValue struct {
	Field *Field
	Value *Value
}

// Recipient is who gets a task or message: what a value names, or the holders of a role.
type Recipient struct {
	Value *Value
	// Department says that Value is a department: everybody in it.
	Department bool
	Role       string
}

// Condition is a filter of a trigger: parts joined, a filter of the query
// language, a comparison with a value of the run, or related records.
type Condition struct {
	Join    string // all, any, not; "" for a leaf
	Parts   []*Condition
	Related *Related

	entity   query.Entity
	filter   query.Filter
	template []any // comparison whose last item is replaced by value
	value    *Value
}

// Related asks whether records of Entity refer to the record by Field and match Where.
type Related struct {
	Entity *Entity
	Field  *Field
	Where  *Condition
}

// digest tells definitions apart.
func digest(d schemas.Definition) string {
	data, err := schemas.Encode(d)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

// StepList is a list of steps by the step that holds it ("" for the trigger)
// and its name there: steps, else, or the number of a case.
func (t *Trigger) StepList(parent, list string) []*Step {
	if parent == "" {
		return t.Steps
	}
	s := t.ByKey[parent]
	if s == nil {
		return nil
	}
	return s.lists()[list]
}

func (s *Step) lists() map[string][]*Step {
	lists := map[string][]*Step{"steps": s.Steps, "else": s.Else}
	for i, c := range s.Cases {
		lists[CaseList(i)] = c.Steps
	}
	return lists
}

// Holds tells whether a stored value of the field is want, a value of a filter; nil
// is unset.
func (f *Field) Holds(stored, want any) bool {
	if want == nil {
		return stored == nil
	}
	return query.Matches(query.Cmp{Path: f.Path(), Op: query.Eq, Value: want}, map[string]any{f.Key: stored}, nil)
}
