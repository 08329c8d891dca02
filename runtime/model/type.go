package model

import (
	"maps"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

var types = map[schemas.FieldType]Type{}

// registerType is called by the init function of each field_*.go.
func registerType(t Type) {
	if _, twice := types[t.Name()]; twice {
		panic("model: field type registered twice: " + string(t.Name()))
	}
	types[t.Name()] = t
}

// TypeOf finds a field type by name.
func TypeOf(name schemas.FieldType) (Type, bool) {
	t, ok := types[name]
	return t, ok
}

// FromWire turns a wire value of the field into stored form, or says what is
// wrong with it. An empty text is unset whatever the type is, as null is: forms
// and files know no other way to leave a field out.
func (f *Field) FromWire(wire any) (stored any, problems []problem.Field) {
	if s, ok := wire.(string); ok && trimBlanks(s) == "" && strings.IndexByte(s, 0) < 0 {
		return nil, nil
	}
	return f.Type.Normalise(f, wire)
}

// plain is embedded by types that keep their wire form and have no warnings.
type plain struct {
	name schemas.FieldType
	kind query.Kind
}

func (t plain) Name() schemas.FieldType        { return t.name }
func (t plain) Kind(*schemas.Field) query.Kind { return t.kind }
func (plain) Warn(*Field, any) []problem.Field { return nil }
func (plain) Wire(_ *Field, stored any) any    { return stored }

// readable is embedded by types whose stored form is a string a person can read.
type readable struct{ plain }

func (readable) Format(_ *Field, stored any, _ string) string {
	s, _ := stored.(string)
	return s
}

// writtenType is embedded by types whose values are texts of one form.
type writtenType struct {
	readable
	schema map[string]any
	known  []string // annotations beside those of every type
	// read gives the stored form of a text, or says what is wrong with it.
	read func(string) (string, []problem.Field)
}

func (t writtenType) Schema(*schemas.Field) map[string]any { return maps.Clone(t.schema) }

func (t writtenType) Check(f *schemas.Field) []problem.Field { return checkStored(f, t.known...) }

func (t writtenType) Normalise(_ *Field, wire any) (any, []problem.Field) {
	s, ok := wire.(string)
	if !ok {
		return nil, wrongType("string")
	}
	stored, ps := t.read(s)
	switch {
	case ps != nil:
		return nil, ps
	case stored == s:
		return wire, nil // spares a new interface value
	}
	return stored, nil
}

// wrongType is the problem of a value of another JSON type.
func wrongType(want string) []problem.Field {
	return []problem.Field{problem.At("", "wrong_type", "want", jsonTypeTitle(want))}
}

// refuse is a single problem with the value as a whole.
func refuse(code string, params ...any) []problem.Field {
	return []problem.Field{problem.At("", code, params...)}
}

// prefixed moves problems below a path.
func prefixed(path string, ps []problem.Field) []problem.Field {
	for i := range ps {
		ps[i].Path = path + ps[i].Path
	}
	return ps
}

// jsonTypeTitles are the names of JSON types in messages.
var jsonTypeTitles = map[string]schemas.Title{
	"string":  {ZhCN: "文本", En: "a string"},
	"number":  {ZhCN: "数字", En: "a number"},
	"integer": {ZhCN: "整数", En: "a whole number"},
	"boolean": {ZhCN: "true 或 false", En: "true or false"},
	"array":   {ZhCN: "数组", En: "an array"},
	"object":  {ZhCN: "对象", En: "an object"},
	"decimal": {ZhCN: "数字或十进制文本", En: "a number or a decimal string"},
}

func jsonTypeTitle(want string) schemas.Title { return jsonTypeTitles[want] }
