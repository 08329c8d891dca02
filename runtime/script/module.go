package script

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"weft/runtime/script/transpile"
)

// hostModules are the modules that weft gives, by name.
var hostModules map[string]func(*realm) *goja.Object

func init() {
	hostModules = map[string]func(*realm) *goja.Object{
		"date": (*realm).dateModule, "http": (*realm).httpModule, "log": (*realm).logModule, "money": (*realm).moneyModule,
		"query": (*realm).queryModule, "record": (*realm).recordModule, "text": (*realm).textModule, "user": (*realm).userModule,
	}
	for name := range hostModules {
		if !slices.Contains(transpile.HostModules, name) {
			panic("script: the module " + name + " is unknown to the compiler of scripts")
		}
	}
}

// require gives what a module exports: one of weft's, or that of a script, whose
// code runs at its first use.
func (m *realm) require(name string) (goja.Value, error) {
	if done := m.modules["module:"+name]; done != nil {
		return done.Get("exports"), nil
	}
	module := m.rt.NewObject()
	m.modules["module:"+name] = module
	if host := hostModules[name]; host != nil {
		m.member(module, "exports", host(m))
		return module.Get("exports"), nil
	}
	p, err := m.run.runner.program(m.run.begin, name)
	if err != nil {
		return nil, err
	}
	exports := m.rt.NewObject()
	m.member(module, "exports", exports)
	wrapper, err := m.rt.RunProgram(p)
	if err != nil {
		return nil, err
	}
	f, _ := goja.AssertFunction(wrapper)
	if _, err := f(goja.Undefined(), exports, m.requireFunction(), module); err != nil {
		return nil, err
	}
	return module.Get("exports"), nil
}

func (m *realm) requireFunction() *goja.Object {
	const name = "require"
	if m.modules[name] == nil {
		m.modules[name] = m.function(name, 1, func(c goja.FunctionCall) goja.Value {
			module := c.Argument(0).String()
			if hostModules[module] == nil && m.run.begin.Libraries[module] == "" && module != m.run.begin.Script {
				return m.throw("Error", "there is no module or library %s", shorten(module))
			}
			v, err := m.require(module)
			if err != nil {
				panic(thrown(err))
			}
			return v
		})
	}
	return m.modules[name]
}

// ask asks the host and gives its answer as a value.
func (m *realm) ask(module, function string, args ...goja.Value) goja.Value {
	e := encoder{max: maxArguments}
	e.out = append(e.out, '[')
	for i, arg := range args {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		written, err := e.value(arg)
		if err != nil {
			if raised, ok := err.(*goja.Exception); ok {
				panic(raised)
			}
			return m.throw("TypeError", "%s.%s: the arguments: %s", module, function, err)
		}
		if !written {
			e.out = append(e.out, "null"...)
		}
	}
	e.out = append(e.out, ']')
	a, err := m.run.runner.ask(module, function, e.out)
	if err != nil {
		return m.stop(&Failure{Message: "the server does not answer"})
	}
	switch a.status {
	case answerLimit:
		limit, of, _ := strings.Cut(string(a.value), " ")
		return m.stop(exceeded(Limit(limit), of))
	case answerStop:
		return m.stop(&Failure{Message: string(a.value)})
	case answerError:
		return m.throw("Error", "%s", a.value)
	}
	if len(a.value) == 0 {
		return goja.Undefined()
	}
	v, err := decode(m.rt, a.value)
	if err != nil {
		return m.stop(&Failure{Message: "the server's answer: " + err.Error()})
	}
	return v
}

// maxArguments is the greatest length of what a script asks the host, in bytes.
const maxArguments = 1 << 20

// asking makes functions that pass their arguments on to the host.
func (m *realm) asking(module string, arguments map[string]int) *goja.Object {
	functions := map[string]native{}
	for name, n := range arguments {
		functions[name] = native{n, func(c goja.FunctionCall) goja.Value { return m.ask(module, name, c.Arguments...) }}
	}
	return m.object(functions)
}
