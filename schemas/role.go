package schemas

import (
	"encoding/json"
	"slices"
)

// Role is a set of grants. What no grant allows is refused.
type Role struct {
	Kind   Kind    `json:"kind"`
	Key    string  `json:"key"`
	Title  Title   `json:"title"`
	Grants []Grant `json:"grants"`
	// Extends is the key of the role that this adds to; see model.InForce.
	Extends string `json:"extends,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// Grant allows operations on the rows of one entity within its scopes. A
// field is visible or writable only on rows of a grant that names it.
type Grant struct {
	Entity     string      `json:"entity"`
	Operations []Operation `json:"operations"`
	// Scopes are or-ed; empty means no row.
	Scopes []Scope `json:"scopes"`
	// Read and Write list fields; {"all":true,"except":[…]} as an object form.
	Read  FieldSet `json:"read"`
	Write FieldSet `json:"write,omitzero"`
	// Transitions lists transition keys, "*" for all; empty for none.
	Transitions []string `json:"transitions,omitempty"`
}

// Operation of a grant. import_history is the right to set past stages and dates,
// claim that to take a record that nobody owns, see AssignmentClaim.
type Operation string

// The operations. Merge needs update and delete; restore needs delete.
const (
	OpCreate        Operation = "create"
	OpRead          Operation = "read"
	OpUpdate        Operation = "update"
	OpDelete        Operation = "delete"
	OpExport        Operation = "export"
	OpImport        Operation = "import"
	OpImportHistory Operation = "import_history"
	OpClaim         Operation = "claim"
)

// Scope is one of: {"type":"own"}, "department", "department_below",
// "subordinates" (of any depth, without oneself), "all", or
// {"type":"filter","where":…} in which {"me":true} and {"myDepartment":"below"|"own"} mean the caller.
type Scope struct {
	Type  string          `json:"type"`
	Where json.RawMessage `json:"where,omitempty"`
}

// FieldSet is all fields but Except, or exactly Only.
type FieldSet struct {
	All    bool     `json:"all,omitempty"`
	Except []string `json:"except,omitempty"`
	Only   []string `json:"only,omitempty"`
}

// Has tells whether key is in the set. System fields are always readable.
func (s FieldSet) Has(key string) bool {
	list := s.Only
	if s.All {
		list = s.Except
	}
	if slices.Contains(list, key) {
		return !s.All
	}
	return s.All
}
