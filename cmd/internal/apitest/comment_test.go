package apitest

import (
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// Who reads a record reads and writes its comments; those who are mentioned are told
// where they may read it.
func TestCommentsHaveTheRightsOfTheirRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deal := w.Create(t, w.li.Token, "deal", map[string]any{"name": "own"})
	path := "/records/deal/" + deal + "/comments"
	add := func(name, who, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: "POST", Path: path, Body: body, Status: status, Has: has}
	}
	var first struct{ ID, By, At, Text string }
	w.Do(t, w.li.Token, "POST", path, `{"text":" first "}`, "Idempotency-Key", "c1").Want(t, 201).JSON(t, &first)
	if first.By != w.li.ID || first.At == "" || first.Text != "first" {
		t.Errorf("%+v", first)
	}
	if again := w.Do(t, w.li.Token, "POST", path, `{"text":" first "}`, "Idempotency-Key", "c1").Want(t, 201); again.Text("id") != first.ID {
		t.Error("a repeated request made another comment", again.Body)
	}
	w.Run(t, []apptest.Scenario{
		add("nothing", w.li.Token, `{"text":"  "}`, 422, `"path":"/text"`),
		add("too much", w.li.Token, `{"text":"`+strings.Repeat("长", 10001)+`"}`, 422, `"path":"/text"`),
		add("to nobody", w.li.Token, `{"text":"x","mentions":["ghost"]}`, 422, `"path":"/mentions/0"`),
		add("of a record that is not seen", w.wang.Token, `{"text":"x"}`, 404),
		{Name: "nor read", As: w.wang.Token, Method: "GET", Path: path, Status: 404},
		add("to a person who does not see the record", w.Admin, `{"text":"@wang see this"}`, 201, w.wang.ID),
		{Name: "is not told", As: w.wang.Token, Method: "GET", Path: "/notifications", Status: 200, Has: []string{`"items":[]`}},
		add("to its owner", w.Admin, `{"text":"for you, @li. And a@li is none."}`, 201, `"mentions":["`+w.li.ID+`"]`),
		{Name: "who is told", As: w.li.Token, Method: "GET", Path: "/notifications", Status: 200, Has: []string{"for you, @li", deal, `"unread":1`}},
		{Name: "all of them", As: w.li.Token, Method: "GET", Path: path, Status: 200, Has: []string{"see this", "for you", `"text":"first"`}},
		{Name: "a cursor that is none", As: w.li.Token, Method: "GET", Path: path + "?cursor=x", Status: 422},
		{Name: "somebody else's is not removed", As: w.wang.Token, Method: "DELETE", Path: path + "/" + first.ID, Status: 404},
		{Name: "one's own is", As: w.li.Token, Method: "DELETE", Path: path + "/" + first.ID, Status: 204},
		{Name: "once", As: w.li.Token, Method: "DELETE", Path: path + "/" + first.ID, Status: 404},
	})
}

func TestCommentsComeInPagesAndFollowAMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keep, gone := w.Create(t, w.Admin, "deal", map[string]any{"name": "keep"}), w.Create(t, w.Admin, "deal", map[string]any{"name": "gone"})
	for range 55 {
		w.Do(t, w.Admin, "POST", "/records/deal/"+gone+"/comments", `{"text":"x"}`).Want(t, 201)
	}
	w.Do(t, w.Admin, "POST", "/records/deal/merge", map[string]any{"keep": keep, "from": []string{gone}}).Want(t, 200)
	seen, cursor := map[string]bool{}, ""
	for range 3 {
		var page struct {
			Items  []struct{ ID string }
			Cursor string
		}
		w.Do(t, w.Admin, "GET", "/records/deal/"+keep+"/comments?cursor="+cursor, nil).Want(t, 200).JSON(t, &page)
		for _, c := range page.Items {
			seen[c.ID] = true
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if len(seen) != 55 {
		t.Errorf("%d comments in all pages", len(seen))
	}
}
