// Package formula holds weft's expressions: a pure subset of JavaScript
// expressions, parsed with goja's parser and evaluated by a small evaluator
// with decimals and dates, without loops.
//
// A formula may use literals, fields (amount), fields across one reference
// (account.sector), + - * / %, == != < <= > >= (=== and !== mean the same),
// && || ! ?: ??, template strings, and the functions of functions.go. Anything
// else is refused when it is parsed.
//
// Numbers are decimals: 0.1 + 0.2 == 0.3. A division is exact to 20 digits
// behind the point. Dates are days, instants are points in time.
//
// An unset field makes what is computed from it unset: unset + 1 is unset. So
// does a division by zero. It does not spread through ??, COALESCE, CONCAT and
// template strings (where it is the empty text), SUM, AVG, MIN and MAX (which
// skip it), nor through conditions: a comparison with unset is false, but
// unset == null is true, and an unset boolean counts as false.
package formula

import (
	"fmt"
	"time"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"weft/runtime/query"
)

// Limits of one formula.
const (
	MaxLength = 4000 // bytes
	MaxDepth  = 200  // of nesting; a chain of operators nests too
)

// Scope tells which paths a formula may use: own fields, and fields across one
// reference written "account.sector".
type Scope interface {
	// Kind is the stored kind of the value at path; false when there is none.
	Kind(path string) (query.Kind, bool)
}

// Expr is a checked formula. It is immutable and safe for concurrent use.
type Expr struct {
	root  node
	kind  query.Kind
	paths []string
	clock bool
}

// Parse reads and checks a formula. Its error is a *SyntaxError.
func Parse(src string, s Scope) (*Expr, error) {
	tree, err := parseExpression(src)
	if err != nil {
		return nil, err
	}
	c := &compiler{scope: s}
	root, err := c.compile(tree, 0)
	if err != nil {
		return nil, err
	}
	kind := root.kind
	switch kind {
	case query.Key:
		kind = query.Text
	case query.Keys, query.Object, unset:
		return nil, fail(root.at, "formula_no_value", "the formula gives no single value")
	}
	return &Expr{root: root, kind: kind, paths: c.paths, clock: c.clock}, nil
}

// parseExpression reads src as exactly one expression.
func parseExpression(src string) (tree ast.Expression, err error) {
	if len(src) > MaxLength {
		return nil, fail(MaxLength, "formula_too_long", "the formula is longer than %d bytes", MaxLength)
	}
	program, err := parseProgram(src)
	if err != nil {
		return nil, err
	}
	if len(program.Body) == 1 {
		if s, ok := program.Body[0].(*ast.ExpressionStatement); ok {
			return s.Expression, nil
		}
	}
	return nil, fail(0, "formula_one_expression", "a formula is exactly one expression")
}

// parseProgram is the only way to goja's parser. Source maps stay off: a
// comment could make the parser read files. The parser is known to panic on
// some malformed input, which is a syntax error here.
func parseProgram(src string) (program *ast.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			program, err = nil, fail(0, "formula_syntax", "not a valid expression: %v", r)
		}
	}()
	program, err = parser.ParseFile(nil, "", src, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, syntaxError(src, err)
	}
	return program, nil
}

// Paths lists the fields the formula reads, each once, in order of appearance.
func (x *Expr) Paths() []string { return x.paths }

// Result is the stored kind of what Eval gives: Text, Number, Decimal, Date,
// Instant or Bool.
func (x *Expr) Result() query.Kind { return x.kind }

// UsesClock tells whether the value depends on the moment of evaluation.
func (x *Expr) UsesClock() bool { return x.clock }

// As gives the same formula with its result as kind: numbers and decimals turn
// into each other (a decimal is rounded to four places, half away from zero).
// False when the result is of another kind.
func (x *Expr) As(kind query.Kind) (*Expr, bool) {
	if x.kind != kind && (!isNumeric(x.kind) || !isNumeric(kind)) {
		return nil, false
	}
	as := *x
	as.kind = kind
	return &as, true
}

// Eval computes the formula. get gives the stored form of a path's value, nil
// for unset; now carries the organisation's time zone, in which TODAY and the
// parts of instants are meant. The result is in stored form, nil for unset.
// The error is ErrRange when a value along the way is too great to be kept.
func (x *Expr) Eval(get func(path string) any, now time.Time) (any, error) {
	// Empty text is unset. Records from before that rule may still hold it.
	set := func(path string) any { return unsetEmpty(get(path)) }
	v, err := x.root.eval(&env{get: set, now: now})
	if err != nil || v == nil {
		return nil, err
	}
	out, err := toStored(v, x.kind)
	if err != nil {
		return nil, fmt.Errorf("formula: result: %w", err)
	}
	return unsetEmpty(out), nil
}

func unsetEmpty(v any) any {
	if v == "" {
		return nil
	}
	return v
}

// env is what one evaluation sees.
type env struct {
	get func(path string) any
	now time.Time
}
