package apitest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

func TestRecordLifeCycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "北方", "amount": "12.50"})
	path := "/records/deal/" + id
	w.Run(t, []apptest.Scenario{
		{Name: "exact decimals come back as text", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","amount":100000000000000.0001}`,
			Status: 201, Has: []string{`"amount":"100000000000000.0001"`, `"rev":1`}, WantHeader: []string{`Etag: "1"`, "Location: /api/v1/records/deal/…"}},
		{Name: "read", As: w.li.Token, Method: "GET", Path: path, Status: 200, Has: []string{`"name":"北方"`, `"amount":"12.5"`, `"stage":"new"`},
			Not: []string{"margin"}, WantHeader: []string{`Etag: "1"`, "Content-Type: application/json"}},
		{Name: "some fields", As: w.li.Token, Method: "GET", Path: path + "?fields=name", Status: 200, Has: []string{`"name"`, `"id"`}, Not: []string{`"amount"`}},
		{Name: "a kept copy may be of other rights (R17)", As: w.li.Token, Method: "GET", Path: path, Header: []string{"If-None-Match", `W/"1"`}, Status: 200, Has: []string{`"name":"北方"`}},
		{Name: "changed under its revision", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"amount":null,"name":"南方"}`, Header: []string{"If-Match", `W/"1"`},
			Status: 200, Has: []string{`"name":"南方"`, `"rev":2`}, Not: []string{"amount"}, WantHeader: []string{`Etag: "2"`}},
		{Name: "a bare tag counts", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"name":"东方"}`, Header: []string{"If-Match", "2"}, Status: 200},
		{Name: "stale carries the present record", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"name":"x"}`, Header: []string{"If-Match", `"1"`},
			Status: 412, Has: []string{`"code":"stale"`, `"record":{`, `"name":"东方"`}, Not: []string{"margin"}},
		{Name: "If-Match that is no revision", As: w.li.Token, Method: "PATCH", Path: path, Body: `{}`, Header: []string{"If-Match", `"abc"`}, Status: 400, Has: []string{`"code":"malformed"`}},
		{Name: "merge patch has its own type", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"code":"A1"}`, Header: []string{"Content-Type", "application/merge-patch+json"}, Status: 200},
		{Name: "history", As: w.li.Token, Method: "GET", Path: path + "/history", Status: 200, Has: []string{`"source":"api"`, `"to":"东方"`}, Not: []string{"margin"}},
		{Name: "history, page by page", As: w.li.Token, Method: "GET", Path: path + "/history?limit=1", Status: 200, Has: []string{`"cursor":"`}},
		{Name: "a unique value that is taken", As: w.wang.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"y","code":"A1"}`,
			Status: 409, Has: []string{`"code":"unique"`, `"path":"/code"`}, Not: []string{"东方"}},
		{Name: "deleted", As: w.li.Token, Method: "DELETE", Path: path, Status: 204},
		{Name: "gone", As: w.li.Token, Method: "GET", Path: path, Status: 404, Has: []string{`"code":"not_found"`}},
		{Name: "restored", As: w.li.Token, Method: "POST", Path: path + "/restore", Status: 200, Has: []string{`"name":"东方"`}},
		{Name: "there again", As: w.li.Token, Method: "GET", Path: path, Status: 200},
	})
}

// S-01, S-05, S-07
func TestHiddenRecordsAndFieldsDoNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.Create(t, w.wang.Token, "deal", map[string]any{"name": "王的秘密", "code": "W1"})
	own := w.Create(t, w.li.Token, "deal", map[string]any{"name": "李的"})
	w.Do(t, w.Admin, "PATCH", "/records/deal/"+own, `{"margin":7}`).Want(t, 200)
	path, missing := "/records/deal/"+secret, "/records/deal/0198c5a0-0000-7000-8000-000000000000"
	var list []apptest.Scenario
	for _, r := range []struct{ method, suffix, body string }{
		{"GET", "", ""}, {"PATCH", "", `{"name":"x"}`}, {"DELETE", "", ""}, {"GET", "/history", ""},
		{"POST", "/transition", `{"to":"lost","comment":"x"}`}, {"POST", "/restore", ""},
	} {
		var body any
		if r.body != "" {
			body = r.body
		}
		unseen := w.Do(t, w.li.Token, r.method, path+r.suffix, body)
		absent := w.Do(t, w.li.Token, r.method, missing+r.suffix, body)
		if unseen.Status != 404 || unseen.Body != absent.Body {
			t.Errorf("%s %s: %d and %d, or other words\n%s\n%s", r.method, r.suffix, unseen.Status, absent.Status, unseen.Body, absent.Body)
		}
		list = append(list, apptest.Scenario{Name: "nobody: " + r.method + r.suffix, Method: r.method, Path: path + r.suffix, Body: body, Status: 401, Not: []string{"王"}})
	}
	w.Run(t, append(list, []apptest.Scenario{
		{Name: "not in a list", As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: `{"count":"exact"}`, Status: 200, Has: []string{"李的", `"count":1`}, Not: []string{"王", "margin"}},
		{Name: "not found by a word", As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: `{"search":"秘密"}`, Status: 200, Has: []string{`"items":[]`}},
		{Name: "not counted", As: w.li.Token, Method: "POST", Path: "/records/deal/aggregate", Body: `{"metrics":{"n":["count"]}}`, Status: 200, Has: []string{`"n":1`}},
		{Name: "not on a board", As: w.li.Token, Method: "POST", Path: "/records/deal/board", Body: `{"by":"stage","sums":["amount"]}`, Status: 200, Has: []string{`"key":"new"`, "李的"}, Not: []string{"王", "margin"}},
		{Name: "a field that is not his is unknown to a filter", As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: `{"where":["margin","=",7]}`, Status: 422, Has: []string{"unknown_field", `"path":"/where`}},
		{Name: "like one that does not exist", As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: `{"where":["nonsense","=",7]}`, Status: 422, Has: []string{"unknown_field"}},
		{Name: "unknown to a sort", As: w.li.Token, Method: "POST", Path: "/records/deal/query", Body: `{"sort":["-margin"]}`, Status: 422, Has: []string{"unknown_field"}},
		{Name: "not written", As: w.li.Token, Method: "PATCH", Path: "/records/deal/" + own, Body: `{"margin":9}`, Status: 422, Not: []string{"7"}},
		{Name: "system fields are not written", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","rev":9,"created_by":"me"}`, Status: 422, Has: []string{`"path":"/rev"`, `"path":"/created_by"`, "read_only"}},
		{Name: "no export without the right", As: w.li.Token, Method: "POST", Path: "/records/deal/export", Body: `{}`, Status: 403, Not: []string{"李", "attachment"}},
		{Name: "reading is no right to write", As: w.audit.Token, Method: "PATCH", Path: "/records/deal/" + own, Body: `{"name":"x"}`, Status: 403},
		{Name: "export with the right", As: w.audit.Token, Method: "POST", Path: "/records/deal/export", Body: `{}`, Header: []string{"Accept-Language", "en"}, Status: 200, Has: []string{"Margin", "王的秘密"}, WantHeader: []string{"Content-Type: text/csv; charset=utf-8"}},
		{Name: "an entity that is nobody's", As: w.li.Token, Method: "POST", Path: "/records/nothing/query", Body: `{}`, Status: 403},
	}...))
}

