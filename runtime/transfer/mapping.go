package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"weft/runtime/problem"
)

// Mapping says how the columns of one or several files become fields of
// records. It is kept under its name and may ship with a template.
type Mapping struct {
	Name string `json:"name"`
	// Files in any order: the import sorts them by what refers to what. One
	// file may occur several times, e.g. for offices, managers and agents.
	Files []FileMapping `json:"files"`
}

// FileMapping makes records of one entity from the rows of one file.
type FileMapping struct {
	// File is the file's name without folder, compared without case; "" takes
	// the only file given. Sheet is a sheet of a workbook, "" the first visible
	// one.
	File  string `json:"file,omitempty"`
	Sheet string `json:"sheet,omitempty"`
	// Header is the number of the row with the column names; without it the one of
	// the first rows that names most columns. Rows above it are passed over.
	Header int `json:"header,omitempty"`
	// Encoding of a text file, such as "GB18030" or "Windows-1252"; without it a
	// byte order mark or the content decides.
	Encoding string `json:"encoding,omitempty"`
	// Entity that the rows become.
	Entity string `json:"entity"`
	// Key is the field by which a row finds the record it made earlier. With
	// it an import can be repeated; without, every row is a new record.
	Key string `json:"key,omitempty"`
	// Create makes new records of rows whose id names no record, when Key is "id":
	// so an export can be imported elsewhere. A repeated import finds them again.
	Create bool `json:"create,omitempty"`
	// Distinct makes one record of all rows that have the same key; without it
	// a second row with the same key is a problem.
	Distinct bool `json:"distinct,omitempty"`
	// Columns by header text. A column that is not named here is left out.
	Columns map[string]Columns `json:"columns"`
	// Constants are wire values given to every record.
	Constants map[string]any `json:"constants,omitempty"`
	// Roles are assigned to every user that the file creates (entity user only).
	Roles []string `json:"roles,omitempty"`
	// History gives the stages that a record has passed; it is used by
	// historical imports only.
	History []StageColumns `json:"history,omitempty"`
}

// Columns are the fields that one column fills, written as one object or as an
// array of them.
type Columns []Column

// Column fills one field from a cell.
type Column struct {
	Field string `json:"field"`
	// Reference is the field by which the target of a reference, user or
	// department field is found; "" tries its id, its unique fields and its
	// title field.
	Reference string `json:"reference,omitempty"`
	// Values replaces cell texts by wire values before anything else; null
	// leaves the field unset. A text that is not listed is taken as it is.
	Values map[string]any `json:"values,omitempty"`
	// Default is the wire value of an empty cell; without it the field stays unset.
	Default any `json:"default,omitempty"`
	// Format of dates, e.g. "DD/MM/YYYY hh:mm"; "" takes year-first dates only,
	// since 01/02/2026 can be read in two ways.
	Format string `json:"format,omitempty"`
	// Decimal is the decimal mark of numbers: "." (also "") or ",".
	Decimal string `json:"decimal,omitempty"`
	// Make computes the value of a new record from the cell: "login" makes
	// first.last of a person's name. A record that exists keeps what it has.
	Make string `json:"make,omitempty"`
}

// StageColumns is one stage that a record has been in, with the columns of its
// dates. Dates without a time mean midnight in the organisation's zone.
type StageColumns struct {
	Stage string `json:"stage"`
	// When lists the present stages of records that have passed this one;
	// without it only records that are still in it.
	When []string `json:"when,omitempty"`
	// Entered and Left name columns; an empty cell is an unknown time. A record
	// that is still in the stage has not left it, whatever the column says.
	Entered string `json:"entered,omitempty"`
	Left    string `json:"left,omitempty"`
}

// UnmarshalJSON takes an object or an array of objects.
func (c *Columns) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '[' {
		data = append(append([]byte{'['}, data...), ']')
	}
	var list []Column
	if err := decodeStrict(data, &list); err != nil {
		return err
	}
	*c = list
	return nil
}

// MarshalJSON writes one column as an object.
func (c Columns) MarshalJSON() ([]byte, error) {
	if len(c) == 1 {
		return json.Marshal(c[0])
	}
	return json.Marshal([]Column(c))
}

// DecodeMapping reads a mapping document strictly: an unknown key, a wrong
// type or text after the document is a problem (code malformed_mapping).
func DecodeMapping(data []byte) (*Mapping, []problem.Field) {
	m := &Mapping{}
	if err := decodeStrict(data, m); err != nil {
		return nil, []problem.Field{problem.At(errorPath(err), "malformed_mapping", "reason", truncate(err.Error()))}
	}
	return m, nil
}

func decodeStrict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text after the end of the document")
	}
	return nil
}

func errorPath(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return ""
	}
	return "/" + strings.ReplaceAll(wrong.Field, ".", "/")
}
