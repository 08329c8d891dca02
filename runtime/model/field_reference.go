package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() {
	registerType(referenceType{readable: readable{plain{schemas.TypeReference, query.Key}}})
	registerType(referenceType{readable: readable{plain{schemas.TypeUser, query.Key}}, target: "user"})
	registerType(referenceType{readable: readable{plain{schemas.TypeDepartment, query.Key}}, target: "department"})
}

// referenceType is the id of a record of another entity, of a user or of a
// department. Package record checks that the record exists.
type referenceType struct {
	readable
	// target is the built-in entity of user and department; "" when the field names it.
	target string
}

func (t referenceType) Schema(*schemas.Field) map[string]any {
	return map[string]any{"type": "string", "format": "uuid"}
}

func (t referenceType) Check(f *schemas.Field) []problem.Field {
	if t.target != "" {
		return append(checkStored(f, "x-on-delete"), checkOnDelete(f)...)
	}
	ps := append(checkStored(f, "x-entity", "x-on-delete"), checkOnDelete(f)...)
	if f.Entity == "" {
		ps = append(ps, problem.At("/x-entity", "required"))
	}
	return ps
}

func checkOnDelete(f *schemas.Field) []problem.Field {
	switch f.OnDelete {
	case "", schemas.Restrict, schemas.Clear, schemas.Cascade:
		return nil
	}
	return []problem.Field{problem.At("/x-on-delete", "not_a_choice")}
}

func (t referenceType) Normalise(_ *Field, wire any) (any, []problem.Field) {
	return normaliseID(wire)
}

// normaliseID takes a UUID in text form in any case and gives it in lower case.
func normaliseID(wire any) (any, []problem.Field) {
	s, ok := wire.(string)
	if !ok {
		return nil, wrongType("string")
	}
	upper, ok := isID(s)
	if !ok {
		return nil, refuse("not_an_id")
	}
	if upper {
		return strings.ToLower(s), nil
	}
	return wire, nil
}

// isID tells whether s is a UUID in text form, and whether it has capitals.
func isID(s string) (upper, ok bool) {
	if len(s) != 36 {
		return false, false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false, false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			upper = true
		default:
			return false, false
		}
	}
	return upper, true
}
