package script

import (
	"strings"

	"github.com/dop251/goja"
)

// logModule writes into the log of the run.
func (m *realm) logModule() *goja.Object {
	return m.object(map[string]native{
		"debug": m.logging("debug"), "info": m.logging("info"), "warn": m.logging("warn"), "error": m.logging("error"),
	})
}

// console is the log under the names that everybody knows.
func (m *realm) console() *goja.Object {
	return m.object(map[string]native{
		"debug": m.logging("debug"), "log": m.logging("info"), "info": m.logging("info"), "warn": m.logging("warn"), "error": m.logging("error"),
	})
}

func (m *realm) logging(level string) native {
	return native{1, func(c goja.FunctionCall) goja.Value {
		limit := m.run.begin.Limits.Log
		parts, size := make([]string, len(c.Arguments)), 0
		for i, arg := range c.Arguments {
			if size < limit {
				parts[i] = shown(arg, limit)
			}
			size += len(parts[i])
		}
		if !m.run.line(level, strings.Join(parts, " ")) {
			return m.stop(exceeded(LimitLog, sizeText(limit)))
		}
		return goja.Undefined()
	}}
}

// shown is a value as a line of a log has it: an error with its name, other
// objects as JSON.
func shown(v goja.Value, limit int) string {
	o, ok := v.(*goja.Object)
	if !ok || o.ClassName() == "Error" {
		return v.String()
	}
	b, err := encode(v, limit)
	if err != nil || b == nil {
		return v.String()
	}
	return string(b)
}
