package formula

import (
	"strings"
	"time"

	"github.com/dop251/goja/token"
	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

var comparisons = map[token.Token]func(order int) bool{
	token.LESS:             func(o int) bool { return o < 0 },
	token.LESS_OR_EQUAL:    func(o int) bool { return o <= 0 },
	token.GREATER:          func(o int) bool { return o > 0 },
	token.GREATER_OR_EQUAL: func(o int) bool { return o >= 0 },
}

func ordered(at int, sides []node, holds func(int) bool) (node, error) {
	_, sides, err := unify(sides)
	if err != nil {
		return node{}, err
	}
	value := both(sides, func(a, b any) (any, error) { return holds(compare(a, b)), nil })
	return node{kind: query.Bool, at: at, eval: func(e *env) (any, error) {
		v, err := value(e)
		return truth(v), err
	}}, nil
}

// equal is the one comparison that unset takes part in: it equals only itself.
func equal(at int, sides []node, positive bool) (node, error) {
	_, sides, err := unify(sides)
	if err != nil {
		return node{}, err
	}
	left, right := sides[0], sides[1]
	return node{kind: query.Bool, at: at, eval: func(e *env) (any, error) {
		a, err := left.eval(e)
		if err != nil {
			return nil, err
		}
		b, err := right.eval(e)
		if err != nil {
			return nil, err
		}
		same := a == nil && b == nil
		if a != nil && b != nil {
			same = compare(a, b) == 0
		}
		return same == positive, nil
	}}, nil
}

// compare orders two set values of one kind: texts by code point, false before true.
func compare(a, b any) int {
	switch x := a.(type) {
	case decimal.Decimal:
		return x.Cmp(b.(decimal.Decimal))
	case time.Time:
		return x.Compare(b.(time.Time))
	case string:
		return strings.Compare(x, b.(string))
	}
	if a == b {
		return 0
	}
	if b == true {
		return -1
	}
	return 1
}

// logical is && or ||; stop is the value of the left side that decides alone.
func logical(at int, sides []node, stop bool) (node, error) {
	for _, n := range sides {
		if err := want(n, query.Bool); err != nil {
			return node{}, err
		}
	}
	left, right := sides[0], sides[1]
	return node{kind: query.Bool, at: at, eval: func(e *env) (any, error) {
		v, err := left.eval(e)
		if err != nil || truth(v) == stop {
			return stop, err
		}
		v, err = right.eval(e)
		return truth(v), err
	}}, nil
}

func not(at int, operand node) (node, error) {
	if err := want(operand, query.Bool); err != nil {
		return node{}, err
	}
	return node{kind: query.Bool, at: at, eval: func(e *env) (any, error) {
		v, err := operand.eval(e)
		return !truth(v), err
	}}, nil
}

// coalesce is the first value that is set.
func coalesce(at int, parts []node) (node, error) {
	kind, parts, err := unify(parts)
	if err != nil {
		return node{}, err
	}
	return node{kind: kind, at: at, eval: func(e *env) (any, error) {
		for _, p := range parts {
			if v, err := p.eval(e); err != nil || v != nil {
				return v, err
			}
		}
		return nil, nil
	}}, nil
}
