package formula

import (
	"maps"

	"github.com/dop251/goja/ast"

	"weft/runtime/query"
)

// function is one function of the language. Args are the kinds of its
// arguments; the last Optional of them may be left out; Many says that the
// last one may be repeated.
type function struct {
	args     []query.Kind
	optional int
	many     bool
	result   query.Kind
	// sameKind gives the result the kind that the arguments share.
	sameKind bool
	// skips unset arguments: the function is called with those that are set,
	// and not at all when none is.
	skips bool
	clock bool
	call  func(e *env, args []any) (any, error)
}

// functions are all functions, by name. Unless said otherwise an unset
// argument makes the result unset.
var functions = map[string]function{}

func addFunctions(list map[string]function) {
	maps.Copy(functions, list)
}

func (c *compiler) call(x *ast.CallExpression, depth int) (node, error) {
	callee, ok := x.Callee.(*ast.Identifier)
	if !ok {
		return node{}, fail(offset(x), "formula_not_allowed", "this is not allowed in a formula")
	}
	name, at := callee.Name.String(), offset(x)
	args, err := c.each(x.ArgumentList, depth)
	if err != nil {
		return node{}, err
	}
	if len(args) > 100 {
		return node{}, argumentCount(at, name)
	}
	if special, ok := specials[name]; ok {
		return special(at, name, args)
	}
	f, ok := functions[name]
	if !ok {
		return node{}, fail(at, "formula_unknown_function", "there is no function %s", name).with("function", name)
	}
	c.clock = c.clock || f.clock
	return f.node(at, name, args)
}

func argumentCount(at int, name string) error {
	return fail(at, "formula_arguments", "%s has the wrong number of arguments", name).with("function", name)
}

// node checks the arguments of one call.
func (f function) node(at int, name string, args []node) (node, error) {
	if len(args) < len(f.args)-f.optional || len(args) > len(f.args) && !f.many {
		return node{}, argumentCount(at, name)
	}
	for i, a := range args {
		kind := f.args[min(i, len(f.args)-1)]
		args[i] = asDate(a, kind)
		if err := want(args[i], kind); err != nil {
			return node{}, err
		}
	}
	kind := f.result
	if f.sameKind {
		shared, same, err := unify(args)
		if err != nil {
			return node{}, err
		}
		kind, args = shared, same
		if kind == unset {
			kind = family(f.args[0])
		}
	}
	return node{kind: kind, at: at, eval: func(e *env) (any, error) {
		values := make([]any, 0, len(args))
		for _, a := range args {
			v, err := a.eval(e)
			if err != nil || v == nil && !f.skips {
				return nil, err
			}
			if v != nil {
				values = append(values, v)
			}
		}
		if f.skips && len(values) == 0 {
			return nil, nil
		}
		return f.call(e, values)
	}}, nil
}

// specials check their arguments in ways of their own.
var specials = map[string]func(at int, name string, args []node) (node, error){
	"IF":       ifNode,
	"COALESCE": coalesceNode,
	"CONCAT":   concatNode,
	"CONTAINS": containsNode,
	"LEN":      lenNode,
	"MIN":      func(at int, name string, args []node) (node, error) { return extreme(at, name, args, -1) },
	"MAX":      func(at int, name string, args []node) (node, error) { return extreme(at, name, args, 1) },
}

// ifNode is IF(test, a, b); b may be left out and is unset then.
func ifNode(at int, name string, args []node) (node, error) {
	if len(args) == 2 {
		args = append(args, constant(at, unset, nil))
	}
	if len(args) != 3 {
		return node{}, argumentCount(at, name)
	}
	return choose(at, args)
}

func coalesceNode(at int, name string, args []node) (node, error) {
	if len(args) == 0 {
		return node{}, argumentCount(at, name)
	}
	return coalesce(at, args)
}

// extreme is MIN or MAX of numbers, dates or instants; unset ones are skipped.
func extreme(at int, name string, args []node, sign int) (node, error) {
	if len(args) == 0 {
		return node{}, argumentCount(at, name)
	}
	kind, args, err := unify(args)
	if err != nil {
		return node{}, err
	}
	if kind == query.Bool || family(kind) == query.Text {
		return node{}, want(args[0], query.Number)
	}
	return node{kind: kind, at: at, eval: func(e *env) (any, error) {
		var best any
		for _, a := range args {
			v, err := a.eval(e)
			if err != nil {
				return nil, err
			}
			if v != nil && (best == nil || compare(v, best)*sign > 0) {
				best = v
			}
		}
		return best, nil
	}}, nil
}
