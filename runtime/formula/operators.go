package formula

import (
	"cmp"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

var arithmetic = map[token.Token]func(a, b decimal.Decimal) (any, error){
	token.PLUS:     func(a, b decimal.Decimal) (any, error) { return limit(a.Add(b)) },
	token.MINUS:    func(a, b decimal.Decimal) (any, error) { return limit(a.Sub(b)) },
	token.MULTIPLY: func(a, b decimal.Decimal) (any, error) { return limit(a.Mul(b)) },
	token.SLASH: func(a, b decimal.Decimal) (any, error) {
		if b.IsZero() {
			return nil, nil
		}
		return limit(a.DivRound(b, places))
	},
	// The remainder has the sign of the dividend, as in JavaScript.
	token.REMAINDER: func(a, b decimal.Decimal) (any, error) {
		if b.IsZero() {
			return nil, nil
		}
		return limit(a.Mod(b))
	},
}

func (c *compiler) binary(x *ast.BinaryExpression, depth int) (node, error) {
	sides, err := c.each([]ast.Expression{x.Left, x.Right}, depth)
	if err != nil {
		return node{}, err
	}
	at := offset(x)
	switch x.Operator {
	case token.LOGICAL_AND, token.LOGICAL_OR:
		return logical(at, sides, x.Operator == token.LOGICAL_OR)
	case token.COALESCE:
		return coalesce(at, sides)
	case token.EQUAL, token.STRICT_EQUAL:
		return equal(at, sides, true)
	case token.NOT_EQUAL, token.STRICT_NOT_EQUAL:
		return equal(at, sides, false)
	}
	if holds, ok := comparisons[x.Operator]; ok {
		return ordered(at, sides, holds)
	}
	if x.Operator == token.PLUS && (isText(sides[0]) || isText(sides[1])) {
		return join(at, sides)
	}
	if op, ok := arithmetic[x.Operator]; ok {
		return calculate(at, sides, op)
	}
	return node{}, fail(at, "formula_not_allowed", "this is not allowed in a formula")
}

func isText(n node) bool { return family(n.kind) == query.Text }

func calculate(at int, sides []node, op func(a, b decimal.Decimal) (any, error)) (node, error) {
	for _, n := range sides {
		if err := want(n, query.Number); err != nil {
			return node{}, err
		}
	}
	kind, sides, err := unify(sides)
	if err != nil {
		return node{}, err
	}
	return node{kind: cmp.Or(kind, query.Number), at: at, eval: both(sides, func(a, b any) (any, error) {
		return op(a.(decimal.Decimal), b.(decimal.Decimal))
	})}, nil
}

// both evaluates two sides and calls op when both are set.
func both(sides []node, op func(a, b any) (any, error)) func(*env) (any, error) {
	left, right := sides[0], sides[1]
	return func(e *env) (any, error) {
		a, err := left.eval(e)
		if err != nil || a == nil {
			return nil, err
		}
		b, err := right.eval(e)
		if err != nil || b == nil {
			return nil, err
		}
		return op(a, b)
	}
}

func join(at int, sides []node) (node, error) {
	if err := singles(sides); err != nil {
		return node{}, err
	}
	return node{kind: query.Text, at: at, eval: both(sides, func(a, b any) (any, error) {
		return limitText(toText(a) + toText(b))
	})}, nil
}

func negate(at int, operand node) (node, error) {
	if err := want(operand, query.Number); err != nil {
		return node{}, err
	}
	return node{kind: cmp.Or(operand.kind, query.Number), at: at, eval: func(e *env) (any, error) {
		v, err := operand.eval(e)
		if err != nil || v == nil {
			return nil, err
		}
		return v.(decimal.Decimal).Neg(), nil
	}}, nil
}
