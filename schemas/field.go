package schemas

import "encoding/json"

// Field is one property: a JSON Schema of the wire value plus annotations.
// FieldType picks the type (one file each in runtime/model).
type Field struct {
	Key       string    `json:"-"` // the property name, ^[a-z][a-z0-9_]{0,62}$
	FieldType FieldType `json:"x-type"`
	Title     Title     `json:"x-title"`
	Help      *Title    `json:"x-help,omitempty"`
	MinLength *int      `json:"minLength,omitempty"`
	MaxLength *int      `json:"maxLength,omitempty"`
	Pattern   string    `json:"pattern,omitempty"` // what ECMA-262 and RE2 read alike
	Minimum   *float64  `json:"minimum,omitempty"`
	Maximum   *float64  `json:"maximum,omitempty"`
	MinItems  *int      `json:"minItems,omitempty"`
	MaxItems  *int      `json:"maxItems,omitempty"`
	// Default is the wire value for a create that leaves the field out; also
	// {"me":true}, {"now":""}, {"now":"+2h"}, {"today":true}, {"today":"+30d"}.
	Default json.RawMessage `json:"default,omitempty"`
	// ReadOnly fields are written by scripts and triggers only.
	ReadOnly bool `json:"readOnly,omitempty"`
	// Retired fields keep their values, which can be read and cleared but no longer set.
	Retired bool `json:"x-retired,omitempty"`
	// Reveals marks a formula, roll-up or clock that may be read by users who may not
	// read its sources; without it, it is as secret as the most secret of them.
	Reveals    bool `json:"x-reveals,omitempty"`
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
	MaxBytes   int64    `json:"x-max-bytes,omitempty"`   // of one file; how many there are is MaxItems
	// KeepPosition keeps pictures as they are sent, with the position they were
	// taken at; else that is removed before they are stored.
	KeepPosition bool `json:"x-keep-position,omitempty"`
	// Auto-number: {"prefix":"HT-","digits":4}.
	AutoNumber *AutoNumber `json:"x-auto-number,omitempty"`
	// Formula: an expression over this record's fields; Result is the type of its value.
	Formula string    `json:"x-formula,omitempty"`
	Result  FieldType `json:"x-result,omitempty"`
	RollUp  *RollUp   `json:"x-roll-up,omitempty"`
	Clock   *Clock    `json:"x-clock,omitempty"`
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
	TypeClock       FieldType = "clock"
	TypeRating      FieldType = "rating"
	TypeCreditCode  FieldType = "credit_code" // 统一社会信用代码
)

// Choice is one choice; its key never changes once published.
type Choice struct {
	Key   string `json:"key"`
	Title Title  `json:"title"`
	Color string `json:"color,omitempty"`
	// Retired choices stay on the records that hold them and are refused as a new value.
	Retired bool `json:"retired,omitempty"`
	Hidden  bool `json:"hidden,omitempty"` // the earlier name of Retired, still read
}

// IsRetired tells whether the choice is no longer offered.
func (c Choice) IsRetired() bool { return c.Retired || c.Hidden }

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

// RollUp is an aggregate over the records of Entity whose reference Field points here.
type RollUp struct {
	Entity string          `json:"entity"`
	Field  string          `json:"field"`
	Func   string          `json:"func"` // count, sum, avg, min, max
	Of     string          `json:"of,omitempty"`
	Where  json.RawMessage `json:"where,omitempty"`
}
