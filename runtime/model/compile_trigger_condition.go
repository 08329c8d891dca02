package model

import (
	"encoding/json"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// conditionRules say what a condition may hold.
type conditionRules struct {
	sc *stepScope
	// entity is the entity that is filtered.
	entity *Entity
	// old lets paths begin with old., related lets it ask for related records.
	old, related bool
	// values lets comparisons have values of the run.
	values bool
	// scripts lets it ask scripts: alone, or as a part of an outermost all.
	scripts bool
}

func (r conditionRules) queried() query.Entity {
	if r.old {
		return withOld{r.entity}
	}
	return r.entity
}

// triggerCondition compiles a filter of a trigger; nil when there is none.
func (c *compiler) triggerCondition(r conditionRules, raw json.RawMessage, here string) *Condition {
	if len(raw) == 0 || r.entity == nil {
		return nil
	}
	wire, ok := decoded(raw)
	if !ok {
		c.fail(here, "filter_shape")
		return nil
	}
	if !isSpecial(wire) {
		filter, problems := query.Parse(raw, r.queried(), here)
		c.add("", problems)
		if r.old {
			r.sc.trigger.oldPaths(filter)
		}
		return &Condition{entity: r.queried(), filter: filter}
	}
	switch x := wire.(type) {
	case []any:
		return c.comparedValue(r, x, here)
	case map[string]any:
		if x["script"] != nil {
			return c.scriptCondition(r, x, here)
		}
		if x["entity"] != nil {
			return c.relatedCondition(r, raw, here)
		}
		return c.joinedCondition(r, x, here)
	}
	return nil
}

// isSpecial tells whether a filter holds what the query language does not know:
// values of the run, or related records.
func isSpecial(v any) bool {
	switch x := v.(type) {
	case []any:
		if len(x) == 3 && valueWord(x[2]) != "" {
			return true
		}
		for _, part := range x {
			if isSpecial(part) {
				return true
			}
		}
	case map[string]any:
		if x["entity"] != nil || x["script"] != nil {
			return true
		}
		for _, part := range x {
			if isSpecial(part) {
				return true
			}
		}
	}
	return false
}

// oldPaths notes the fields of the record before that a filter reads.
func (t *Trigger) oldPaths(f query.Filter) {
	for _, p := range f.Fields() {
		if p.Through == OldCollection {
			t.readsOld(p.Field)
		}
	}
}

func (c *compiler) joinedCondition(r conditionRules, x map[string]any, here string) *Condition {
	out := &Condition{}
	for join, sub := range x {
		parts, ok := sub.([]any)
		if join == "not" {
			parts, ok = []any{sub}, true
		}
		if !ok || len(x) != 1 || join != "all" && join != "any" && join != "not" {
			c.fail(here, "filter_shape")
			return nil
		}
		out.Join = join
		r.scripts = r.scripts && join == "all"
		for i, part := range parts {
			at := here + problem.Pointer(join)
			if join != "not" {
				at += problem.Pointer(i)
			}
			raw, _ := json.Marshal(part)
			if p := c.triggerCondition(r, raw, at); p != nil {
				out.Parts = append(out.Parts, p)
			}
		}
	}
	return out
}

// scriptCondition is {"script"}. It holds where filters are asked; the script is asked
// when the run begins.
func (c *compiler) scriptCondition(r conditionRules, x map[string]any, here string) *Condition {
	key, ok := x["script"].(string)
	if !ok || len(x) != 1 || !r.scripts {
		c.fail(here, "filter_shape")
		return nil
	}
	if _, ok := c.set.Get(schemas.KindScript, key); !ok {
		c.fail(here+"/script", "unknown_script", "script", key)
	}
	r.sc.trigger.Scripts, r.sc.trigger.WholeOld = append(r.sc.trigger.Scripts, key), true
	return &Condition{Join: "all"}
}

// comparedValue is a comparison with a value of the run.
func (c *compiler) comparedValue(r conditionRules, x []any, here string) *Condition {
	if len(x) != 3 || valueWord(x[2]) == "" || !r.values {
		c.fail(here, "filter_shape")
		return nil
	}
	raw, _ := json.Marshal([]any{x[0], string(query.Present)})
	filter, problems := query.Parse(raw, r.queried(), here)
	c.add("", problems)
	if len(problems) > 0 {
		return nil
	}
	if r.old {
		r.sc.trigger.oldPaths(filter)
	}
	op, _ := x[1].(string)
	if op == "" || op == string(query.Empty) || op == string(query.Present) || op == string(query.Between) {
		c.fail(here+"/1", "unknown_operator", "op", op)
		return nil
	}
	value, _ := json.Marshal(x[2])
	out := &Condition{entity: r.queried(), template: x, value: c.stepValue(r.sc, nil, value, here+"/2")}
	if len(filter.Fields()) == 1 && out.value != nil {
		c.comparable(filter.Fields()[0], out.value, here+"/2")
	}
	return out
}

// comparable checks that a value of the run has the kind of the path that it is
// compared with.
func (c *compiler) comparable(p query.Path, v *Value, here string) {
	kind := query.Kind(0)
	switch {
	case v.path != nil:
		kind = v.path.field.Kind
	case v.formula != nil:
		kind = v.formula.Result()
	default:
		return
	}
	numbers := (kind == query.Number || kind == query.Decimal) && (p.Kind == query.Number || p.Kind == query.Decimal)
	keys := (kind == query.Key || kind == query.Text) && (p.Kind == query.Key || p.Kind == query.Keys)
	if kind != p.Kind && !numbers && !keys {
		c.fail(here, "value_does_not_fit", "field", p.Name())
	}
}

// relatedCondition is {"entity","field","where"}.
func (c *compiler) relatedCondition(r conditionRules, raw json.RawMessage, here string) *Condition {
	var def struct {
		Entity, Field string
		Where         json.RawMessage
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || json.Unmarshal(raw, &def) != nil || !r.related {
		c.fail(here, "filter_shape")
		return nil
	}
	for name := range members {
		if name != "entity" && name != "field" && name != "where" {
			c.fail(here+problem.Pointer(name), "unknown_key", "key", name)
		}
	}
	e := c.entityOf(def.Entity, here+"/entity")
	if e == nil {
		return nil
	}
	rel := &Related{Entity: e, Field: c.relatedField(r.entity, e, def.Field, here)}
	rel.Where = c.triggerCondition(conditionRules{sc: r.sc, entity: e, values: true}, def.Where, here+"/where")
	return &Condition{Related: rel}
}

// relatedField is the reference from e to the record: the one that is named, or the only one.
func (c *compiler) relatedField(to, e *Entity, key, here string) *Field {
	if key != "" {
		f := c.ownField(e, key, here+"/field")
		if f != nil && (f.Target != to || f.Kind != query.Key) {
			c.fail(here+"/field", "wrong_target", "field", key, "entity", to.Key)
			return nil
		}
		return f
	}
	var found []*Field
	for _, f := range e.Fields {
		if f.Target == to && f.Kind == query.Key && !f.IsChildRows() {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		c.fail(here+"/field", "name_the_reference", "entity", e.Key, "to", to.Key)
		return nil
	}
	return found[0]
}
