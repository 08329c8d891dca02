package transpile

import (
	"reflect"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// requires finds the calls of require with a constant. Imports have become such
// calls.
func requires(tree *ast.Program) []Require {
	w := walker{file: tree.File, seen: map[any]bool{}}
	w.walk(reflect.ValueOf(tree.Body))
	return w.found
}

// walker visits every node of a syntax tree. The tree has no visitor of its own.
type walker struct {
	file  *file.File
	seen  map[any]bool
	found []Require
}

func (w *walker) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		w.walk(v.Elem())
	case reflect.Pointer:
		if v.IsNil() || !v.CanInterface() || w.seen[v.Interface()] {
			return
		}
		w.seen[v.Interface()] = true
		if call, ok := v.Interface().(*ast.CallExpression); ok {
			w.call(call)
		}
		w.walk(v.Elem())
	case reflect.Struct:
		for _, f := range v.Fields() {
			w.walk(f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	}
}

func (w *walker) call(c *ast.CallExpression) {
	name, ok := c.Callee.(*ast.Identifier)
	if !ok || name.Name != "require" || len(c.ArgumentList) != 1 {
		return
	}
	module, ok := c.ArgumentList[0].(*ast.StringLiteral)
	if !ok || slices.ContainsFunc(w.found, func(r Require) bool { return r.Module == module.Value.String() }) {
		return
	}
	at := w.file.Position(int(c.Idx0()) - w.file.Base())
	w.found = append(w.found, Require{Module: module.Value.String(), Line: at.Line, Column: at.Column})
}
