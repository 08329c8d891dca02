package apitest

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"weft/cmd/internal/apptest"
)

// Every POST handles its Idempotency-Key, also those that change no record: the
// same key and body give the same answer; another body is 409.
func TestEveryPostHandlesItsIdempotencyKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deal := w.Do(t, w.Admin, "POST", "/records/deal", `{"name":"gone"}`).Want(t, 201).Text("id")
	w.Do(t, w.Admin, "DELETE", "/records/deal/"+deal, nil).Want(t, 204)
	form := func(text string) []string {
		body, media := apptest.Form(t, map[string]string{"deals.csv": text})
		return []string{body, media}
	}
	for _, c := range []struct {
		name, path  string
		body, other []string // the body and its content type
	}{
		{"record", "/records/deal", []string{`{"name":"a"}`}, []string{`{"name":"b"}`}},
		{"token", "/tokens", []string{`{"name":"a","role":"agent"}`}, []string{`{"name":"b","role":"agent"}`}},
		{"template", "/templates/opportunity-pipeline/install", []string{`{}`}, []string{`{"sampleData":true}`}},
		{"restore", "/records/deal/" + deal + "/restore", []string{`{}`}, []string{`{"x":1}`}},
		{"import of a file", "/records/deal/import", []string{"name\na\n", "text/csv"}, []string{"name\nb\n", "text/csv"}},
		{"import of a form", "/records/deal/import", form("name\na\n"), form("name\nb\n")},
		{"draft check", "/builder/check", []string{`{}`}, []string{`{"definitions":[]}`}},
	} {
		post := func(body []string) *apptest.Answer {
			media := "application/json"
			if len(body) > 1 {
				media = body[1]
			}
			return w.Do(t, w.Admin, "POST", c.path, body[0], "Content-Type", media, "Idempotency-Key", "k-"+strings.ReplaceAll(c.name, " ", "-"))
		}
		first, again := post(c.body), post(c.body)
		if first.Status >= 300 || again.Status != first.Status || again.Body != first.Body {
			t.Errorf("%s: first %d %s, again %d %s", c.name, first.Status, first.Body, again.Status, again.Body)
		}
		if other := post(c.other); other.Status != 409 || other.Text("code") != "conflict" {
			t.Errorf("%s with another body: %d %s, want 409 conflict", c.name, other.Status, other.Body)
		}
	}
}

// Forms are the same when their files are: each client makes new boundaries.
func TestARepeatedImportIsOneImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func() *apptest.Answer {
		body, media := apptest.Form(t, map[string]string{"deals.csv": "name\na\nb\n"})
		return w.Do(t, w.Admin, "POST", "/records/deal/import", body, "Content-Type", media, "Idempotency-Key", "imp")
	}
	ids := make([]string, 6)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() { ids[i] = send().Text("id") })
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("the import was started more than once: %v", ids)
		}
	}
	found := w.Do(t, w.Admin, "POST", "/records/deal/query", `{"count":"exact"}`).Want(t, 200)
	if !strings.Contains(found.Body, `"count":2`) {
		t.Errorf("the rows came in more than once: %s", found.Body)
	}
	undo := func() *apptest.Answer {
		return w.Do(t, w.Admin, "POST", "/imports/"+ids[0]+"/undo", nil, "Idempotency-Key", "undo")
	}
	if first, again := undo().Want(t, 200), undo(); again.Status != 200 || again.Body != first.Body {
		t.Errorf("undo again: %d %s", again.Status, again.Body)
	}
}

// Concurrent requests with one key make one token, and both answers hold its
// secret; the store holds neither key nor secret in plain text.
func TestConcurrentDuplicatesMakeOneToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bodies := make([]string, 4)
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() {
			bodies[i] = w.Do(t, w.li.Token, "POST", "/tokens", `{"name":"t","role":"agent"}`, "Idempotency-Key", "tw").Want(t, http.StatusCreated).Body
		})
	}
	all.Wait()
	for _, b := range bodies {
		if b != bodies[0] {
			t.Errorf("two answers: %s and %s", b, bodies[0])
		}
	}
	list := w.Do(t, w.li.Token, "GET", "/tokens", nil).Want(t, 200).Body
	if n := strings.Count(list, `"prefix"`); n != 1 {
		t.Errorf("%d tokens, want one: %s", n, list)
	}
}

// The same 409 from every source, import rows included; members that a body
// lacks are named.
func TestARefusedTransitionHasTheSameBodyFromEverySource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Do(t, w.Admin, "POST", "/records/deal", `{"name":"a"}`).Want(t, 201).Text("id")
	want := w.Do(t, w.Admin, "POST", "/records/deal/"+id+"/transition", `{"to":"proven"}`).Want(t, 409)
	var body struct{ Type, Title, Code, Detail string }
	want.JSON(t, &body)
	bulk := w.Do(t, w.Admin, "POST", "/records/deal/bulk", map[string]any{"op": "transition", "ids": []string{id}, "to": "proven"}).Want(t, 200)
	var results struct {
		Results []struct{ Type, Title, Code, Detail string }
	}
	bulk.JSON(t, &results)
	if results.Results[0] != body {
		t.Errorf("bulk answers %+v, transition %+v", results.Results[0], body)
	}
	in := w.Do(t, w.Admin, "POST", "/records/deal/import", "name,stage\nb,proven\n", "Content-Type", "text/csv").Want(t, 200)
	for _, part := range []string{`"path":"/amount"`, `"path":"/proof"`, `"problem":"guard"`} {
		if !strings.Contains(in.Body, part) {
			t.Errorf("the import does not tell %s: %s", part, in.Body)
		}
	}
	for path, missing := range map[string]string{"/records/deal/" + id + "/transition": `"/to"`, "/records/deal/board": `"/by"`} {
		a := w.Do(t, w.Admin, "POST", path, `{}`).Want(t, 422)
		if !strings.Contains(a.Body, `"code":"required"`) || !strings.Contains(a.Body, missing) {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}

// R17: a repeated answer shows what the caller may see now.
func TestReplaysCheckRightsFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	create := func() *apptest.Answer {
		return w.Do(t, w.li.Token, "POST", "/records/deal", map[string]any{"name": "甲", "amount": "12.5"}, "Idempotency-Key", "k1")
	}
	first := create().Want(t, 201)
	if again := create().Want(t, 201); again.Body != first.Body {
		t.Errorf("with unchanged rights: %s, first %s", again.Body, first.Body)
	}
	role := func(read, operations string) {
		w.Do(t, w.Admin, "POST", "/builder/publish", `{"definitions":[{"kind":"role","key":"agent","title":{"zh-CN":"销售","en":"Agent"},"grants":[
			{"entity":"deal","operations":[`+operations+`],"scopes":[{"type":"own"}],"read":`+read+`,"write":{"all":true,"except":["margin"]}}]}]}`).Want(t, 200)
	}
	role(`{"all":true,"except":["margin","amount"]}`, `"create","read","update"`)
	if again := create().Want(t, 201); strings.Contains(again.Body, "amount") || !strings.Contains(again.Body, "甲") {
		t.Errorf("without the right to a field: %s", again.Body)
	}
	id := first.Text("id")
	w.Do(t, w.Admin, "PATCH", "/records/deal/"+id, map[string]any{"owner": w.wang.ID}).Want(t, 200)
	if again := create().Want(t, 201); strings.Contains(again.Body, "甲") || again.Text("id") != id {
		t.Errorf("of a record that is another's now: %s", again.Body)
	}
	role(`{"all":true}`, `"read"`)
	create().Want(t, 403)
}
