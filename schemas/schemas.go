// Package schemas is the language of definitions: every kind of document a
// business user can design, as Go types, with a JSON meta-schema for each
// (JSON Schema 2020-12) and strict decoding. It knows how definitions look,
// not what they mean: that is runtime/model.
package schemas

import "encoding/json"

// Kind names a kind of definition.
type Kind string

// The kinds.
const (
	KindEntity       Kind = "entity"
	KindForm         Kind = "form"
	KindView         Kind = "view"
	KindStageMachine Kind = "stage_machine"
	KindTrigger      Kind = "trigger"
	KindRole         Kind = "role"
	KindScript       Kind = "script"
	KindDashboard    Kind = "dashboard"
	KindTemplate     Kind = "template"

	KindAssignmentRule Kind = "assignment_rule"
)

// Title is a text in both languages.
type Title struct {
	ZhCN string `json:"zh-CN"`
	En   string `json:"en"`
}

// UnmarshalJSON reads a text of which one language may be missing: the other
// takes its place, for every client alike.
func (t *Title) UnmarshalJSON(data []byte) error {
	type plain Title
	if err := json.Unmarshal(data, (*plain)(t)); err != nil {
		return err
	}
	if t.ZhCN == "" {
		t.ZhCN = t.En
	}
	if t.En == "" {
		t.En = t.ZhCN
	}
	return nil
}

// In gives the text in lang, falling back to the other language.
func (t Title) In(lang string) string {
	zh := len(lang) >= 2 && lang[:2] == "zh"
	if (zh && t.ZhCN != "") || t.En == "" {
		return t.ZhCN
	}
	return t.En
}

// Definition is one decoded document.
type Definition interface {
	DefinitionKind() Kind
	DefinitionKey() string
	// DefinitionWhen names the packages that must be installed for it to be in force.
	DefinitionWhen() []string
}

// Set is a set of definitions that are published together.
type Set struct {
	Entities      []*Entity
	Forms         []*Form
	Views         []*View
	StageMachines []*StageMachine
	Triggers      []*Trigger
	Roles         []*Role
	Scripts       []*Script
	Dashboards    []*Dashboard
	Templates     []*Template

	AssignmentRules []*AssignmentRule
}
