package model

import (
	"encoding/json"

	"weft/runtime/problem"
	"weft/runtime/query"
)

// OldCollection is the name under which a filter of a trigger reads the record as
// it was before the event: its paths "old.…" cross a reference of that name.
const OldCollection = "old"

// withOld is an entity whose filters know old.….
type withOld struct{ *Entity }

// Lookup implements query.Entity.
func (e withOld) Lookup(key string) (query.Field, bool) {
	if key == OldCollection {
		return query.Field{Key: OldCollection, Kind: query.Key, Target: oldRecord(e)}, true
	}
	return e.Entity.Lookup(key)
}

// oldRecord is the entity of the record before.
type oldRecord struct{ *Entity }

// EntityKey implements query.Entity.
func (oldRecord) EntityKey() string { return OldCollection }

// HasRelated tells whether the condition asks for related records.
func (c *Condition) HasRelated() bool {
	if c == nil {
		return false
	}
	for _, p := range c.Parts {
		if p.HasRelated() {
			return true
		}
	}
	return c.Related != nil
}

// Expr is the condition as a filter that finds other records. It must not ask for
// related records. Nothing equals an unset value: two records without a phone have
// no phone in common.
func (c *Condition) Expr(env *ValueEnv) (query.Expr, error) { return c.expr(env, false) }

// expr is the condition as a filter. For the record of the run itself (own) what is
// unset equals an unset value: a field that was empty and still is did not change.
func (c *Condition) expr(env *ValueEnv, own bool) (query.Expr, error) {
	if c == nil {
		return nil, nil
	}
	if c.Join != "" {
		return c.joined(env, own)
	}
	filter := c.filter
	if c.value != nil {
		var err error
		if filter, err = c.filled(env, own); err != nil {
			return nil, err
		}
	}
	x, problems := filter.Bind(env.Query, c.entity, nil)
	if len(problems) > 0 {
		return nil, problem.Of(problem.Invalid, problems...)
	}
	return x, nil
}

func (c *Condition) joined(env *ValueEnv, own bool) (query.Expr, error) {
	parts := make([]query.Expr, len(c.Parts))
	for i, p := range c.Parts {
		x, err := p.expr(env, own)
		if err != nil {
			return nil, err
		}
		if parts[i] = x; x == nil {
			parts[i] = query.All{}
		}
	}
	switch c.Join {
	case "any":
		return query.Any(parts), nil
	case "not":
		return query.Not{X: parts[0]}, nil
	}
	return query.All(parts), nil
}

// filled is the comparison with the value of the run. Every value that is set
// differs from an unset one.
func (c *Condition) filled(env *ValueEnv, own bool) (query.Filter, error) {
	wire, err := c.value.Wire(env)
	if err != nil {
		return query.Filter{}, err
	}
	item := append([]any{}, c.template...)
	if s, ok := wire.(string); ok && c.value.isDecimal() {
		wire = json.Number(s) // numbers and amounts compare
	}
	switch {
	case wire != nil:
		item[2] = wire
	case item[1] == string(query.Eq) && own:
		item = []any{item[0], string(query.Empty)}
	case item[1] == string(query.Ne):
		item = []any{item[0], string(query.Present)}
	}
	raw, err := json.Marshal(item)
	if err != nil {
		return query.Filter{}, err
	}
	if len(item) == 3 && wire == nil {
		raw = json.RawMessage(`{"any":[]}`)
	}
	filter, problems := query.Parse(raw, c.entity, "")
	if len(problems) > 0 {
		return query.Filter{}, problem.Of(problem.Invalid, problems...)
	}
	return filter, nil
}

// Holds tells whether the condition holds for the record of env. related answers
// for parts that ask for related records; it may be nil where there are none.
func (c *Condition) Holds(env *ValueEnv, related func(*Related) (bool, error)) (bool, error) {
	if c == nil {
		return true, nil
	}
	if c.Related != nil {
		return related(c.Related)
	}
	if c.Join == "" {
		return c.matches(env)
	}
	for _, p := range c.Parts {
		ok, err := p.Holds(env, related)
		switch {
		case err != nil:
			return false, err
		case c.Join == "not":
			return !ok, nil
		case ok == (c.Join == "any"):
			return ok, nil
		}
	}
	return c.Join == "all", nil
}

func (c *Condition) matches(env *ValueEnv) (bool, error) {
	x, err := c.expr(env, true)
	if err != nil {
		return false, err
	}
	doc := env.Record
	if _, ok := c.entity.(withOld); ok {
		doc = make(map[string]any, len(env.Record)+1)
		for k, v := range env.Record {
			doc[k] = v
		}
		doc[OldCollection] = OldCollection
	}
	return query.Matches(x, doc, func(collection, id string) map[string]any {
		switch {
		case collection == OldCollection:
			return env.Old
		case env.Get == nil:
			return nil
		}
		return env.Get(collection, id)
	}), nil
}

// Expr is the filter of the related records of a record.
func (r *Related) Expr(record string, env *ValueEnv) (query.Expr, error) {
	where, err := r.Where.Expr(env)
	if err != nil {
		return nil, err
	}
	return query.And(query.Cmp{Path: r.Field.Path(), Op: query.Eq, Value: record}, where), nil
}
