package main

import "testing"

// An administrator checks, publishes and takes back definitions without the
// API. // I14
func TestDefinitionsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	const title = `{"zh-CN":"投诉","en":"Complaint"}`
	s.write("complaint.json", `{"kind":"entity","key":"complaint","type":"object","x-title":`+title+`,"properties":{"name":{"x-type":"text","x-title":`+title+`}}}`)
	s.write("list.json", `{"kind":"view","key":"complaints","title":`+title+`,"entity":"complaint","type":"list","columns":["name"],"sort":["-created_at"]}`)
	s.write("wrong.json", `{"kind":"view","key":"worse","title":`+title+`,"entity":"complaint","type":"list","columns":["nome"]}`)
	s.write("broken.json", `{"kind":`)
	s.write("latin.json", "{\"kind\":\"\xfc\"}")
	s.write("mark.json", "\ufeff"+`{"kind":"view","key":"marked","title":`+title+`,"entity":"complaint","type":"list","columns":["name"],"sort":["id"]}`)
	s.all([]command{
		{args: "versions --data DIR/d", says: []string{"nothing is published yet"}},
		{args: "check DIR/complaint.json --data DIR/d", says: []string{"nothing stands against publishing"}},
		{args: "publish DIR/complaint.json --data DIR/d", says: []string{"now version 1"}},
		{args: "publish --data DIR/d DIR/list.json", says: []string{"now version 2", "warning: /view/complaints"}},
		{args: "check DIR/wrong.json --data DIR/d", status: 1, says: []string{"problem: /view/worse/columns/0: there is no field nome"}, errs: []string{"cannot be published"}},
		{args: "publish DIR/wrong.json --data DIR/d", status: 1, errs: []string{"/view/worse/columns/0 there is no field nome"}},
		{args: "check DIR/broken.json --data DIR/d", status: 1, errs: []string{"broken.json: is not JSON at line 1, character 8"}},
		{args: "check DIR/latin.json --data DIR/d", status: 1, errs: []string{"latin.json: is not UTF-8"}},
		{args: "check DIR/d --data DIR/d", status: 1, errs: []string{"there are no definitions"}},
		{args: "check DIR/mark.json --data DIR/d --lang zh-CN", says: []string{"提醒: /view/complaints"}},
		{args: "check DIR/wrong.json --data DIR/d --lang zh-CN", status: 1, says: []string{"问题: /view/worse/columns/0: 没有名为 nome 的字段"}, errs: []string{"不能发布"}},
		{args: "publish DIR/gone.json --data DIR/d", status: 1, errs: []string{"gone.json"}},
		{args: "publish --data DIR/d", status: 2, errs: []string{"name files"}},
		{args: "publish --remove complaint --data DIR/d", status: 2, errs: []string{"kind/key"}},
		{args: "publish --remove view/complaints --data DIR/d", says: []string{"now version 3"}},
		{args: "rollback 2 --data DIR/d", says: []string{"now version 4"}},
		{args: "rollback 9 --data DIR/d", status: 1, errs: []string{"version 9"}},
		{args: "versions --data DIR/d", says: []string{"     4 ", "rollback", "admin"}},
		{args: "versions --json --data DIR/d", says: []string{`"version": 4`}},
	})
}
