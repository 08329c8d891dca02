package model

import (
	"bytes"
	"encoding/json"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// rollUps compiles the aggregates over referring records.
func (c *compiler) rollUps() {
	for _, e := range c.order {
		for _, f := range e.Fields {
			if f.Def.FieldType == schemas.TypeRollUp && f.Def.RollUp != nil {
				c.rollUp(f)
			}
		}
	}
}

func (c *compiler) rollUp(f *Field) {
	def, here := f.Def.RollUp, at(f.Entity.Def, "properties", f.Key, "x-roll-up")
	from := c.entityOf(def.Entity, here+"/entity")
	if from == nil {
		return
	}
	r := &RollUp{Field: f, Entity: from, Func: def.Func}
	if r.Reference = c.ownField(from, def.Field, here+"/field"); r.Reference != nil && (r.Reference.Target != f.Entity || r.Reference.IsChildRows()) {
		c.fail(here+"/field", "wrong_target", "field", def.Field, "entity", f.Entity.Key)
		r.Reference = nil
	}
	if def.Of != "" && def.Func != "count" {
		if r.Of = c.ownField(from, def.Of, here+"/of"); r.Of != nil {
			c.rollUpFunction(r, here)
		}
	}
	var problems []problem.Field
	r.Where, problems = query.Parse(def.Where, from, here+"/where")
	c.add("", problems)
	c.stableFilter(r, here+"/where")
	if r.Reference == nil {
		return
	}
	f.RollUp = r
	f.Entity.RollUps = append(f.Entity.RollUps, f)
	from.DependentRollUps = append(from.DependentRollUps, f)
}

// rollUpFunction checks that the function suits the field and its result the annotation.
func (c *compiler) rollUpFunction(r *RollUp, here string) {
	number := r.Of.Kind == query.Number || r.Of.Kind == query.Decimal
	ordered := number || r.Of.Kind == query.Date || r.Of.Kind == query.Instant
	if (r.Func == "sum" || r.Func == "avg") && !number || !ordered {
		c.fail(here+"/of", "no_aggregate", "field", r.Of.Key, "func", r.Func)
		return
	}
	if slices.Contains(resultTypes, r.Field.Def.Result) && r.Field.Kind != r.Of.Kind {
		c.fail(at(r.Field.Entity.Def, "properties", r.Field.Key, "x-result"), "wrong_result", "want", kindName(r.Of.Kind), "have", kindName(r.Field.Kind))
	}
}

// stableFilter refuses filters whose answer changes although no referring record
// does: then the stored result would be wrong.
func (c *compiler) stableFilter(r *RollUp, here string) {
	for _, p := range r.Where.Fields() {
		if p.Through != "" {
			c.fail(here, "roll_up_across", "field", p.Name())
		}
	}
	if relativeIn(r.Field.Def.RollUp.Where) || r.Where.UsesClock() {
		c.fail(here, "roll_up_relative")
	}
}

// relativeIn tells whether a filter compares with now, me or my department.
func relativeIn(where json.RawMessage) bool {
	var v any
	if len(where) == 0 || json.NewDecoder(bytes.NewReader(where)).Decode(&v) != nil {
		return false
	}
	return hasRelative(v)
}

func hasRelative(v any) bool {
	switch x := v.(type) {
	case []any:
		return slices.ContainsFunc(x, hasRelative)
	case map[string]any:
		for key, sub := range x {
			if key == "now" || key == "day" || key == "me" || key == "myDepartment" || hasRelative(sub) {
				return true
			}
		}
	}
	return false
}

// kindName is the word for a stored kind in messages.
func kindName(k query.Kind) string {
	names := [...]string{"", "text", "number", "currency", "date", "datetime", "boolean", "choice", "multi_choice", "object"}
	if int(k) < len(names) {
		return names[k]
	}
	return ""
}
