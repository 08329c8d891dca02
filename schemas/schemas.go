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
)

// Title is a text in both languages.
type Title struct {
	ZhCN string `json:"zh-CN"`
	En   string `json:"en"`
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
}

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
	// Further conditions in plain JSON Schema, checked on the stored record's wire form.
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

// Field is one property: a JSON Schema of the wire value plus annotations.
// FieldType picks the type (one file each in runtime/model).
type Field struct {
	Key       string    `json:"-"` // the property name, ^[a-z][a-z0-9_]{0,62}$
	FieldType FieldType `json:"x-type"`
	Title     Title     `json:"x-title"`
	Help      *Title    `json:"x-help,omitempty"`
	MinLength *int      `json:"minLength,omitempty"`
	MaxLength *int      `json:"maxLength,omitempty"`
	Pattern   string    `json:"pattern,omitempty"` // Go regexp
	Minimum   *float64  `json:"minimum,omitempty"`
	Maximum   *float64  `json:"maximum,omitempty"`
	MinItems  *int      `json:"minItems,omitempty"`
	MaxItems  *int      `json:"maxItems,omitempty"`
	// Default is the wire value for a create that leaves the field out; also {"me":true}, {"now":""}, {"today":true}.
	Default json.RawMessage `json:"default,omitempty"`
	// ReadOnly fields are written by scripts and triggers only.
	ReadOnly   bool `json:"readOnly,omitempty"`
	Unique     bool `json:"x-unique,omitempty"`
	Searchable bool `json:"x-searchable,omitempty"`
	Sortable   bool `json:"x-sortable,omitempty"` // text: keep a sort key and an index
	Indexed    bool `json:"x-indexed,omitempty"`
	// Choices of choice, multi_choice.
	Choices []Choice `json:"x-choices,omitempty"`
	// Currency of a currency field, ISO 4217.
	Currency string `json:"x-currency,omitempty"`
	// Reference.
	Entity   string   `json:"x-entity,omitempty"`
	OnDelete OnDelete `json:"x-on-delete,omitempty"` // of the record referred to; default restrict
	// Child rows: the child entity (whose x-child-of names this one).
	Child string `json:"x-child,omitempty"`
	// Attachment, image.
	MediaTypes []string `json:"x-media-types,omitempty"` // "application/pdf", "image/*"
	MaxBytes   int64    `json:"x-max-bytes,omitempty"`
	// Auto-number: {"prefix":"HT-","digits":4}.
	AutoNumber *AutoNumber `json:"x-auto-number,omitempty"`
	// Formula: an expression over this record's fields; Result is the type of its value.
	Formula string    `json:"x-formula,omitempty"`
	Result  FieldType `json:"x-result,omitempty"`
	RollUp  *RollUp   `json:"x-roll-up,omitempty"`
	// Rating: the greatest value, default 5.
	Max int `json:"x-max,omitempty"`
}

// FieldType names a field type.
type FieldType string

// The field types.
const (
	TypeText        FieldType = "text"
	TypeLongText    FieldType = "long_text"
	TypeNumber      FieldType = "number"
	TypeInteger     FieldType = "integer"
	TypeCurrency    FieldType = "currency"
	TypePercent     FieldType = "percent"
	TypeDate        FieldType = "date"
	TypeDatetime    FieldType = "datetime"
	TypeBoolean     FieldType = "boolean"
	TypeChoice      FieldType = "choice"
	TypeMultiChoice FieldType = "multi_choice"
	TypeTags        FieldType = "tags"
	TypePhone       FieldType = "phone"
	TypeEmail       FieldType = "email"
	TypeURL         FieldType = "url"
	TypeUser        FieldType = "user"
	TypeDepartment  FieldType = "department"
	TypeReference   FieldType = "reference"
	TypeChildRows   FieldType = "child_rows"
	TypeAttachment  FieldType = "attachment"
	TypeImage       FieldType = "image"
	TypeSignature   FieldType = "signature"
	TypeLocation    FieldType = "location"
	TypeRegion      FieldType = "region"
	TypeAutoNumber  FieldType = "auto_number"
	TypeFormula     FieldType = "formula"
	TypeRollUp      FieldType = "roll_up"
	TypeRating      FieldType = "rating"
	TypeCreditCode  FieldType = "credit_code" // 统一社会信用代码
)

