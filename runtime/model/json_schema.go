package model

import (
	"maps"

	"weft/schemas"
)

// JSONSchema is a complete JSON Schema (2020-12) of a record in wire form, as
// answers show it: system fields, own fields, further conditions. What is not
// in it does not exist. The caller may change the answer.
//
// It tells the whole record: an answer that is cut to some fields, or to what
// its reader may see, need not satisfy "required" and the further conditions.
// Those see an amount as a number (see Validator), not as its decimal string.
func (e *Entity) JSONSchema() map[string]any {
	properties := make(map[string]any, len(e.Fields)+len(systemFields))
	for _, f := range systemFields {
		t, _ := TypeOf(systemTypes[f.Key])
		s := maps.Clone(t.Schema(&schemas.Field{Key: f.Key, FieldType: systemTypes[f.Key]}))
		if f.Key == "rev" {
			s = map[string]any{"type": "integer", "minimum": 1}
		}
		s["readOnly"] = true
		s["x-title"] = systemTitles[f.Key]
		properties[f.Key] = s
	}
	for _, f := range e.Fields {
		properties[f.Key] = f.JSONSchema()
	}
	doc := conditionSchema(e.Def)
	doc["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	doc["type"] = "object"
	doc["x-title"] = e.Def.Title
	doc["properties"] = properties
	doc["required"] = e.required("id", "rev")
	doc["additionalProperties"] = false
	return doc
}

// JSONSchema is the JSON Schema of the field's wire value with its annotations.
func (f *Field) JSONSchema() map[string]any {
	s := maps.Clone(f.Type.Schema(f.Def))
	if f.IsChildRows() && f.Target != nil {
		s["items"] = f.Target.rowSchema()
	}
	s["x-type"] = f.Def.FieldType
	s["x-title"] = f.Def.Title
	if f.Def.Help != nil {
		s["x-help"] = f.Def.Help
	}
	if len(f.Def.Choices) > 0 {
		s["x-choices"] = f.Def.Choices
	}
	if f.Target != nil && !f.IsChildRows() {
		s["x-entity"] = f.Target.Key
	}
	if f.Def.Currency != "" {
		s["x-currency"] = f.Def.Currency
	}
	if _, bounded := s["minLength"]; f.Required && s["type"] == "string" && s["enum"] == nil && !bounded {
		s["minLength"] = 1 // an empty text is unset
	}
	if f.Computed || f.Def.ReadOnly || f.Retired {
		s["readOnly"] = true
	}
	if f.Retired {
		s["x-retired"], s["deprecated"] = true, true
	}
	return s
}

// required lists the keys of the required fields after others.
func (e *Entity) required(keys ...string) []string {
	for _, key := range e.Def.Required {
		if e.ByKey[key].Required {
			keys = append(keys, key)
		}
	}
	return keys
}

// rowSchema is the schema of one child row inside its parent: its id
// and own fields, without the reference to the parent, which its place says.
func (e *Entity) rowSchema() map[string]any {
	id, _ := TypeOf(schemas.TypeUser)
	properties := map[string]any{"id": id.Schema(nil)}
	required := []string{}
	for _, f := range e.Fields {
		if e.Child != nil && f == e.Child.Field {
			continue
		}
		properties[f.Key] = f.JSONSchema()
		if f.Required {
			required = append(required, f.Key)
		}
	}
	doc := map[string]any{}
	if c := e.Child; c != nil {
		doc = e.VisibleConditions(func(key string) bool { return key != c.Field.Key })
	}
	doc["type"], doc["properties"], doc["required"], doc["additionalProperties"] = "object", properties, required, false
	return doc
}
