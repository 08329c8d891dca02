package query

import (
	"bytes"
	"encoding/json"
	"io"

	"weft/runtime/problem"
)

// Bounds of a filter.
const (
	maxDepth  = 32
	maxLeaves = 500
	maxList   = 1000 // values of one "in"
)

// leaf is a comparison that still holds relative values, with the JSON
// pointer at which it was written.
type leaf struct {
	Cmp
	at string
}

func (leaf) expr() {}

// Parse reads a filter and checks it against e. Absent and null are the zero
// Filter. Problems carry JSON pointers below at; all are found at once.
func Parse(raw json.RawMessage, e Entity, at string) (Filter, []problem.Field) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return Filter{}, nil
	}
	v, err := decode(raw)
	if err != nil {
		return Filter{}, []problem.Field{problem.At(at, "filter_shape")}
	}
	p := &parser{entity: e}
	x := p.filter(v, at, 1)
	if len(p.problems) > 0 {
		return Filter{}, p.problems
	}
	return Filter{expr: x}, nil
}

// decode reads one JSON value, numbers as json.Number.
func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, io.ErrUnexpectedEOF
	}
	return v, nil
}

type parser struct {
	entity   Entity
	leaves   int
	full     bool
	problems []problem.Field
}

func (p *parser) fail(at, code string, params ...any) {
	p.problems = append(p.problems, problem.At(at, code, params...))
}

func (p *parser) filter(v any, at string, depth int) Expr {
	if depth > maxDepth {
		p.fail(at, "filter_depth", "max", maxDepth)
		return nil
	}
	switch x := v.(type) {
	case []any:
		return p.comparison(x, at)
	case map[string]any:
		if len(x) == 1 {
			for key, sub := range x {
				return p.junction(key, sub, at, depth)
			}
		}
	}
	p.fail(at, "filter_shape")
	return nil
}

func (p *parser) junction(key string, sub any, at string, depth int) Expr {
	at += problem.Pointer(key)
	if key == "not" {
		return Not{p.filter(sub, at, depth+1)}
	}
	list, ok := sub.([]any)
	if !ok || key != "all" && key != "any" {
		p.fail(at, "filter_shape")
		return nil
	}
	parts := make([]Expr, len(list))
	for i, part := range list {
		parts[i] = p.filter(part, at+problem.Pointer(i), depth+1)
	}
	switch {
	case len(parts) == 1:
		return parts[0]
	case key == "all":
		return All(parts)
	}
	return Any(parts)
}

func (p *parser) comparison(x []any, at string) Expr {
	if p.leaves++; p.leaves > maxLeaves {
		if !p.full {
			p.full = true
			p.fail(at, "filter_size", "max", maxLeaves)
		}
		return nil
	}
	if len(x) < 2 || len(x) > 3 {
		p.fail(at, "filter_shape")
		return nil
	}
	name, isName := x[0].(string)
	op, isOp := x[1].(string)
	if !isName || !isOp {
		p.fail(at, "filter_shape")
		return nil
	}
	path, field, known := p.path(name, at+"/0")
	if !known || !p.operator(Op(op), path, field, len(x), at) {
		return nil
	}
	c := Cmp{Path: path, Op: Op(op)}
	if c.Op == Contains && path.Kind == Keys {
		c.Op = Eq
	}
	if len(x) == 3 {
		var ok bool
		if c.Value, ok = p.value(c, field, x[2], at+"/2"); !ok {
			return nil
		}
	}
	return leaf{c, at}
}

// operator checks that op exists, suits the field and has a value or none.
func (p *parser) operator(op Op, path Path, f Field, length int, at string) bool {
	kinds, known := operators[op]
	switch {
	case !known:
		p.fail(at+"/1", "unknown_operator", "op", string(op))
	case f.Incomparable && op != Empty && op != Present, !kinds[path.Kind]:
		p.fail(at+"/1", "wrong_operator", "op", string(op), "field", path.Name())
	case (op == Empty || op == Present) && length == 3:
		p.fail(at+"/2", "no_value_wanted", "op", string(op))
	case op != Empty && op != Present && length == 2:
		p.fail(at, "value_wanted", "op", string(op))
	default:
		return true
	}
	return false
}

// operators says which kinds an operator compares.
var operators = map[Op][Object + 1]bool{
	Eq: equatable, Ne: equatable, In: equatable,
	Lt: ordered, Le: ordered, Gt: ordered, Ge: ordered, Between: ordered,
	Contains: {Text: true, Keys: true}, Starts: {Text: true},
	Empty: every, Present: every,
}

var (
	every     = [Object + 1]bool{Text: true, Number: true, Decimal: true, Date: true, Instant: true, Bool: true, Key: true, Keys: true, Object: true}
	equatable = [Object + 1]bool{Text: true, Number: true, Decimal: true, Date: true, Instant: true, Bool: true, Key: true, Keys: true}
	ordered   = [Object + 1]bool{Text: true, Number: true, Decimal: true, Date: true, Instant: true, Key: true}
)
