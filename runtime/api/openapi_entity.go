package api

import (
	"maps"

	"weft/runtime/model"
	"weft/schemas"
)

// conditionWords are the JSON Schema keywords that relate several fields.
var conditionWords = []string{"allOf", "if", "then", "else", "dependentRequired"}

// addEntitySchemas describes an entity's records in answers, in creates and in
// patches, pages of them, and the bodies that contain values.
func addEntitySchemas(all object, v viewer, e *model.Entity) {
	read, sums := readSchema(v, e)
	all[e.Key] = read
	items := listOf(ref(e.Key))
	all[e.Key+".page"] = closedObject([]string{"items"}, object{"items": items, "cursor": anyText, "count": anyInt, "exact": anyBool})
	all[e.Key+".board"] = closedObject([]string{"columns"}, object{"columns": listOf(openObject([]string{"key", "count", "items"}, object{
		"key": anyText, "count": anyInt, "sums": closedObject(nil, sums), "items": items, "cursor": anyText,
	}))})
	if !v.writesSome(e) {
		return
	}
	all[e.Key+".create"], all[e.Key+".patch"] = writeSchemas(v, e)
	values, stage := ref(e.Key+".patch"), stageSchema(e)
	all[e.Key+".merge"] = closedObject([]string{"keep", "from"}, object{"keep": anyText, "from": textList, "values": values})
	all[e.Key+".bulk"] = closedObject([]string{"op"}, object{
		"op":  object{"type": "string", "enum": []string{"update", "delete", "restore", "transition"}},
		"ids": textList, "where": anyThing, "values": values, "to": stage, "comment": anyText,
	})
	if e.Machine != nil {
		all[e.Key+".transition"] = closedObject([]string{"to"}, object{"to": stage, "values": values, "comment": anyText})
	}
}

// readSchema describes a record in answers, and the sums of its number fields.
func readSchema(v viewer, e *model.Entity) (record, sums object) {
	record = v.schema(e)
	delete(record, "$schema")
	for _, word := range conditionWords {
		delete(record, word)
	}
	properties, sums := object{}, object{}
	expanded := object{}
	for key, s := range record["properties"].(object) {
		f := e.ByKey[key]
		properties[key] = readField(s.(object))
		if f == nil {
			continue
		}
		switch {
		case f.IsChildRows() && f.Target != nil:
			rows, _ := readSchema(v, f.Target)
			delete(rows["properties"].(object), "expanded")
			delete(rows["properties"].(object), "_warnings")
			rows["required"] = []string{"id"}
			properties[key].(object)["items"] = rows
		case f.Target != nil && v.uses(f.Target.Key):
			expanded[key] = ref(f.Target.Key)
		case isNumeric(properties[key].(object)):
			sums[key] = sumOf(properties[key].(object))
		}
	}
	properties["expanded"] = openObject(nil, expanded)
	properties["_warnings"] = listOf(ref("FieldProblem"))
	record["properties"], record["required"] = properties, []string{"id", "rev"}
	return record, sums
}

// sumOf is the schema of a sum: it has the type of the field's values, without
// their bounds.
func sumOf(read object) object {
	sum := object{"type": read["type"]}
	if read["type"] == "string" {
		sum["pattern"] = `^-?[0-9]+(\.[0-9]{1,4})?$`
	} else {
		sum["type"] = "number" // the sum of integers may be beyond theirs
	}
	return sum
}

// isNumeric tells whether a field can be summed.
func isNumeric(read object) bool {
	return read["type"] == "number" || read["type"] == "integer" || read["x-type"] == schemas.TypeCurrency
}

// readField is a field's schema in answers: amounts are decimal texts there.
func readField(s object) object {
	s = maps.Clone(s)
	delete(s, "default")
	if isAmount(s) {
		s["type"] = "string"
		delete(s, "oneOf")
		delete(s, "minimum") // bounds of numbers
		delete(s, "maximum")
	}
	return s
}

func isAmount(s object) bool {
	types, several := s["type"].([]string)
	return several && len(types) == 2
}

// writeSchemas describes the values of a create and of a patch.
func writeSchemas(v viewer, e *model.Entity) (create, patch object) {
	properties, nullable, required := object{}, object{}, []string{}
	for _, f := range e.Fields {
		if !v.writable(e.Key, f.Key) {
			continue
		}
		s := writeField(v, f)
		properties[f.Key] = s
		nullable[f.Key] = object{"oneOf": []any{s, object{"type": "null"}}}
		if alternatives, ok := s["oneOf"].([]any); ok {
			nullable[f.Key] = withAlternatives(s, append(alternatives[:len(alternatives):len(alternatives)], object{"type": "null"}))
		}
		if f.Required && f.Def.Default == nil {
			required = append(required, f.Key)
		}
	}
	return closedObject(required, properties), closedObject(nil, nullable)
}

// writeField is a field's schema in requests: amounts are texts or numbers. A
// default is left to the server: generators would make the member mandatory.
func writeField(v viewer, f *model.Field) object {
	s := f.JSONSchema()
	delete(s, "default")
	switch {
	case isAmount(s):
		number := object{"type": "number"}
		for _, bound := range []string{"minimum", "maximum"} {
			if s[bound] != nil {
				number[bound] = s[bound]
				delete(s, bound)
			}
		}
		text := object{"type": "string", "pattern": s["pattern"]}
		delete(s, "pattern")
		delete(s, "type")
		return withAlternatives(s, []any{text, number})
	case f.IsChildRows() && f.Target != nil:
		row, _ := writeSchemas(v, f.Target)
		row["properties"].(object)["id"] = object{"type": "string", "format": "uuid", "description": "Of a row that is kept or changed"}
		delete(row, "required") // a kept row needs its id only
		s["items"] = row
	}
	return s
}

func withAlternatives(s object, alternatives []any) object {
	s = maps.Clone(s)
	s["oneOf"] = alternatives
	return s
}

// stageSchema lists the stages of all stage machines of an entity.
func stageSchema(e *model.Entity) object {
	stages := []string{}
	seen := map[string]bool{}
	for _, m := range e.Machines {
		for _, stage := range m.Def.Stages {
			if !seen[stage.Key] {
				seen[stage.Key] = true
				stages = append(stages, stage.Key)
			}
		}
	}
	if len(stages) == 0 {
		return anyText
	}
	return object{"type": "string", "enum": stages}
}

// offers tells whether a route is of use for an entity: read-only entities have
// no routes that write, and only stage machines have transitions, rules assignments.
func (v viewer) offers(rt Route, e *model.Entity) bool {
	op := docs[rt.Name].Operation
	if op == "" {
		op = schemas.OpRead
	}
	switch {
	case rt.Name == "record.transition" && e.Machine == nil,
		rt.Name == "record.assign" && len(e.AssignmentRules) == 0:
		return false
	case rt.Name == "record.claim":
		return e.ClaimRule() != nil && v.rights.Allowed(e.Key, op)
	}
	if op != schemas.OpRead && op != schemas.OpExport && !v.writesSome(e) {
		return false
	}
	return v.rights.Allowed(e.Key, op)
}

// writesSome tells whether the actor may write some field of an entity.
func (v viewer) writesSome(e *model.Entity) bool {
	for _, f := range e.Fields {
		if v.writable(e.Key, f.Key) {
			return true
		}
	}
	return false
}
