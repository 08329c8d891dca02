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
