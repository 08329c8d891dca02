package apitest

import (
	"fmt"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

func TestPreferencesBelongToTheirPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const path = "/preferences/views.deal"
	put := func(name, who, path, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: "PUT", Path: path, Body: body, Status: status, Has: has}
	}
	get := func(name, who string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: "GET", Path: path, Status: status, Has: has}
	}
	w.Run(t, []apptest.Scenario{
		get("not set", w.li.Token, 204),
		put("set", w.li.Token, path, `{"value":{"columns":["name"],"wide":true}}`, 200, `"key":"views.deal"`, `"at":"`),
		put("set again", w.li.Token, path, `{"value":["a",1]}`, 200),
		get("read", w.li.Token, 200, `"value":["a",1]`),
		get("not by others", w.wang.Token, 204),
		put("of another key", w.li.Token, "/preferences/_x", `{"value":1}`, 422, `"path":"/key"`),
		put("too much", w.li.Token, path, `{"value":"`+strings.Repeat("x", 70<<10)+`"}`, 422, `"path":"/value"`),
		put("no value", w.li.Token, path, `{}`, 422, `"path":"/value"`),
		put("more than a value", w.li.Token, path, `{"value":1,"key":"x"}`, 400),
		put("taken away", w.li.Token, path, `{"value":null}`, 200),
		get("gone", w.li.Token, 204),
		put("taken away twice", w.li.Token, path, `{"value":null}`, 200),
	})
}

// A draft is of one person, and only for records that this person may see.
func TestDraftsOfRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deal := w.Create(t, w.li.Token, "deal", map[string]any{"name": "own"})
	send := func(name, who, method, id, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: who, Method: method, Path: "/drafts/deal/" + id, Body: body, Status: status, Has: has}
	}
	w.Run(t, []apptest.Scenario{
		send("none yet", w.li.Token, "GET", "new", "", 204),
		send("of a new record, with what is wrong", w.li.Token, "POST", "new", `{"values":{"name":7,"nothing":null}}`, 200, `"at":"`),
		send("read", w.li.Token, "GET", "new", "", 200, `"values":{"name":7,"nothing":null}`),
		send("not by others", w.wang.Token, "GET", "new", "", 204),
		send("of a record", w.li.Token, "POST", deal, `{"values":{"name":"x"},"revision":1}`, 200),
		send("again", w.li.Token, "POST", deal, `{"values":{"name":"y"},"revision":1}`, 200),
		send("read", w.li.Token, "GET", deal, "", 200, `"name":"y"`, `"revision":1`),
		send("of a record that is not seen", w.wang.Token, "POST", deal, `{"values":{}}`, 404),
		send("no values", w.li.Token, "POST", deal, `{"values":[]}`, 422, `"path":"/values"`),
		{Name: "of no entity", As: w.Admin, Method: "POST", Path: "/drafts/ghost/new", Body: `{"values":{}}`, Status: 404},
		send("deleted", w.li.Token, "DELETE", deal, "", 204),
		send("twice", w.li.Token, "DELETE", deal, "", 204),
		send("gone", w.li.Token, "GET", deal, "", 204),
	})
}

// Too many drafts push out the oldest.
func TestTheOldestDraftGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var deals []string
	for i := range 101 {
		deals = append(deals, w.Create(t, w.li.Token, "deal", map[string]any{"name": fmt.Sprint("d", i)}))
		w.Do(t, w.li.Token, "POST", "/drafts/deal/"+deals[i], `{"values":{}}`).Want(t, 200)
	}
	w.Do(t, w.li.Token, "GET", "/drafts/deal/"+deals[0], nil).Want(t, 204)
	w.Do(t, w.li.Token, "GET", "/drafts/deal/"+deals[1], nil).Want(t, 200)
	w.Do(t, w.li.Token, "GET", "/drafts/deal/"+deals[100], nil).Want(t, 200)
}
