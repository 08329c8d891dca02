package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Conditions of an entity are JSON Schema without what reaches outside of them
// or hides a mistake: no references, no unknown keywords, nothing that cannot
// apply to the value it stands for. A misspelled keyword would otherwise be an
// annotation, and the condition would hold for every record.

// conditionKeywords maps each keyword of a condition to the JSON type that it
// speaks about, "" for any.
var conditionKeywords = map[string]string{
	"type": "", "enum": "", "const": "", "allOf": "", "anyOf": "", "oneOf": "", "not": "", "if": "", "then": "", "else": "",
	"$comment": "", "title": "", "description": "",
	"minimum": "number", "maximum": "number", "exclusiveMinimum": "number", "exclusiveMaximum": "number", "multipleOf": "number",
	"minLength": "string", "maxLength": "string", "pattern": "string", "format": "string",
	"items": "array", "prefixItems": "array", "contains": "array", "minContains": "array", "maxContains": "array",
	"minItems": "array", "maxItems": "array", "uniqueItems": "array",
	"properties": "object", "required": "object", "dependentRequired": "object", "dependentSchemas": "object",
}

// conditionFormats are the formats that weft checks as the official test suite says.
var conditionFormats = []string{"date", "date-time", "email", "ipv4", "ipv6", "json-pointer", "relative-json-pointer", "time", "uri", "uri-reference", "uuid"}

// keywordNeeds names what a keyword has no effect without.
var keywordNeeds = map[string][]string{"if": {"then", "else"}, "then": {"if"}, "else": {"if"}, "minContains": {"contains"}, "maxContains": {"contains"}}

// subject is the value that a condition speaks about: a record, the value of a
// field, one item of it, or with neither a value of unknown type.
type subject struct {
	record *Entity
	field  *Field
	item   bool
}

// types are the JSON types that the value may have; nil for unknown.
func (s subject) types() []string {
	switch {
	case s.record != nil:
		return []string{"object"}
	case s.field == nil:
		return nil
	case s.item:
		return []string{"string"}
	case s.field.Kind == query.Decimal: // a number to conditions, see validator
		return []string{"number"}
	}
	return jsonTypes(s.field.Type.Schema(s.field.Def)["type"])
}

func jsonTypes(v any) []string {
	var names []string
	switch v := v.(type) {
	case string:
		names = []string{v}
	case []string:
		names = v
	case []any:
		for _, x := range v {
			s, _ := x.(string)
			names = append(names, s)
		}
	}
	for i, n := range names {
		if n == "integer" {
			names[i] = "number"
		}
	}
	return names
}

// condition checks one schema of a condition and returns it as the validator
// takes it, with patterns rewritten for RE2.
func (c *compiler) condition(raw any, s subject, here string) any {
	schema, ok := raw.(map[string]any)
	if !ok {
		return raw // true or false; the validator refuses the rest
	}
	out := make(map[string]any, len(schema))
	for keyword, value := range schema {
		at := here + problem.Pointer(keyword)
		speaksOf, known := conditionKeywords[keyword]
		needs := keywordNeeds[keyword]
		switch types := s.types(); {
		case !known:
			c.failNew(at, "unknown_keyword", "keyword", keyword)
		case speaksOf != "" && types != nil && !slices.Contains(types, speaksOf):
			c.failNew(at, "idle_keyword", "keyword", keyword)
		case len(needs) > 0 && !slices.ContainsFunc(needs, func(n string) bool { _, ok := schema[n]; return ok }):
			c.failNew(at, "lone_keyword", "keyword", keyword, "needs", needs[0])
		default:
			out[keyword] = c.keyword(keyword, value, s, at)
		}
	}
	return out
}

// keyword checks the value of one keyword.
func (c *compiler) keyword(keyword string, value any, s subject, here string) any {
	switch keyword {
	case "if", "then", "else", "not":
		return c.condition(value, s, here)
	case "allOf", "anyOf", "oneOf":
		return c.conditionList(value, s, here)
	case "items", "contains":
		return c.condition(value, s.itemOf(), here)
	case "prefixItems":
		return c.conditionList(value, s.itemOf(), here)
	case "properties", "dependentSchemas":
		return c.conditionProperties(keyword, value, s, here)
	case "required":
		c.requiredNames(value, s, here)
	case "dependentRequired":
		c.dependentNames(value, s, here)
	case "enum":
		c.enumValues(value, s, here)
	case "const":
		c.constValue(value, s, here)
	case "type":
		c.typeNames(value, s, here)
	case "format":
		if name, ok := value.(string); ok && !slices.Contains(conditionFormats, name) {
			c.failNew(here, "unknown_format", "format", name, "known", conditionFormats)
		}
	case "pattern":
		return c.conditionPattern(value, here)
	}
	return value
}

