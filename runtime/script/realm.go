package script

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/dop251/goja"
)

// maxCalls is how deeply functions may call each other.
const maxCalls = 500

// realm is the fresh state of one run: its globals, and the modules it has required.
type realm struct {
	rt      *goja.Runtime
	run     *run
	modules map[string]*goja.Object // module objects by name
	now     time.Time
}

func newRealm(r *run) *realm {
	m := &realm{rt: goja.New(), run: r, modules: map[string]*goja.Object{}, now: r.begin.now()}
	m.rt.SetMaxCallStackSize(maxCalls)
	m.rt.SetTimeSource(func() time.Time { return m.now })
	m.rt.SetRandSource(rand.New(rand.NewPCG(r.begin.Seed, uint64(r.index))).Float64)
	m.globals()
	return m
}

// globals removes what makes code of texts, and adds fail and console.
func (m *realm) globals() {
	g := m.rt.GlobalObject()
	must(g.Delete("eval"))
	m.guardPatterns()
	m.guardJSON()
	must(g.DefineDataProperty("fail", m.function("fail", 2, m.fail), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE))
	m.lazy(g, "console", m.console)
}

// lazy defines a property whose value is made when it is first read.
func (m *realm) lazy(on *goja.Object, name string, value func() *goja.Object) {
	var made goja.Value
	must(on.DefineAccessorProperty(name, m.function(name, 0, func(goja.FunctionCall) goja.Value {
		if made == nil {
			made = value()
		}
		return made
	}), nil, goja.FLAG_TRUE, goja.FLAG_FALSE))
}

// function makes a function that shows nothing of Go.
func (m *realm) function(name string, arguments int, f func(goja.FunctionCall) goja.Value) *goja.Object {
	o := m.rt.ToValue(f).(*goja.Object)
	must(o.DefineDataProperty("name", m.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE))
	must(o.DefineDataProperty("length", m.rt.ToValue(arguments), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE))
	return o
}

// object makes an object of functions.
func (m *realm) object(functions map[string]native) *goja.Object {
	o := m.rt.NewObject()
	for name, n := range functions {
		m.member(o, name, m.function(name, n.arguments, n.call))
	}
	return o
}

type native struct {
	arguments int
	call      func(goja.FunctionCall) goja.Value
}

func (m *realm) member(o *goja.Object, name string, v goja.Value) {
	must(o.DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE))
}

// throw raises an error of the JavaScript type Error, RangeError, TypeError …
func (m *realm) throw(name, format string, args ...any) goja.Value {
	ctor := m.rt.Get(name)
	e, err := m.rt.New(ctor, m.rt.ToValue(fmt.Sprintf(format, args...)))
	if err != nil { // the script has replaced the constructor
		panic(m.rt.NewTypeError(fmt.Sprintf(format, args...)))
	}
	panic(e)
}

// stop ends the run, whatever the script does to catch it.
func (m *realm) stop(f *Failure) goja.Value {
	m.rt.Interrupt(f)
	return goja.Undefined()
}

// fail makes the value that a before-hook throws to refuse a change.
func (m *realm) fail(c goja.FunctionCall) goja.Value {
	o := m.rt.NewObject()
	m.member(o, "path", c.Argument(0).ToString())
	m.member(o, "message", c.Argument(1))
	must(o.SetPrototype(m.refusalPrototype()))
	return o
}

// refusalPrototype marks the values of fail.
func (m *realm) refusalPrototype() *goja.Object {
	const name = "refusal"
	if m.modules[name] == nil {
		m.modules[name] = m.rt.NewObject()
	}
	return m.modules[name]
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// must is for definitions on objects that were just made.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
