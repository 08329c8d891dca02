// Package formula holds weft's expressions: a pure subset of JavaScript
// expressions, parsed with goja's parser and evaluated by a small evaluator
// with decimals and dates, without loops.
package formula

// Expr is a checked formula. See Parse.
type Expr struct{ node node }

type node interface{}
