package script

import "github.com/dop251/goja"

// httpModule sends requests to the hosts that the definition of the script names.
func (m *realm) httpModule() *goja.Object {
	send := func(method string, body bool) func(goja.FunctionCall) goja.Value {
		return func(c goja.FunctionCall) goja.Value {
			o, rest := m.rt.NewObject(), 1
			m.member(o, "method", m.rt.ToValue(method))
			m.member(o, "url", c.Argument(0))
			if body {
				m.member(o, "body", c.Argument(1))
				rest = 2
			}
			if options, ok := c.Argument(rest).(*goja.Object); ok {
				for _, key := range []string{"headers", "timeout"} {
					if v := options.Get(key); v != nil {
						m.member(o, key, v)
					}
				}
			}
			return m.response(m.ask("http", "request", o))
		}
	}
	return m.object(map[string]native{
		"get": {2, send("GET", false)}, "delete": {2, send("DELETE", false)},
		"post": {3, send("POST", true)}, "put": {3, send("PUT", true)}, "patch": {3, send("PATCH", true)},
		"request": {1, func(c goja.FunctionCall) goja.Value { return m.response(m.ask("http", "request", c.Argument(0))) }},
	})
}

// response adds json to {status, headers, body}.
func (m *realm) response(v goja.Value) goja.Value {
	o, ok := v.(*goja.Object)
	if !ok {
		return v
	}
	m.hidden(o, "json", m.function("json", 0, func(goja.FunctionCall) goja.Value {
		value, err := decode(m.rt, []byte(o.Get("body").String()))
		if err != nil {
			return m.throw("SyntaxError", "the body of the response: %s", err)
		}
		return value
	}))
	return o
}
