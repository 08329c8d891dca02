package script

import (
	"fmt"
	"strings"
)

// Limit names what a script used too much of; "" for errors of another kind.
type Limit string

// The limits.
const (
	LimitTime     Limit = "time"
	LimitMemory   Limit = "memory"
	LimitDepth    Limit = "depth"
	LimitLog      Limit = "log"
	LimitResult   Limit = "result"
	LimitCalls    Limit = "calls"
	LimitRows     Limit = "rows"
	LimitRequests Limit = "requests"
	LimitPattern  Limit = "pattern" // the time of one regular expression
)

// Failure is an error of a script in its author's terms.
type Failure struct {
	Limit Limit `json:"limit,omitempty"`
	// Name is that of a JavaScript error: TypeError, or Error.
	Name    string `json:"name,omitempty"`
	Message string `json:"message"`
	// Script is the key of the script or library, Line and Column (from 1) the
	// place in its source; Line is 0 where it is not known.
	Script string `json:"script"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Stack has the innermost call first.
	Stack []Place `json:"stack,omitempty"`
}

// Place is one call on a stack.
type Place struct {
	Function string `json:"function,omitempty"`
	Script   string `json:"script"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString("script " + f.Script)
	if f.Line > 0 {
		fmt.Fprintf(&b, ", line %d", f.Line)
	}
	b.WriteString(": ")
	if f.Name != "" && f.Limit == "" {
		b.WriteString(f.Name + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// at takes the place of the failure from its stack.
func (f *Failure) at(stack []Place) *Failure {
	f.Stack = stack
	if len(stack) > 0 {
		f.Script, f.Line, f.Column = stack[0].Script, stack[0].Line, stack[0].Column
	}
	return f
}

// limitTexts are the messages of limits without their numbers.
var limitTexts = map[Limit]string{
	LimitTime: "took longer than its time limit", LimitMemory: "used more memory than its limit", LimitDepth: "calls itself too deeply",
	LimitLog: "wrote more into its log than its limit", LimitResult: "its result is larger than its limit",
	LimitCalls: "asked for records more often than its limit", LimitRows: "read more records than its limit",
	LimitRequests: "sent more requests than its limit", LimitPattern: "a regular expression took longer than its time limit",
}

func exceeded(l Limit, of string) *Failure {
	text := limitTexts[l]
	if of != "" {
		text += " (" + of + ")"
	}
	return &Failure{Limit: l, Message: text}
}
