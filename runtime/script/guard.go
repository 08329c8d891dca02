package script

import (
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
)

// Bounds of regular expressions.
const (
	patternTime = 100 * time.Millisecond // of one match
	maxPattern  = 10_000                 // characters
)

// limitPatterns bounds the time of patterns that are compiled from now on. The
// engine takes a match that ends so for none, see guardPatterns.
func limitPatterns() { regexp2.DefaultMatchTimeout = patternTime }

// guardPatterns makes a match that took too long an error: exec is what all
// functions of patterns come down to once it is replaced. It also lets patterns
// know the properties of Unicode.
func (m *realm) guardPatterns() {
	ctor := m.rt.Get("RegExp").(*goja.Object)
	proto := ctor.Get("prototype").(*goja.Object)
	exec, _ := goja.AssertFunction(proto.Get("exec"))
	guarded := m.function("exec", 1, func(c goja.FunctionCall) goja.Value {
		begin := time.Now()
		v, err := exec(c.This, c.Arguments...)
		if err != nil {
			panic(thrown(err))
		}
		if goja.IsNull(v) && time.Since(begin) > patternTime*9/10 {
			return m.stop(exceeded(LimitPattern, patternTime.String()))
		}
		return v
	})
	m.hidden(proto, "exec", guarded)
	call, _ := goja.AssertFunction(guarded)
	// The engine's own test asks no exec.
	m.hidden(proto, "test", m.function("test", 1, func(c goja.FunctionCall) goja.Value {
		v, err := call(c.This, c.Arguments...)
		if err != nil {
			panic(thrown(err))
		}
		return m.rt.ToValue(!goja.IsNull(v))
	}))
	m.replaceRegExp(ctor, proto)
}

// replaceRegExp puts a constructor in front of the engine's that expands
// properties of Unicode and refuses what the engine would misread.
func (m *realm) replaceRegExp(ctor, proto *goja.Object) {
	construct, _ := goja.AssertConstructor(ctor)
	front := m.rt.ToValue(func(c goja.ConstructorCall) *goja.Object {
		args := c.Arguments
		if len(args) > 0 && goja.IsString(args[0]) {
			flags := ""
			if len(args) > 1 && !goja.IsUndefined(args[1]) {
				flags = args[1].String()
			}
			source, flags, err := expandPattern(args[0].String(), flags)
			if err != nil {
				m.throw("SyntaxError", "Invalid regular expression: %s", err)
			}
			args = []goja.Value{m.rt.ToValue(source), m.rt.ToValue(flags)}
		}
		o, err := construct(c.NewTarget, args...)
		if err != nil {
			panic(thrown(err))
		}
		return o
	}).(*goja.Object)
	must(front.DefineDataProperty("name", m.rt.ToValue("RegExp"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE))
	must(front.Set("prototype", proto))
	m.hidden(proto, "constructor", front)
	m.hidden(m.rt.GlobalObject(), "RegExp", front)
}

// guardJSON replaces JSON.parse, whose depth the engine does not bound.
func (m *realm) guardJSON() {
	json := m.rt.Get("JSON").(*goja.Object)
	parse, _ := goja.AssertFunction(json.Get("parse"))
	m.hidden(json, "parse", m.function("parse", 2, func(c goja.FunctionCall) goja.Value {
		text := c.Argument(0).String()
		v, err := decode(m.rt, []byte(text))
		if err != nil {
			m.throw("SyntaxError", "JSON.parse: %s", err)
		}
		if _, reviver := goja.AssertFunction(c.Argument(1)); !reviver {
			return v
		}
		if v, err = parse(goja.Undefined(), c.Arguments...); err != nil {
			panic(thrown(err))
		}
		return v
	}))
}

// hidden defines a property that is not enumerated, as those of the language are.
func (m *realm) hidden(o *goja.Object, name string, v goja.Value) {
	must(o.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE))
}

// thrown is what the engine expects of a function that passes an error on.
func thrown(err error) any {
	if e, ok := err.(*goja.Exception); ok {
		return e
	}
	return err
}
