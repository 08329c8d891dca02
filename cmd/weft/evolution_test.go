package main

import (
	"strings"
	"testing"
)

// E3, E4 on the command line: preview, conversion, replacement, rollback.
func TestDefinitionsEvolveOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	item := func(field string) string {
		return strings.ReplaceAll(`{"kind":"entity","key":"item","type":"object",T,"properties":{"name":{"x-type":"text",T},"v":{`+field+`,T}}}`,
			"T", `"x-title":{"zh-CN":"名","en":"N"}`)
	}
	s.write("1.json", item(`"x-type":"text"`))
	s.write("2.json", item(`"x-type":"choice","x-choices":[{"key":"h","title":{"en":"High"}},{"key":"l","title":{"en":"Low"}}]`))
	s.write("3.json", item(`"x-type":"choice","x-choices":[{"key":"l","title":{"en":"Low"}}]`))
	s.write("items.csv", "name,v\na,High\nb,low\nc,middle\n")
	s.all([]command{
		{args: "publish DIR/1.json --data DIR/d", says: []string{"version 1"}},
		{args: "import DIR/items.csv --entity item --data DIR/d", says: []string{"3 created"}},
		{args: "impact DIR/2.json --data DIR/d", says: []string{"values of 3 records are converted", `"unfit":1`, `"middle"`}},
		{args: "check DIR/2.json --data DIR/d", status: 1, says: []string{"1 of 3 values of v do not fit"}, errs: []string{"cannot be published"}},
		{args: "publish DIR/2.json --data DIR/d", status: 1, errs: []string{"do not fit"}},
		{args: "publish DIR/2.json --force --note Grades --data DIR/d", says: []string{"version 2", "3 records, 1 values do not fit"}},
		{args: "publish DIR/3.json --force --data DIR/d", status: 1},
	})
	s.until(command{args: "publish DIR/3.json --replace item.v:h=l --data DIR/d", says: []string{"version 3"}})
	s.do(command{args: "publish DIR/3.json --replace h=l --data DIR/d", status: 2, errs: []string{"ENTITY.FIELD:FROM=TO"}})
	s.until(command{args: "rollback 1 --data DIR/d", says: []string{"version 4"}})
	s.do(command{args: "versions --json --data DIR/d", says: []string{`"version": 4`}})
}

// until runs a command until it is not refused any more, because a conversion
// of before is done: each command brings it forward while it runs.
func (s *session) until(c command) {
	s.t.Helper()
	for range 100 {
		out, _, status := s.try(c)
		if status != 0 {
			continue
		}
		for _, part := range c.says {
			if !strings.Contains(out, part) {
				s.t.Errorf("weft %s does not say %q:\n%s", c.args, part, out)
			}
		}
		return
	}
	s.do(c)
}
