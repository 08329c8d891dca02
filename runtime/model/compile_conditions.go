package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// conditions compiles the conditions that go beyond single fields: allOf,
// if/then/else and dependentRequired of the entity's own JSON Schema.
func (c *compiler) conditions() {
	for _, e := range c.order {
		doc := conditionSchema(e.Def)
		if len(doc) == 0 {
			continue
		}
		before, warned := len(c.problems), len(c.m.Warnings)
		forValidator := c.condition(doc, subject{record: e}, at(e.Def))
		if len(c.problems) > before {
			continue
		}
		if len(c.m.Warnings) > warned { // published by an earlier weft: it means what it meant
			forValidator = doc
		}
		v, err := newValidator(e, forValidator)
		if err != nil {
			c.fail(at(e.Def), "bad_condition", "error", err.Error())
			continue
		}
		e.Conditions = v
	}
}

// conditionSchema is the part of the entity that is checked by JSON Schema.
func conditionSchema(def *schemas.Entity) map[string]any {
	doc := map[string]any{}
	put := func(key string, raw json.RawMessage) {
		if v, ok := decoded(raw); ok {
			doc[key] = v
		}
	}
	put("if", def.If)
	put("then", def.Then)
	put("else", def.Else)
	if len(def.AllOf) > 0 {
		list := make([]any, len(def.AllOf))
		for i, raw := range def.AllOf {
			list[i], _ = decoded(raw)
		}
		doc["allOf"] = list
	}
	if len(def.DependentRequired) > 0 {
		rules := map[string]any{}
		for key, names := range def.DependentRequired {
			list := make([]any, len(names))
			for i, n := range names {
				list[i] = n
			}
			rules[key] = list
		}
		doc["dependentRequired"] = rules
	}
	return doc
}

func decoded(raw json.RawMessage) (any, bool) {
	if len(raw) == 0 {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err == nil
}

// validator checks records against an entity's conditions. Amounts are numbers
// to it, although the wire form is a decimal string: minimum and maximum would
// pass over a string.
type validator struct {
	schema   *jsonschema.Schema
	sources  schemas.Sources
	decimals []string
}

func newValidator(e *Entity, doc any) (*validator, error) {
	address := "https://weft.dev/entities/" + e.Key + ".json"
	data, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("conditions of %s: %w", e.Key, err)
	}
	compiler := schemas.NewCompiler()
	compiler.AssertFormat = true
	if err := compiler.AddResource(address, bytes.NewReader(data)); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile(address)
	if err != nil {
		return nil, err
	}
	v := &validator{schema: schema, sources: schemas.Sources{address: doc}}
	for _, f := range e.Fields {
		if f.Kind == query.Decimal {
			v.decimals = append(v.decimals, f.Key)
		}
	}
	return v, nil
}

// Validate checks a record in wire form.
func (v *validator) Validate(record map[string]any) []problem.Field {
	instance := make(map[string]any, len(record))
	for key, value := range record {
		instance[key] = jsonValue(value)
	}
	for _, key := range v.decimals {
		if s, ok := instance[key].(string); ok {
			instance[key] = json.Number(s)
		}
	}
	err := v.schema.Validate(instance)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		if ps := v.sources.Explain(invalid, instance); len(ps) > 0 {
			return ps
		}
	}
	return []problem.Field{problem.At("", "condition", "keyword", err.Error())}
}

// jsonValue turns Go slices of the wire form into what JSON decoding gives.
func jsonValue(v any) any {
	if list, ok := keyList(v); ok {
		return list
	}
	return v
}
