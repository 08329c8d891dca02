// Package query is weft's one query language: filters, sort, groups. A query
// is parsed once from JSON, checked against an entity, bound to a caller, and
// then rendered by a store adapter or matched in memory.
package query

import "strings"

// Kind is the stored form of a field: it decides how values compare, sort and
// are indexed. Stored forms are JSON values:
//
//	Text      string, NFC
//	Number    number
//	Decimal   string of 20 digits: value × 10^4 + 10^19, so text order is number order (see decimal.go)
//	Date      "2006-01-02"
//	Instant   "2006-01-02T15:04:05.000Z", always UTC with milliseconds, so text order is time order
//	Bool      true, false
//	Key       string: choice key, region code, id of a record, user or file; compares by equality, orders by code point
//	Keys      array of Key strings, no doubles; "=" means contains the key, "in" contains any of them
//	Object    anything else (location): only empty and present
type Kind int

// The kinds.
const (
	Text Kind = iota + 1
	Number
	Decimal
	Date
	Instant
	Bool
	Key
	Keys
	Object
)

// Op is an operator of the language.
type Op string

// The operators. Match is not written by clients: it is one word of a search
// against one searchable field.
const (
	Eq       Op = "="
	Ne       Op = "!="
	Lt       Op = "<"
	Le       Op = "<="
	Gt       Op = ">"
	Ge       Op = ">="
	In       Op = "in"
	Between  Op = "between"
	Contains Op = "contains"
	Starts   Op = "starts"
	Empty    Op = "empty"
	Present  Op = "present"
	Match    Op = "match"
)

// Expr is a checked filter: a tree of All, Any, Not and Cmp. A nil Expr
// matches everything. Its meaning is two-valued: a Cmp on an unset field is
// false, but for Ne and Empty, which are then true.
type Expr interface{ expr() }

// All holds when every part holds; an empty All holds.
type All []Expr

// Any holds when one part holds; an empty Any does not.
type Any []Expr

// Not holds when X does not.
type Not struct{ X Expr }

// Cmp compares the value at Path. After Bind its Value is in stored form:
// a scalar (numbers are float64 or json.Number); []any for In (any number, none
// matches nothing) and Between (two); folded text for Contains and Starts,
// which compare with the folded field; nil for Empty and Present; Word for Match.
type Cmp struct {
	Path  Path
	Op    Op
	Value any
}

func (All) expr() {}
func (Any) expr() {}
func (Not) expr() {}
func (Cmp) expr() {}

// Path names a stored value of a record, own or across one reference.
type Path struct {
	// Field is the key in the stored document; "id" and "rev" too.
	Field string
	Kind  Kind
	// Through is set when the value lies across one reference: the own field
	// Via holds the id of a record of collection Through, whose Field is meant.
	// The value is unset where Via is unset, the record is gone, or Scope does
	// not hold for it.
	Through string
	Via     string
	Scope   Expr // reader's row scope on the collection Through; nil means all
	// Visible limits the rows (of the entity queried, not of Through) on which the
	// reader may see this value; on other rows the value counts as unset. nil
	// means all rows.
	Visible Expr
	// Part is how clients write a path to a part of a field, "due_in.state", whose Field
	// is the key of the stored part; "" for a whole field.
	Part string
	// Clock is set on the phase of a clock: the key of its due time, by which a clock
	// that runs is told from one that is overdue.
	Clock string
	// SortKey says that the document carries a sort key for this Text field. A
	// text is ordered by its sort key in any case: without one, by one made on the spot.
	SortKey bool
}

// Name is the path as a client writes it.
func (p Path) Name() string {
	name := p.Field
	if p.Part != "" {
		name = p.Part
	}
	if p.Through != "" {
		return p.Via + "." + name
	}
	return name
}

// Holder is the key of the field that the value belongs to, on the record that holds it.
func (p Path) Holder() string {
	if p.Part != "" {
		key, _, _ := strings.Cut(p.Part, ".")
		return key
	}
	return p.Field
}

// SortTerm is one key of an order. Unset values come last both ways.
type SortTerm struct {
	Path Path
	Desc bool
}

// GroupTerm is one group of an aggregate. Bucket is "" or day, week, month,
// quarter, year; Zone is an IANA name, used for Instant paths.
type GroupTerm struct {
	Name   string // key in the row
	Path   Path
	Bucket string
	Zone   string
}

// Metric is one number of an aggregate: count, count_distinct, sum, avg, min, max.
type Metric struct {
	Name string
	Func string
	Path Path // unused for count
}

// Word is one word of a search, already folded: see Tokens.
type Word struct {
	// Text is the folded word as a whole; a document matches when one of its
	// tokens satisfies Terms and, for Han longer than two characters, the folded field contains Text.
	Text string
	// Terms must all be found among the field's tokens.
	Terms []Term
	// CompareText says that Terms can find too much and Text must be compared.
	CompareText bool
}

// Term is a token to be found, whole or as a prefix.
type Term struct {
	Token  string
	Prefix bool
}
