package schemas

import "encoding/json"

// Form is a layout of fields of one entity.
type Form struct {
	Kind     Kind      `json:"kind"`
	Key      string    `json:"key"`
	Title    Title     `json:"title"`
	Entity   string    `json:"entity"`
	Sections []Section `json:"sections"`
	Roles    []string  `json:"roles,omitempty"`   // empty: everybody
	Devices  []string  `json:"devices,omitempty"` // desktop, phone; empty: both
	// Public opens the form to people without a login, by links.
	Public *PublicForm `json:"public,omitempty"`
	// Extends is the key of the form that this adds to; see model.InForce.
	Extends string `json:"extends,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// PublicForm says what people without a login may fill in.
type PublicForm struct {
	// Fields are shown and may be filled in; all others are refused.
	Fields []string `json:"fields"`
	// Hidden fields are not shown; the page fills them from its own address (where
	// a visitor comes from).
	Hidden []string `json:"hidden,omitempty"`
	// Prefill lists further fields that a link to the form may set.
	Prefill []string `json:"prefill,omitempty"`
	// Values are set whatever is sent.
	Values map[string]json.RawMessage `json:"values,omitempty"`
	Thanks *Title                     `json:"thanks,omitempty"`
	// Origins are the web sites that may embed the form, e.g. https://example.com.
	Origins []string `json:"origins,omitempty"`
	// PerMinute is how many submissions one network may send; 0 means 120.
	PerMinute int `json:"per_minute,omitempty"`
	// Suspicion is a boolean field that is set on records that look like spam.
	Suspicion string `json:"suspicion,omitempty"`
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
	// Extends is the key of the view that this adds to; see model.InForce.
	Extends string `json:"extends,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
}

// Dashboard is a page of aggregates.
type Dashboard struct {
	Kind    Kind     `json:"kind"`
	Key     string   `json:"key"`
	Title   Title    `json:"title"`
	Widgets []Widget `json:"widgets"`
	Roles   []string `json:"roles,omitempty"`
	// When names packages; the definition is in force while they are installed.
	When []string `json:"when,omitempty"`
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
