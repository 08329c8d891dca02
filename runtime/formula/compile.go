package formula

import (
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"weft/runtime/query"
)

// node is a checked part of a formula.
type node struct {
	kind query.Kind // unset for null
	at   int        // byte offset in the source
	eval func(*env) (any, error)
	// literal is the text of a string literal: it may stand for a date.
	literal *string
}

type compiler struct {
	scope Scope
	paths []string
	clock bool
}

func constant(at int, kind query.Kind, v any) node {
	return node{kind: kind, at: at, eval: func(*env) (any, error) { return v, nil }}
}

func offset(n ast.Node) int { return int(n.Idx0()) - 1 }

// compile checks one expression and everything in it.
func (c *compiler) compile(e ast.Expression, depth int) (node, error) {
	if depth > MaxDepth {
		return node{}, fail(offset(e), "formula_too_deep", "nested too deeply")
	}
	switch x := e.(type) {
	case *ast.NumberLiteral:
		return c.number(x)
	case *ast.StringLiteral:
		s := x.Value.String()
		n := constant(offset(x), query.Text, s)
		n.literal = &s
		return n, nil
	case *ast.BooleanLiteral:
		return constant(offset(x), query.Bool, x.Value), nil
	case *ast.NullLiteral:
		return constant(offset(x), unset, nil), nil
	case *ast.TemplateLiteral:
		return c.template(x, depth)
	case *ast.Identifier:
		return c.path(offset(x), x.Name.String())
	case *ast.DotExpression:
		if left, ok := x.Left.(*ast.Identifier); ok {
			return c.path(offset(x), left.Name.String()+"."+x.Identifier.Name.String())
		}
	case *ast.UnaryExpression:
		return c.unary(x, depth)
	case *ast.BinaryExpression:
		return c.binary(x, depth)
	case *ast.ConditionalExpression:
		return c.conditional(x, depth)
	case *ast.CallExpression:
		return c.call(x, depth)
	}
	return node{}, fail(offset(e), "formula_not_allowed", "this is not allowed in a formula")
}

// each compiles several expressions.
func (c *compiler) each(es []ast.Expression, depth int) ([]node, error) {
	nodes := make([]node, len(es))
	for i, e := range es {
		n, err := c.compile(e, depth+1)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}

func (c *compiler) number(x *ast.NumberLiteral) (node, error) {
	v, err := parseNumber(x.Literal)
	if err != nil { // hexadecimal, separators, big integers, too great
		return node{}, fail(offset(x), "formula_number", "not a decimal number: %s", x.Literal)
	}
	return constant(offset(x), query.Number, v), nil
}

func (c *compiler) path(at int, path string) (node, error) {
	kind, ok := c.scope.Kind(path)
	if !ok {
		return node{}, fail(at, "formula_unknown_field", "there is no field %s", path).with("field", path)
	}
	if kind == query.Object {
		return node{}, fail(at, "formula_field_kind", "the field %s cannot be computed with", path).with("field", path)
	}
	if !slices.Contains(c.paths, path) {
		c.paths = append(c.paths, path)
	}
	return node{kind: kind, at: at, eval: func(e *env) (any, error) {
		return fromStored(e.get(path), kind)
	}}, nil
}

func (c *compiler) template(x *ast.TemplateLiteral, depth int) (node, error) {
	if x.Tag != nil {
		return node{}, fail(offset(x), "formula_not_allowed", "this is not allowed in a formula")
	}
	parts, err := c.each(x.Expressions, depth)
	if err != nil {
		return node{}, err
	}
	if err := singles(parts); err != nil {
		return node{}, err
	}
	texts := make([]string, len(x.Elements))
	for i, e := range x.Elements {
		texts[i] = e.Parsed.String()
	}
	return node{kind: query.Text, at: offset(x), eval: func(e *env) (any, error) {
		out := texts[0]
		for i, part := range parts {
			v, err := part.eval(e)
			if err != nil {
				return nil, err
			}
			out += toText(v) + texts[i+1]
		}
		return limitText(out)
	}}, nil
}

func (c *compiler) conditional(x *ast.ConditionalExpression, depth int) (node, error) {
	parts, err := c.each([]ast.Expression{x.Test, x.Consequent, x.Alternate}, depth)
	if err != nil {
		return node{}, err
	}
	return choose(offset(x), parts)
}

// choose is test ? a : b; only the chosen side is computed.
func choose(at int, parts []node) (node, error) {
	if err := want(parts[0], query.Bool); err != nil {
		return node{}, err
	}
	kind, sides, err := unify(parts[1:])
	if err != nil {
		return node{}, err
	}
	test, yes, no := parts[0], sides[0], sides[1]
	return node{kind: kind, at: at, eval: func(e *env) (any, error) {
		v, err := test.eval(e)
		if err != nil {
			return nil, err
		}
		if truth(v) {
			return yes.eval(e)
		}
		return no.eval(e)
	}}, nil
}

func (c *compiler) unary(x *ast.UnaryExpression, depth int) (node, error) {
	operand, err := c.compile(x.Operand, depth+1)
	if err != nil {
		return node{}, err
	}
	switch {
	case x.Operator == token.NOT:
		return not(offset(x), operand)
	case x.Operator == token.MINUS:
		return negate(offset(x), operand)
	case x.Operator == token.PLUS && isNumeric(operand.kind):
		return operand, nil
	}
	return node{}, fail(offset(x), "formula_not_allowed", "this is not allowed in a formula")
}
