package apitest

import (
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// S-18, S-22
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(name string, body any, status int, has string, header ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: w.li.Token, Method: "POST", Path: "/records/deal", Body: body, Header: header, Status: status, Has: []string{has}}
	}
	query := func(name, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: body, Status: status, Has: has}
	}
	w.Run(t, []apptest.Scenario{
		post("not JSON", `{"name"`, 400, `"code":"malformed"`),
		post("no body", "", 400, `"code":"malformed"`),
		post("no object", `[1]`, 400, `"code":"malformed"`),
		post("a key twice", `{"name":"a","name":"b"}`, 400, "name"),
		post("33 deep", `{"name":`+strings.Repeat("[", 32)+strings.Repeat("]", 32)+`}`, 400, "32"),
		post("just over 1 MiB", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`, 413, `"code":"too_large"`),
		post("no content type", `{"name":"x"}`, 415, `"code":"media_type"`, "Content-Type", ""),
		post("a form", `name=x`, 415, `"code":"media_type"`, "Content-Type", "application/x-www-form-urlencoded"),
		post("a multipart body", `--x`, 415, `"code":"media_type"`, "Content-Type", "multipart/form-data; boundary=x"),
		post("a compressed body", `x`, 415, `"code":"media_type"`, "Content-Encoding", "gzip"),
		post("a charset is fine", `{"name":"x"}`, 201, `"name":"x"`, "Content-Type", "application/json; charset=utf-8"),
		post("an unknown field", `{"name":"x","nmae":"y","$where":"1"}`, 422, `"path":"/nmae"`),
		post("all problems at once", `{"amount":-1,"stage":"nowhere","nmae":1}`, 422, `"path":"/stage"`),
		post("a lone surrogate", `{"name":"a\ud800b"}`, 201, "a\uFFFDb"),
		post("NUL", `{"name":"a\u0000b"}`, 422, `"path":"/name"`),
		query("an unknown member", `{"were":["name","=","x"]}`, 400, `"path":"/were"`),
		query("a member in another case", `{"WHERE":["name","=","x"]}`, 400, `"path":"/WHERE"`),
		query("a member of another type", `{"limit":"50"}`, 400, `"path":"/limit"`),
		query("too many", `{"limit":1001}`, 422, `"code":"invalid"`),
		query("less than none", `{"limit":-1}`, 422, `"code":"invalid"`),
		query("somebody's cursor", `{"cursor":"nonsense"}`, 422, `"path":"/cursor"`),
		query("an operator of a database", `{"where":{"$where":"1==1"}}`, 422, `"path":"/where`),
		{Name: "a parameter that is none", As: w.li.Token, Method: "GET", Path: "/records/deal/0198c5a0-0000-7000-8000-000000000000/history?limit=x", Status: 400},
		{Name: "an id that is none", As: w.li.Token, Method: "GET", Path: "/records/deal/'%20OR%201=1", Status: 404},
	})
	a := w.Do(t, w.li.Token, "POST", "/records/deal", `{"amount":-1,"stage":"nowhere","nmae":1}`)
	for _, want := range []string{`"path":"/amount"`, `"path":"/stage"`, `"path":"/nmae"`, `"path":"/name"`} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the answer lacks %s:\n%s", want, a.Body)
		}
	}
}

func TestAnIncompleteBodyCreatesNoRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req, err := http.NewRequest("POST", w.URL+"/api/v1/records/deal", strings.NewReader(`{"name":"half"`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer " + w.li.Token}, "Content-Type": {"application/json"}}
	w.Send(t, req).Want(t, 400)
	if a := w.Do(t, w.Admin, "POST", "/records/deal/query", `{"count":"exact"}`).Want(t, 200); !strings.Contains(a.Body, `"count":0`) {
		t.Errorf("something was written: %s", a.Body)
	}
}
