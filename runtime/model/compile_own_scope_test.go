package model_test

import (
	"strings"
	"testing"

	"weft/runtime/problem"
)

// R23: publishing says which roles can widen their own row scope.
func TestCompileWarnsOfRolesThatWidenTheirOwnScope(t *testing.T) {
	t.Parallel()
	role := func(scope, entity, write string) string {
		return `{"kind":"role","key":"hr","title":` + title + `,"grants":[
			{"entity":"thing","operations":["read"],"scopes":[{"type":"` + scope + `"}],"read":{"all":true}},
			{"entity":"` + entity + `","operations":["read","update"],"scopes":[{"type":"all"}],"read":{"all":true},"write":` + write + `}]}`
	}
	for _, c := range []struct{ scope, entity, write, want string }{
		{"department_below", "department", `{"all":true}`, "department.parent"},
		{"department_below", "department", `{"only":["name"]}`, ""},
		{"department", "department", `{"all":true}`, ""},
		{"department", "user", `{"only":["department"]}`, "user.department"},
		{"subordinates", "user", `{"only":["superior"]}`, "user.superior"},
		{"subordinates", "user", `{"only":["department"]}`, ""},
		{"all", "user", `{"all":true}`, ""},
	} {
		m := compile(t, thing(property("a", "text", ""), ""), role(c.scope, c.entity, c.write))
		got := ""
		for _, w := range m.Warnings {
			if w.Code == "widens_own_scope" {
				got, _ = w.Params["field"].(string)
				checkTexts(t, []problem.Field{w})
				if !strings.HasPrefix(w.Path, "/role/hr/grants/1") {
					t.Errorf("path %s", w.Path)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s, %s %s: warned of %q, want %q", c.scope, c.entity, c.write, got, c.want)
		}
	}
}
