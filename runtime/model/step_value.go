package model

import (
	"encoding/json"
	"time"

	"weft/runtime/formula"
	"weft/runtime/query"
)

// Value is a compiled value of a step; exactly one of its ways is set.
type Value struct {
	// For is the field that it is given to, nil for a value that is not stored.
	For     *Field
	preset  *Preset
	path    *valuePath
	formula *formula.Expr
	paths   map[string]*valuePath // that the formula reads
	text    *Text
	// result and input are paths into the results of steps and the body of a webhook.
	result, input []string
	// constant is a value without a field: {} and [] may hold values again.
	constant any
	clears   bool
}

// ValueEnv is what values are computed from.
type ValueEnv struct {
	// Record is the record of the run as it is now, Old as it was before the
	// event, Outer the record around an each; all in stored form.
	Record, Old, Outer map[string]any
	// Get reads a record across a reference, nil for none.
	Get func(collection, id string) map[string]any
	// Results are those of earlier steps in wire form, by key; Input is the body of a webhook.
	Results map[string]any
	Input   any
	Query   query.Env
	// Lang is the language of texts.
	Lang string
}

// valuePath is a field of the record, of the record before or around, or across a reference.
type valuePath struct {
	via   *Field
	field query.Field
	own   *Field // the field itself, nil for a system field
	// holder is the entity that has the field.
	holder *Entity
	root   string // "" for the record, old, outer
}

func (p *valuePath) doc(env *ValueEnv) map[string]any {
	switch p.root {
	case "old":
		return env.Old
	case "outer":
		return env.Outer
	}
	return env.Record
}

// stored is the value at the path, nil for unset.
func (p *valuePath) stored(env *ValueEnv) any {
	doc := p.doc(env)
	if p.via == nil {
		return doc[p.field.Key]
	}
	id, _ := doc[p.via.Key].(string)
	if id == "" || env.Get == nil {
		return nil
	}
	return env.Get(p.via.Target.Key, id)[p.field.Key]
}

// Wire computes the value in wire form, as the field it is for takes it; nil is
// unset. Errors are those of formulas: values out of range.
func (v *Value) Wire(env *ValueEnv) (any, error) {
	switch {
	case v.clears:
		return nil, nil
	case v.preset != nil:
		return v.For.wireOf(v.preset.Value(env.Query)), nil
	case v.path != nil:
		return v.fromPath(env), nil
	case v.formula != nil:
		stored, err := v.formula.Eval(func(path string) any { return v.paths[path].stored(env) }, env.Query.Now.In(zoneOf(env)))
		if err != nil || stored == nil {
			return nil, err
		}
		return v.fromKind(stored, v.formula.Result(), env), nil
	case v.text != nil:
		return v.text.In(env.Lang, env), nil
	case v.result != nil:
		return walk(env.Results, v.result), nil
	case v.input != nil:
		return walk(env.Input, v.input), nil
	}
	return fillConstant(v.constant, env)
}

// isDecimal tells whether the value is an amount.
func (v *Value) isDecimal() bool {
	return v.path != nil && v.path.field.Kind == query.Decimal || v.formula != nil && v.formula.Result() == query.Decimal
}

func zoneOf(env *ValueEnv) *time.Location {
	if env.Query.Zone == nil {
		return time.UTC
	}
	return env.Query.Zone
}

// wireOf is the wire form of a stored value.
func (f *Field) wireOf(stored any) any {
	if stored == nil || f == nil {
		return stored
	}
	return f.Type.Wire(f, stored)
}

func (v *Value) fromPath(env *ValueEnv) any {
	stored, p := v.path.stored(env), v.path
	switch {
	case stored == nil:
		return nil
	case v.For != nil && v.For.Kind == query.Text && p.field.Kind != query.Text:
		return formatStored(p, stored, env.Lang)
	case v.For != nil && v.For.Kind != p.field.Kind:
		return v.fromKind(stored, p.field.Kind, env)
	case p.own != nil:
		return p.own.wireOf(stored)
	}
	return stored
}

// fromKind turns a stored value of one kind into the wire form of the field: amounts
// and numbers, days and instants (in the organisation's zone) become each other.
func (v *Value) fromKind(stored any, kind query.Kind, env *ValueEnv) any {
	s, _ := stored.(string)
	to := kind
	if v.For != nil {
		to = v.For.Kind
	}
	switch {
	case kind == query.Decimal && to == query.Number:
		return json.Number(query.FormatDecimal(s))
	case kind == query.Decimal:
		return query.FormatDecimal(s)
	case kind == query.Date && to == query.Instant:
		day, err := time.ParseInLocation(query.DateLayout, s, zoneOf(env))
		if err != nil {
			return nil
		}
		return query.FormatInstant(day)
	case kind == query.Instant && to == query.Date:
		at, err := query.ParseInstant(s)
		if err != nil {
			return nil
		}
		return at.In(zoneOf(env)).Format(query.DateLayout)
	case to == query.Keys && kind != query.Keys:
		return []any{stored}
	}
	return stored
}

// walk follows member names and positions into a JSON value.
func walk(v any, path []string) any {
	for _, name := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i := 0
			for _, r := range name {
				if r < '0' || r > '9' || i > len(x) {
					return nil
				}
				i = 10*i + int(r-'0')
			}
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// fillConstant replaces the values inside a JSON value.
func fillConstant(c any, env *ValueEnv) (any, error) {
	switch x := c.(type) {
	case *Value:
		return x.Wire(env)
	case []any:
		out := make([]any, len(x))
		for i, part := range x {
			v, err := fillConstant(part, env)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, part := range x {
			v, err := fillConstant(part, env)
			if err != nil {
				return nil, err
			}
			out[key] = v
		}
		return out, nil
	}
	return c, nil
}
