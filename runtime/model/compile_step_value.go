package model

import (
	"encoding/json"
	"slices"
	"strings"

	"weft/runtime/formula"
	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// stepScope is what the values of a step may name.
type stepScope struct {
	trigger *Trigger
	// entity is that of the record, nil for none; outer that of the record around an each.
	entity, outer *Entity
	// steps are the keys of the steps before.
	steps map[string]bool
}

// valueWords are the members that make an object a value instead of a constant.
var valueWords = []string{"field", "old", "outer", "formula", "text", "result", "input"}

// valueWord is the word of an object that is a value; "" for a constant.
func valueWord(v any) string {
	object, ok := v.(map[string]any)
	if !ok || len(object) != 1 {
		return ""
	}
	for word := range object {
		if slices.Contains(valueWords, word) {
			return word
		}
	}
	return ""
}

// stepValue compiles a value for a field, or with f nil for something else than a record.
func (c *compiler) stepValue(sc *stepScope, f *Field, raw json.RawMessage, here string) *Value {
	wire, ok := decoded(raw)
	if !ok {
		c.fail(here, "bad_step_value")
		return nil
	}
	word := valueWord(wire)
	switch {
	case word != "":
		return c.computedValue(sc, f, word, wire.(map[string]any)[word], here)
	case wire == nil:
		return &Value{For: f, clears: true}
	case f == nil:
		return &Value{constant: c.freeConstant(sc, wire, here)}
	case f.IsChildRows():
		return &Value{For: f, constant: c.freeConstant(sc, wire, here)}
	}
	return &Value{For: f, preset: c.preset(f, raw, here)}
}

// freeConstant compiles the values inside a JSON value.
func (c *compiler) freeConstant(sc *stepScope, wire any, here string) any {
	if word := valueWord(wire); word != "" {
		return c.computedValue(sc, nil, word, wire.(map[string]any)[word], here)
	}
	switch x := wire.(type) {
	case []any:
		for i := range x {
			x[i] = c.freeConstant(sc, x[i], here+problem.Pointer(i))
		}
	case map[string]any:
		for key := range x {
			x[key] = c.freeConstant(sc, x[key], here+problem.Pointer(key))
		}
	}
	return wire
}

func (c *compiler) computedValue(sc *stepScope, f *Field, word string, argument any, here string) *Value {
	v, at := &Value{For: f}, here+problem.Pointer(word)
	if word == "text" {
		v.text = c.stepText(sc, argument, at)
		c.wantText(f, at)
		return v
	}
	s, ok := argument.(string)
	if !ok || s == "" {
		c.fail(at, "wrong_type", "want", jsonTypeTitle("string"))
		return v
	}
	switch word {
	case "formula":
		c.stepFormula(sc, v, s, at)
	case "result":
		c.stepResult(sc, v, s, at)
	case "input":
		v.input = strings.Split(s, ".")
		if sc.trigger.Def.On.Event != schemas.EventWebhook {
			c.fail(at, "no_input", "event", string(sc.trigger.Def.On.Event))
		}
	default:
		if v.path = c.valuePath(sc, map[string]string{"field": "", "old": "old", "outer": "outer"}[word], s, at); v.path != nil {
			c.suits(v.path, f, at)
		}
	}
	return v
}

// stepResult is the result of a step that runs before.
func (c *compiler) stepResult(sc *stepScope, v *Value, s, at string) {
	v.result = strings.Split(s, ".")
	if !sc.steps[v.result[0]] {
		c.fail(at, "unknown_step", "step", v.result[0])
	}
}

// valuePath finds a path of the record, or of the record before or around.
func (c *compiler) valuePath(sc *stepScope, root, path, at string) *valuePath {
	e := sc.entity
	switch root {
	case "old":
		if e = sc.trigger.Entity; e != nil {
			sc.trigger.readsOld(path)
		}
	case "outer":
		e = sc.outer
	}
	if e == nil {
		c.fail(at, "no_record")
		return nil
	}
	if root != "" || sc.outer == nil {
		sc.trigger.UsesRecord = true
	}
	via, f, ok := e.follow(path)
	if !ok {
		c.fail(at, "unknown_field", "field", path)
		return nil
	}
	p := &valuePath{via: via, field: f, root: root, holder: e}
	if via != nil {
		p.holder = via.Target
	}
	p.own = p.holder.ByKey[f.Key]
	return p
}

func (t *Trigger) readsOld(path string) {
	key, _, _ := strings.Cut(path, ".")
	if !slices.Contains(t.Old, key) {
		t.Old = append(t.Old, key)
	}
}

// suits checks that values of a path can be values of a field.
func (c *compiler) suits(p *valuePath, f *Field, at string) {
	if f == nil {
		return
	}
	from, to := p.field.Kind, f.Kind
	fits := from == to
	switch to {
	case query.Text:
		fits = from != query.Object || p.own != nil
	case query.Number, query.Decimal:
		fits = from == query.Number || from == query.Decimal
	case query.Date, query.Instant:
		fits = from == query.Date || from == query.Instant
	case query.Key, query.Keys:
		fits = (from == to || from == query.Key) && sameTarget(p, f)
	case query.Object:
		fits = p.own != nil && p.own.Def.FieldType == f.Def.FieldType
	}
	if !fits {
		c.fail(at, "value_does_not_fit", "field", f.Key)
	}
}

// sameTarget tells whether the values of both refer to records of one entity, or to none.
func sameTarget(p *valuePath, f *Field) bool {
	to := ""
	if f.Target != nil {
		to = f.Target.Key
	}
	return p.refersTo() == to
}

// refersTo is the key of the entity whose records the values name, "" for none.
func (p *valuePath) refersTo() string {
	switch {
	case p.field.Key == "id":
		return p.holder.Key
	case p.field.Target != nil:
		return p.field.Target.EntityKey()
	}
	return ""
}

// stepFormula compiles an expression over the record, with old.… for the record before.
func (c *compiler) stepFormula(sc *stepScope, v *Value, src, at string) {
	x, err := formula.Parse(src, stepPaths{sc})
	if err != nil {
		c.syntax(at, err)
		return
	}
	if v.For != nil {
		as, ok := x.As(v.For.Kind)
		switch {
		case ok:
			x = as
		case v.For.Kind == query.Key && x.Result() == query.Text, v.For.Kind == query.Text,
			v.For.Kind == query.Instant && x.Result() == query.Date, v.For.Kind == query.Date && x.Result() == query.Instant:
		default:
			c.fail(at, "value_does_not_fit", "field", v.For.Key)
		}
	}
	v.formula, v.paths = x, map[string]*valuePath{}
	for _, path := range x.Paths() {
		root, rest := splitRoot(path)
		if p := c.valuePath(sc, root, rest, at); p != nil {
			v.paths[path] = p
		}
	}
}

// stepPaths lets a formula of a step see the record, and the record before as old.….
type stepPaths struct{ sc *stepScope }

// Kind implements formula.Scope.
func (s stepPaths) Kind(path string) (query.Kind, bool) {
	root, rest := splitRoot(path)
	e := s.sc.entity
	if root == "old" {
		e = s.sc.trigger.Entity
	}
	if e == nil {
		return 0, false
	}
	_, f, ok := e.follow(rest)
	return f.Kind, ok
}

func splitRoot(path string) (root, rest string) {
	if rest, ok := strings.CutPrefix(path, "old."); ok {
		return "old", rest
	}
	return "", path
}
