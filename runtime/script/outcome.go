package script

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/dop251/goja"
)

// outcome is what a runner tells at the end of an event.
type outcome struct {
	Failure  *Failure  `json:"failure,omitempty"`
	Refusals []Refusal `json:"refusals,omitempty"`
	Log      []Line    `json:"log,omitempty"`
	MS       float64   `json:"ms"`
	CPU      float64   `json:"cpu"`
	Memory   int64     `json:"memory"`

	value, changes []byte
}

// fail notes why a run did not come to its end. What the script threw may be
// an object whose members are computed by code that does not come to its end either.
func (r *run) fail(err error) {
	r.outcome.value, r.outcome.changes = nil, nil
	if again := r.protect(func() error { r.explain(err); return nil }); again != nil {
		if raised := (*goja.Exception)(nil); errors.As(again, &raised) {
			again = &Failure{Message: "threw an error that cannot be read"}
		}
		r.explain(again)
	}
}

func (r *run) explain(err error) {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var exception *goja.Exception
	var own *Failure
	var reason rejection
	switch {
	case errors.As(err, &interrupted):
		f, ok := interrupted.Value().(*Failure)
		if !ok {
			f = &Failure{Message: "was interrupted"}
		}
		r.failure(f.at(places(interrupted.Stack())))
	case errors.As(err, &overflow):
		stack := places(overflow.Stack())
		r.failure(exceeded(LimitDepth, fmt.Sprintf("%d calls", maxCalls)).at(stack[:min(len(stack), maxStack)]))
	case errors.As(err, &exception):
		r.raised(exception.Value(), places(exception.Stack()))
	case errors.As(err, &reason):
		r.raised(reason.reason, nil)
	case errors.As(err, &own):
		r.failure(own)
	default:
		r.failure(&Failure{Message: err.Error()})
	}
}

func (r *run) failure(f *Failure) {
	if f.Script == "" {
		f.Script = r.begin.Script
	}
	r.outcome.Failure = f
}

// maxStack is how many calls of a stack are told.
const maxStack = 20

// places are the calls of a stack that lie in scripts.
func places(stack []goja.StackFrame) []Place {
	var out []Place
	for i := range stack {
		at := stack[i].Position()
		if at.Line == 0 || len(out) == maxStack {
			continue
		}
		p := Place{Script: stack[i].SrcName(), Line: at.Line, Column: at.Column}
		if name := stack[i].FuncName(); name != "<anonymous>" {
			p.Function = name
		}
		out = append(out, p)
	}
	return out
}

// raised is about what a script threw: refusals, an Error, or anything else.
func (r *run) raised(v goja.Value, stack []Place) {
	if list, ok := r.refusals(v); ok {
		r.outcome.Refusals = list
		return
	}
	f := &Failure{Name: "Error", Message: "threw " + preview(v)}
	if o, ok := v.(*goja.Object); ok && o.ClassName() == "Error" {
		f.Name, f.Message = text(o, "name"), text(o, "message")
		if len(stack) == 0 {
			stack = parseStack(text(o, "stack"))
		}
	}
	r.failure(f.at(stack))
}

// refusals reads what fail made, one or an array of them.
func (r *run) refusals(v goja.Value) ([]Refusal, bool) {
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, false
	}
	if o.ClassName() == "Array" {
		var all []Refusal
		for i := range min(o.Get("length").ToInteger(), 100) {
			one, ok := r.refusals(o.Get(itoa(i)))
			if !ok {
				return nil, false
			}
			all = append(all, one...)
		}
		return all, len(all) > 0
	}
	if proto := o.Prototype(); proto == nil || proto != r.realm.refusalPrototype() {
		return nil, false
	}
	refusal := Refusal{Path: text(o, "path"), Message: map[string]string{}}
	switch m := o.Get("message").(type) {
	case *goja.Object:
		for _, lang := range []string{"zh-CN", "en"} {
			if s := text(m, lang); s != "" {
				refusal.Message[lang] = s
			}
		}
	default:
		if m != nil && !goja.IsUndefined(m) {
			refusal.Message["en"], refusal.Message["zh-CN"] = shorten(m.String()), shorten(m.String())
		}
	}
	return []Refusal{refusal}, true
}

// maxText bounds the texts of errors.
const maxText = 2000

func shorten(s string) string {
	if len(s) > maxText {
		return s[:maxText] + "…"
	}
	return s
}

// text reads a member that should be a text; "" when it is none.
func text(o *goja.Object, name string) string {
	v := o.Get(name)
	if v == nil || goja.IsUndefined(v) || goja.IsNull(v) {
		return ""
	}
	if _, object := v.(*goja.Object); object {
		return ""
	}
	return shorten(v.String())
}

// preview shows any value in a message.
func preview(v goja.Value) string {
	if _, object := v.(*goja.Object); object {
		if b, err := encode(v, maxText); err == nil && b != nil {
			return string(b)
		}
		return "an object"
	}
	return shorten(v.String())
}

var stackLine = regexp.MustCompile(`at (?:(\S+) \()?([^\s:()]+):(\d+):(\d+)`)

// parseStack reads the text of a stack, which is all that a rejected promise has.
func parseStack(s string) []Place {
	var out []Place
	for _, m := range stackLine.FindAllStringSubmatch(s, maxStack) {
		line, _ := strconv.Atoi(m[3])
		column, _ := strconv.Atoi(m[4])
		out = append(out, Place{Function: m[1], Script: m[2], Line: line, Column: column})
	}
	return out
}

// sizeText shows a number of bytes.
func sizeText(n int) string {
	if n >= 1<<20 {
		return strconv.Itoa(n>>20) + " MB"
	}
	return strconv.Itoa(n>>10) + " kB"
}
