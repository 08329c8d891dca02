package script

import "github.com/dop251/goja"

// recordModule reads and changes single records, under the rights of the run.
func (m *realm) recordModule() *goja.Object {
	return m.asking("record", map[string]int{"get": 2, "create": 2, "update": 3, "delete": 2, "restore": 2, "transition": 4})
}

// queryModule reads many records, under the rights of the run.
func (m *realm) queryModule() *goja.Object {
	return m.asking("query", map[string]int{"find": 3, "first": 3, "count": 2, "aggregate": 2})
}

// userModule is the person that the run acts for.
func (m *realm) userModule() *goja.Object {
	v, err := decode(m.rt, m.run.begin.User)
	if o, ok := v.(*goja.Object); err == nil && ok {
		return o
	}
	return m.rt.NewObject()
}

// user is the exported object of the module user.
func (m *realm) user() goja.Value {
	v, err := m.require("user")
	must(err)
	return v
}