// itemOf is the subject of an item of an array.
func (s subject) itemOf() subject {
	switch {
	case s.field == nil || s.item:
		return subject{}
	case s.field.IsChildRows():
		return subject{record: s.field.Target}
	}
	return subject{field: s.field, item: true}
}

func (c *compiler) conditionList(value any, s subject, here string) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	out := make([]any, len(list))
	for i, part := range list {
		out[i] = c.condition(part, s, here+problem.Pointer(i))
	}
	return out
}

func (c *compiler) conditionProperties(keyword string, value any, s subject, here string) any {
	members, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := make(map[string]any, len(members))
	for name, member := range members {
		at := here + problem.Pointer(name)
		inside := s
		if keyword == "properties" {
			inside = subject{}
		}
		if s.record != nil {
			f := s.record.ByKey[name]
			if f == nil && !IsSystem(name) {
				c.failNew(at, "unknown_field", "field", name)
				continue
			}
			if keyword == "properties" {
				inside.field = f
			}
		}
		out[name] = c.condition(member, inside, at)
	}
	return out
}

// requiredNames checks names that must be set. System fields are set by weft
// after the check, so that a condition that requires one refuses every create.
func (c *compiler) requiredNames(value any, s subject, here string) {
	list, _ := value.([]any)
	for i, v := range list {
		name, ok := v.(string)
		switch {
		case !ok || s.record == nil:
		case s.record.ByKey[name] != nil:
			if s.record.ByKey[name].Retired {
				c.failNew(here+problem.Pointer(i), "field_retired", "field", name)
			}
		case IsSystem(name):
			c.failNew(here+problem.Pointer(i), "system_field_required", "field", name)
		default:
			c.failNew(here+problem.Pointer(i), "unknown_field", "field", name)
		}
	}
}

func (c *compiler) dependentNames(value any, s subject, here string) {
	members, _ := value.(map[string]any)
	for name, list := range members {
		if s.record != nil && s.record.ByKey[name] == nil && !IsSystem(name) {
			c.failNew(here+problem.Pointer(name), "unknown_field", "field", name)
		}
		c.requiredNames(list, s, here+problem.Pointer(name))
	}
}

// enumValues checks a list of allowed values; an empty one allows nothing, and
// JSON Schema leaves open what it means.
func (c *compiler) enumValues(value any, s subject, here string) {
	list, ok := value.([]any)
	if ok && len(list) == 0 {
		c.failNew(here, "too_few", "min", 1)
	}
	for i, v := range list {
		c.constValue(v, s, here+problem.Pointer(i))
	}
}

// constValue checks that a field can have the value at all.
func (c *compiler) constValue(value any, s subject, here string) {
	if s.record != nil {
		c.failNew(here, "never_a_value")
		return
	}
	if s.field == nil || s.field.Kind == query.Object {
		return
	}
	keys, isList := value.([]any)
	if !s.item && slices.Contains(s.types(), "array") {
		if !isList {
			c.failNew(here, "never_a_value")
		}
		for i, key := range keys {
			c.constValue(key, subject{field: s.field, item: true}, here+problem.Pointer(i))
		}
		return
	}
	if _, ok := FilterValue(s.field, value); !ok || !c.offered(s.field, value) {
		c.failNew(here, "never_a_value")
	}
}

// offered tells whether a key is one of the field's choices, where it has some.
func (c *compiler) offered(f *Field, value any) bool {
	return len(f.Def.Choices) == 0 || slices.ContainsFunc(f.Def.Choices, func(x schemas.Choice) bool { return x.Key == value })
}

func (c *compiler) typeNames(value any, s subject, here string) {
	types := s.types()
	if types == nil {
		return
	}
	for _, name := range jsonTypes(value) {
		if slices.Contains(types, name) {
			return
		}
	}
	if !wellFormedType(value) {
		return // the validator refuses it
	}
	c.failNew(here, "never_a_value")
}

// wellFormedType tells whether every name is a type of JSON.
func wellFormedType(value any) bool {
	for _, name := range jsonTypes(value) {
		if !slices.Contains([]string{"null", "boolean", "object", "array", "number", "string"}, name) {
			return false
		}
	}
	return true
}

func (c *compiler) conditionPattern(value any, here string) any {
	source, ok := value.(string)
	if !ok {
		return value
	}
	re, err := compilePattern(source)
	if err != nil {
		c.failNew(here, "bad_pattern", "error", err.Error())
		return value
	}
	return re.String()
}
