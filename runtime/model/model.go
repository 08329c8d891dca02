// Package model turns a set of definitions into an immutable Model: the one
// meaning of a definition. It is pure: no input, no output, no clock.
package model

import (
	"regexp"
	"slices"

	"weft/runtime/formula"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Model is a compiled set of definitions with the built-in entities. It is
// never changed after Compile; a new one replaces it as a whole.
type Model struct {
	// Version is the number of the published set, 0 for none.
	Version int64
	// Set is what was compiled, without the built-in entities; InForce is what works
	// of it, see the function InForce.
	Set, InForce *schemas.Set
	Entities     map[string]*Entity
	Roles        map[string]*Role
	// MemberGrants are those of every signed-in active user.
	MemberGrants []*Grant
	Views        map[string]*View
	Forms        map[string]*schemas.Form
	Dashboards   map[string]*schemas.Dashboard
	// Triggers are all triggers by key, Listeners the enabled ones by entity; an
	// entity that nobody listens to has none.
	Triggers  map[string]*Trigger
	Listeners map[string]*Listeners

	// Scripts are all scripts by key, Hooks those of an entity; an entity without has none.
	Scripts map[string]*Script
	Hooks   map[string]*Hooks

	AssignmentRules map[string]*AssignmentRule
	// PublicForms are the forms with a public part, by key.
	PublicForms map[string]*PublicForm
	// Warnings are problems that do not keep the set from being published: lists,
	// boards and dashboards that no index serves, with the index that would.
	Warnings []problem.Field
}

// Entity is a compiled entity; it implements query.Entity.
type Entity struct {
	Key           string
	Def           *schemas.Entity
	BuiltIn       bool
	Fields        []*Field // in written order, without system fields
	ByKey         map[string]*Field
	Machine       *StageMachine // the first of Machines; nil for none
	Machines      []*StageMachine
	TitleField    *Field
	OwnerField    string // key of the user field that row scopes read; "created_by" by default
	Child         *Child // set when this is a child entity
	Unique        []UniqueKey
	Searchable    []*Field
	Formulas      []*Field // formulas and clocks, in the order in which they must be computed
	Clocks        []*Field
	ClockFormulas []*Field // the formulas that use the clock, in the same order
	RollUps       []*Field // roll-ups of this entity
	// DependentRollUps are roll-ups of other entities that a change here can alter.
	DependentRollUps []*Field
	// Referrers are reference fields (of any entity) that point here.
	Referrers []*Field
	// DependentFormulas are formulas of other entities that read a field of this one
	// across a reference.
	DependentFormulas []DependentFormula
	// Conditions is the JSON Schema validator of the conditions that go beyond single
	// fields (allOf, if/then/else, dependentRequired); nil when there are none.
	Conditions Validator
	// AssignmentRules are the rules that give records of the entity their owners.
	AssignmentRules []*AssignmentRule

	countedBy []*AssignmentFactor // factors of rules that count records of the entity
	lookup    map[string]query.Field
}

// DependentFormula is a formula that reads Source across the reference field Via, which
// belongs to the formula's own entity.
type DependentFormula struct{ Formula, Via, Source *Field }

// Validator checks a record in wire form.
type Validator interface {
	Validate(record map[string]any) []problem.Field
}

// Child links a child entity to its parent.
type Child struct {
	Parent *Entity
	Field  *Field // reference field to the parent
	In     *Field // child-rows field of the parent
}

// UniqueKey is a unique index; Fields are stored paths.
type UniqueKey struct {
	Name   string // name of the store index
	Fields []*Field
}

// Field is a compiled field.
type Field struct {
	Key      string
	Entity   *Entity
	Def      *schemas.Field
	Type     Type
	Kind     query.Kind
	Required bool
	// Retired fields take no new values: see CheckOffered.
	Retired bool
	Default *Preset // nil for none
	Pattern *regexp.Regexp
	// Target of reference, user, department and child-rows fields.
	Target *Entity
	// Formula of formula fields.
	Formula *formula.Expr
	// RollUp of roll-up fields.
	RollUp *RollUp
	// Clock of clock fields.
	Clock *Clock
	// UsesClock formulas use the clock, by themselves or through another one: they
	// are computed when a record is read and never stored.
	UsesClock bool
	// Computed fields (formula, roll-up, clock, auto-number) refuse writes.
	Computed bool
}

// RollUp is a compiled roll-up.
type RollUp struct {
	Field     *Field // the roll-up field itself
	Entity    *Entity
	Reference *Field // reference field of Entity to Field.Entity
	Func      string
	Of        *Field // nil for count
	Where     query.Filter
}

// Type is a field type: one file each, with everything about it.
type Type interface {
	Name() schemas.FieldType
	// Kind is the stored kind of field f.
	Kind(f *schemas.Field) query.Kind
	// Schema is the JSON Schema of the wire value of field f.
	Schema(f *schemas.Field) map[string]any
	// Check finds what is wrong with the field's definition; paths are relative to it.
	Check(f *schemas.Field) []problem.Field
	// Normalise turns a wire value (as decoded by encoding/json, numbers as
	// float64 or json.Number) into stored form, or says what is wrong with it:
	// paths are relative to the value. It is never called with nil; a stored
	// nil means that the field becomes unset, as an empty array does.
	Normalise(f *Field, wire any) (stored any, problems []problem.Field)
	// Warn tells what is odd but accepted about a stored value.
	Warn(f *Field, stored any) []problem.Field
	// Wire turns a stored value into its wire form.
	Wire(f *Field, stored any) any
	// Format shows a stored value to a person, for CSV and messages.
	Format(f *Field, stored any, lang string) string
}

// StageMachine is a compiled stage machine.
type StageMachine struct {
	Def         *schemas.StageMachine
	Entity      *Entity
	Field       *Field
	Stages      map[string]*Stage
	Order       []string
	Transitions []*Transition
}

// Stage is a compiled stage.
type Stage struct {
	Def *schemas.Stage
	// Enter guards are checked on entry, Stay guards on entry and as long as the
	// record stays.
	Enter, Stay []Guard
	// ForwardPath is the shortest forward path from the initial stage to here.
	ForwardPath []*Transition
	// Retired stages are left, never entered.
	Retired bool
}

// Locks tells whether the field cannot be changed in the stage.
func (s *Stage) Locks(f *Field) bool { return !f.Computed && s.Def.Lock.Has(f.Key) }

// Transition is a compiled transition.
type Transition struct {
	Def    *schemas.StageTransition
	Guards []Guard
	Set    []Assignment // sorted by field key
}

// Allows tells whether the move may change a field that the left stage locks.
func (t *Transition) Allows(field string) bool {
	if slices.Contains(t.Def.Form, field) || t.Def.Reason != nil && t.Def.Reason.Field == field {
		return true
	}
	return slices.ContainsFunc(t.Set, func(a Assignment) bool { return a.Field.Key == field })
}

// Assignment gives a field a value on a move; Preset nil clears it.
type Assignment struct {
	Field  *Field
	Preset *Preset
}

// Guard is a compiled guard.
type Guard struct {
	Def    *schemas.Guard
	Fields []*Field
	Where  query.Filter // of filter guards
}

// Role is a compiled role.
type Role struct {
	Def    *schemas.Role
	Grants []*Grant
}

// Grant is a compiled grant.
type Grant struct {
	Role   string
	Index  int // in the role
	Def    *schemas.Grant
	Entity *Entity
	Ops    map[schemas.Operation]bool
	Scopes []Scope
}

// Scope is a compiled row scope.
type Scope struct {
	Type  string
	Where query.Filter
}

// View is a compiled view.
type View struct {
	Def    *schemas.View
	Entity *Entity
	Where  query.Filter
}

// Transition finds the move from one stage to another, one that names the
// stage before one from any stage; nil when there is none.
func (m *StageMachine) Transition(from, to string) *Transition {
	if target := m.Stages[to]; target == nil || target.Retired || from == to {
		return nil
	}
	var fromAny *Transition
	for _, t := range m.Transitions {
		switch {
		case t.Def.To != to:
		case slices.Contains(t.Def.From, from):
			return t
		case slices.Contains(t.Def.From, schemas.AnyStage):
			fromAny = t
		}
	}
	return fromAny
}

// MachineOf finds the stage machine of a field; nil when it has none.
func (e *Entity) MachineOf(field string) *StageMachine {
	for _, m := range e.Machines {
		if m.Field.Key == field {
			return m
		}
	}
	return nil
}

// MachinesWith lists the stage machines that have a stage of this key.
func (e *Entity) MachinesWith(stage string) []*StageMachine {
	var out []*StageMachine
	for _, m := range e.Machines {
		if m.Stages[stage] != nil {
			out = append(out, m)
		}
	}
	return out
}
