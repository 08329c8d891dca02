package formula

import (
	"errors"
	"fmt"
	"maps"

	"github.com/dop251/goja/parser"

	"weft/runtime/problem"
)

// SyntaxError says what is wrong with a formula or script, and where.
type SyntaxError struct {
	// Offset is the byte in the source, from 0; Line and Column count from 1.
	Offset, Line, Column int
	// Code is a key of the problem catalogue, Params fill its text.
	Code   string
	Params map[string]any
	// Message is the English text.
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("formula: at %d: %s", e.Offset, e.Message)
}

// Problem is the error as a field problem at path.
func (e *SyntaxError) Problem(path string) problem.Field {
	params := map[string]any{"offset": e.Offset, "message": e.Message}
	maps.Copy(params, e.Params)
	return problem.Field{Path: path, Code: e.Code, Params: params}
}

// fail makes a SyntaxError whose only parameter is its message.
func fail(at int, code, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: at, Line: 1, Column: at + 1, Code: code, Message: fmt.Sprintf(format, args...)}
}

// with adds a parameter of the catalogue text.
func (e *SyntaxError) with(name string, value any) *SyntaxError {
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params[name] = value
	return e
}

// syntaxError turns the parser's first error into one with an offset.
func syntaxError(src string, err error) *SyntaxError {
	var list parser.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return fail(0, "formula_syntax", "%v", err)
	}
	first := list[0]
	e := fail(0, "formula_syntax", "%s", first.Message)
	e.Line, e.Column = first.Position.Line, first.Position.Column
	e.Offset = offsetOf(src, e.Line, e.Column)
	return e
}

// offsetOf finds the byte of a line and column, both from 1.
func offsetOf(src string, line, column int) int {
	at := 0
	for ; line > 1 && at < len(src); at++ {
		if src[at] == '\n' {
			line--
		}
	}
	return min(at+max(column-1, 0), len(src))
}
