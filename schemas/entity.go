package schemas

import "encoding/json"

// Entity is a JSON Schema of an object with x- annotations. Properties keep
// the order in which they are written.
type Entity struct {
	Kind        Kind       `json:"kind"` // "entity"
	Key         string     `json:"key"`  // ^[a-z][a-z0-9_]{0,62}$, never starting with weft_
	Schema      string     `json:"$schema,omitempty"`
	Type        string     `json:"type"` // "object"
	Title       Title      `json:"x-title"`
	Description *Title     `json:"x-description,omitempty"`
	Properties  Properties `json:"properties"`
	Required    []string   `json:"required,omitempty"`
	// Further conditions in plain JSON Schema, checked on the record's wire form,
	// in which amounts count as numbers.
	AllOf             []json.RawMessage   `json:"allOf,omitempty"`
	If                json.RawMessage     `json:"if,omitempty"`
	Then              json.RawMessage     `json:"then,omitempty"`
	Else              json.RawMessage     `json:"else,omitempty"`
	DependentRequired map[string][]string `json:"dependentRequired,omitempty"`
	// TitleField is the field that names a record on screen.
	TitleField string `json:"x-title-field,omitempty"`
	// OwnerField is a user field; row scopes "own", "subordinates" and, through
	// the owner's department, "department…" read it. Default: created_by.
	OwnerField string `json:"x-owner-field,omitempty"`
	// Unique lists further unique keys of several fields.
	Unique [][]string `json:"x-unique,omitempty"`
	// Indexes that lists and boards need: fields in order, "-" for descending.
	Indexes []EntityIndex `json:"x-indexes,omitempty"`
	// ChildOf makes it a child entity: its records live in a child-rows field of the parent.
	ChildOf *ChildOf `json:"x-child-of,omitempty"`
	// Extends is the key of the entity that this adds to; see model.InForce.
	Extends string `json:"extends,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// EntityIndex is one index, e.g. {"fields":["stage","-created"]}.
type EntityIndex struct {
	Fields []string `json:"fields"`
}

// ChildOf names the parent entity and the reference field to it.
type ChildOf struct {
	Entity string `json:"entity"`
	Field  string `json:"field"`
}

// Properties are the fields of an entity in written order; a JSON object.
type Properties []*Field