// Choice is one choice; its key never changes once published.
type Choice struct {
	Key    string `json:"key"`
	Title  Title  `json:"title"`
	Color  string `json:"color,omitempty"`
	Hidden bool   `json:"hidden,omitempty"` // kept on old records, not offered
}

// OnDelete says what happens to this record when the record it refers to is deleted.
type OnDelete string

// The three ways.
const (
	Restrict OnDelete = "restrict"
	Clear    OnDelete = "clear"
	Cascade  OnDelete = "cascade"
)

// AutoNumber is the form of a running number.
type AutoNumber struct {
	Prefix string `json:"prefix,omitempty"`
	Digits int    `json:"digits,omitempty"`
}

// RollUp is a figure over the records of Entity whose reference Field points here.
type RollUp struct {
	Entity string          `json:"entity"`
	Field  string          `json:"field"`
	Func   string          `json:"func"` // count, sum, avg, min, max
	Of     string          `json:"of,omitempty"`
	Where  json.RawMessage `json:"where,omitempty"`
}

// Form is a layout of fields of one entity.
type Form struct {
	Kind     Kind      `json:"kind"`
	Key      string    `json:"key"`
	Title    Title     `json:"title"`
	Entity   string    `json:"entity"`
	Sections []Section `json:"sections"`
	Roles    []string  `json:"roles,omitempty"`   // empty: everybody
	Devices  []string  `json:"devices,omitempty"` // desktop, phone; empty: both
}

// Section is a titled group of fields in one to four columns.
type Section struct {
	Title   *Title   `json:"title,omitempty"`
	Columns int      `json:"columns,omitempty"`
	Fields  []string `json:"fields"`
}

// View is a list or board over one entity.
type View struct {
	Kind    Kind            `json:"kind"`
	Key     string          `json:"key"`
	Title   Title           `json:"title"`
	Entity  string          `json:"entity"`
	Type    string          `json:"type"` // list, board
	Where   json.RawMessage `json:"where,omitempty"`
	Sort    []string        `json:"sort,omitempty"`
	Columns []string        `json:"columns,omitempty"`
	By      string          `json:"by,omitempty"`   // board: choice field of its columns
	Sums    []string        `json:"sums,omitempty"` // board: fields summed per column
	Roles   []string        `json:"roles,omitempty"`
}

// Dashboard is a page of figures.
type Dashboard struct {
	Kind    Kind     `json:"kind"`
	Key     string   `json:"key"`
	Title   Title    `json:"title"`
	Widgets []Widget `json:"widgets"`
	Roles   []string `json:"roles,omitempty"`
}

// Widget is one aggregate, shown as number, bar, line, pie, table or funnel.
type Widget struct {
	Key     string                     `json:"key"`
	Title   Title                      `json:"title"`
	Type    string                     `json:"type"`
	Entity  string                     `json:"entity"`
	Where   json.RawMessage            `json:"where,omitempty"`
	GroupBy []json.RawMessage          `json:"groupBy,omitempty"`
	Metrics map[string]json.RawMessage `json:"metrics"`
	Sort    []string                   `json:"sort,omitempty"`
	Limit   int                        `json:"limit,omitempty"`
}

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

// Template is the manifest of a package of definitions.
type Template struct {
	Kind        Kind     `json:"kind"`
	Key         string   `json:"key"`
	Version     string   `json:"version"` // semver
	Title       Title    `json:"title"`
	Description Title    `json:"description"`
	Requires    []string `json:"requires,omitempty"`
	Menu        []Menu   `json:"menu,omitempty"`
}

// Menu is an entry of the navigation.
type Menu struct {
	Title     Title  `json:"title"`
	View      string `json:"view,omitempty"`
	Dashboard string `json:"dashboard,omitempty"`
	Entity    string `json:"entity,omitempty"`
}
