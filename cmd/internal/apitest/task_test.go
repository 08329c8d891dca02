package apitest

import (
	"testing"

	"weft/cmd/internal/apptest"
)

// Tasks are seen by their owner, the owner's superiors, and whoever sees the record
// that they are about. One that must be done is closed by a rule, not by its owner.
func TestTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.User(t, "boss")
	w.Do(t, w.Admin, "PATCH", "/records/user/"+w.li.ID, map[string]any{"superior": boss.ID}).Want(t, 200)
	deal := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "of wang"})
	plain := w.Create(t, w.li.Token, "task", map[string]any{"title": "call back"})
	must := w.Create(t, w.wang.Token, "task", map[string]any{"title": "contact now", "owner": w.li.ID, "must": true, "entity": "deal", "record": deal})
	path := func(id string) string { return "/records/task/" + id }
	patch := func(name, who, id, body string, status int) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: "PATCH", Path: path(id), Body: body, Status: status}
	}
	w.Run(t, []apptest.Scenario{
		{Name: "mine", As: w.li.Token, Method: "POST", Path: "/records/task/query", Body: `{"where":["state","=","open"]}`, Status: 200, Has: []string{plain, must}},
		{Name: "the superior's", As: boss.Token, Method: "POST", Path: "/records/task/query", Body: `{}`, Status: 200, Has: []string{plain, must}},
		{Name: "of a record that one sees", As: w.wang.Token, Method: "POST", Path: "/records/task/query", Body: `{}`, Status: 200, Has: []string{must}, Not: []string{plain}},
		patch("the superior changes nothing", boss.Token, plain, `{"state":"done"}`, 403),
		patch("somebody else does not see it", w.wang.Token, plain, `{"state":"done"}`, 404),
		patch("its owner closes it", w.li.Token, plain, `{"state":"done"}`, 200),
		patch("not one that must be done", w.li.Token, must, `{"state":"dismissed"}`, 422),
		patch("nor makes it one that need not", w.li.Token, must, `{"must":false}`, 422),
		patch("but may note something", w.li.Token, must, `{"notes":"no answer yet"}`, 200),
		patch("an administrator closes it", w.Admin, must, `{"state":"done"}`, 200),
		{Name: "nor deletes it", As: w.li.Token, Method: "DELETE", Path: path(must), Status: 403},
	})
}

// A task that must be done and has a condition is closed by its owner once the record
// meets that; when it was closed is noted.
func TestTasksWithACondition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deal := w.Create(t, w.li.Token, "deal", map[string]any{"name": "first"})
	hidden := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "of wang"})
	task := w.Create(t, w.li.Token, "task", map[string]any{
		"title": "name it", "must": true, "entity": "deal", "record": deal, "condition": `["name","=","second"]`,
	})
	path := "/records/task/" + task
	create := func(name, body, has string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: w.li.Token, Method: "POST", Path: "/records/task", Body: body, Status: 422, Has: []string{has}}
	}
	patch := func(name, who, body string, status int, has string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: "PATCH", Path: path, Body: body, Status: status, Has: []string{has}}
	}
	w.Run(t, []apptest.Scenario{
		create("about no entity", `{"title":"x","entity":"ghost","record":"`+deal+`"}`, `"path":"/entity"`),
		create("about a record that is not seen", `{"title":"x","entity":"deal","record":"`+hidden+`"}`, `"path":"/record"`),
		create("a condition that is none", `{"title":"x","entity":"deal","record":"`+deal+`","condition":"[\"ghost\",\"=\",1]"}`, `"path":"/condition/0"`),
		create("a condition about nothing", `{"title":"x","condition":"[\"name\",\"=\",\"x\"]"}`, `"path":"/record"`),
		patch("its owner, too early", w.li.Token, `{"state":"done"}`, 409, `"task_condition"`),
		patch("nor is it dismissed", w.li.Token, `{"state":"dismissed"}`, 409, `"task_condition"`),
		patch("an administrator, too early", w.Admin, `{"state":"done"}`, 409, `"task_condition"`),
		patch("the condition is not given up", w.li.Token, `{"condition":null}`, 422, `"path":"/condition"`),
		{Name: "the record meets it", As: w.li.Token, Method: "PATCH", Path: "/records/deal/" + deal, Body: `{"name":"second"}`, Status: 200},
		patch("a time of closing is not written", w.Admin, `{"state":"done","done_at":"2026-01-01T00:00:00Z"}`, 422, `"path":"/done_at"`),
		patch("its owner", w.li.Token, `{"state":"done"}`, 200, `"done_at":"`),
		patch("it is opened again", w.li.Token, `{"state":"open"}`, 200, `"state":"open"`),
		{Name: "without a time of closing", As: w.li.Token, Method: "POST", Path: "/records/task/query", Body: `{"where":["done_at","present"]}`, Status: 200, Has: []string{`"items":[]`}},
		{Name: "the record goes", As: w.Admin, Method: "DELETE", Path: "/records/deal/" + deal, Status: 204},
		patch("then nothing keeps it open", w.li.Token, `{"state":"dismissed"}`, 200, `"dismissed"`),
	})
}

// Tasks follow their record into the one that it is merged into.
func TestTasksFollowAMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keep, gone := w.Create(t, w.Admin, "deal", map[string]any{"name": "keep"}), w.Create(t, w.Admin, "deal", map[string]any{"name": "gone"})
	task := w.Create(t, w.Admin, "task", map[string]any{"title": "x", "entity": "deal", "record": gone})
	w.Run(t, []apptest.Scenario{
		{Name: "merge", As: w.Admin, Method: "POST", Path: "/records/deal/merge", Body: map[string]any{"keep": keep, "from": []string{gone}}, Status: 200},
		{Name: "the task", As: w.Admin, Method: "GET", Path: "/records/task/" + task, Status: 200, Has: []string{keep}, Not: []string{gone}},
	})
}