func TestGuardsHoldFromEverySource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "甲"})
	path := "/records/deal/" + id
	guards := []string{`"code":"guard"`, `"path":"/amount"`, `"path":"/proof"`}
	w.Run(t, []apptest.Scenario{
		{Name: "create", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","stage":"proven"}`, Status: 409, Has: guards},
		{Name: "patch", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"stage":"proven"}`, Status: 409, Has: guards},
		{Name: "transition", As: w.li.Token, Method: "POST", Path: path + "/transition", Body: `{"to":"proven"}`, Status: 409, Has: guards},
		{Name: "even for an administrator", As: w.Admin, Method: "POST", Path: path + "/transition", Body: `{"to":"proven"}`, Status: 409, Has: guards},
		{Name: "bulk", As: w.li.Token, Method: "POST", Path: "/records/deal/bulk", Body: fmt.Sprintf(`{"op":"transition","ids":[%q],"to":"proven"}`, id), Status: 200, Has: append([]string{`"status":409`}, guards...)},
		{Name: "in the reader's language", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"stage":"proven"}`, Header: []string{"Accept-Language", "en-GB,en;q=0.9"}, Status: 409,
			Has: []string{"Conditions are not met"}, WantHeader: []string{"Content-Language: en", "Content-Type: application/problem+json"}},
		{Name: "no such move", As: w.li.Token, Method: "PATCH", Path: path, Body: `{"stage":"nowhere"}`, Status: 422},
		{Name: "a reason is needed", As: w.li.Token, Method: "POST", Path: path + "/transition", Body: `{"to":"lost"}`, Status: 409},
	})
	proof := w.Upload(t, w.li.Token, "证明.pdf", "%PDF-1.7 proof")
	w.Do(t, w.li.Token, "POST", path+"/transition", map[string]any{"to": "proven", "values": map[string]any{"amount": 5, "proof": []string{proof}}}).Want(t, 200)
	w.Do(t, w.li.Token, "GET", "/files/"+proof, nil).Want(t, 200)
	w.Do(t, w.wang.Token, "GET", "/files/"+proof, nil).Want(t, 404)
	w.Do(t, w.audit.Token, "GET", "/files/"+proof, nil).Want(t, 200)
	w.Do(t, w.audit.Token, "POST", "/records/stage_visit/query", `{"sort":["entered_at"]}`).Want(t, 200)
}

//
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"name":"once"}`
	first := w.Do(t, w.li.Token, "POST", "/records/deal", body, "Idempotency-Key", "k1").Want(t, 201)
	again := w.Do(t, w.li.Token, "POST", "/records/deal", body, "Idempotency-Key", "k1").Want(t, 201)
	if first.Body != again.Body || again.Header.Get("Etag") != `"1"` {
		t.Errorf("another answer:\n%s\n%s", first.Body, again.Body)
	}
	w.Do(t, w.li.Token, "POST", "/records/deal", `{"name":"other"}`, "Idempotency-Key", "k1").Want(t, 409)
	w.Do(t, w.wang.Token, "POST", "/records/deal", body, "Idempotency-Key", "k1").Want(t, 201)
	for _, key := range []string{"", "a b", "键", strings.Repeat("x", 201)} {
		req, err := http.NewRequest("POST", w.URL+"/api/v1/records/deal", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + w.li.Token}, "Content-Type": {"application/json"}, "Idempotency-Key": {key}}
		w.Send(t, req).Want(t, 400)
	}
	w.Do(t, w.li.Token, "POST", "/records/deal/query", `{"count":"exact","where":["name","=","once"]}`).Want(t, 200)
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Run(t, []apptest.Scenario{
		{Name: "a wrong check digit warns", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","license":"91350100M000100Y42"}`,
			Header: []string{"Accept-Language", "en"}, Status: 201, Has: []string{`"_warnings":[{`, `"path":"/license"`, `"message":"`}},
		{Name: "a right one does not", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","license":"91350100M000100Y43"}`, Status: 201, Not: []string{"_warnings"}},
	})
}
