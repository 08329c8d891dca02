package builder_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"weft/builder"
	"weft/runtime/problem"
	"weft/runtime/store"
)

// site serves the builder's routes; the header X-User says who calls.
func site(t *testing.T, b *fixture) *httptest.Server {
	t.Helper()
	r := mux.NewRouter()
	b.Routes(r.PathPrefix("/api/v1").Subrouter(), builder.RouteOptions{
		Caller: func(r *http.Request) (string, bool) {
			login := r.Header.Get("X-User")
			return login, login == "ada"
		},
		Problem: func(w http.ResponseWriter, _ *http.Request, err error) {
			p := problem.As(err)
			if p == nil {
				p = problem.Wrap(problem.Internal, err)
			}
			w.WriteHeader(p.Code.Status())
			fmt.Fprint(w, p.Error())
		},
	})
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return s
}

// ask sends one request as ada and gives status, headers and body.
func ask(t *testing.T, s *httptest.Server, method, path, mediaType, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-User", "ada")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Content-Type", mediaType)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(data)
}

func TestEveryRouteIsForAdministratorsOnly(t *testing.T) { // S-06
	t.Parallel()
	s := site(t, open(t))
	for _, rt := range builder.Table() {
		path := strings.NewReplacer("{name}", "x", "{version}", "1", "{key}", "x", "{kind}", "entity").Replace(rt.Path)
		for user, want := range map[string]int{"": 401, "bob": 403} {
			if status, _, _ := ask(t, s, rt.Method, path, "application/json", "{}", "X-User", user); status != want {
				t.Errorf("%s %s as %q: %d, want %d", rt.Method, path, user, status, want)
			}
		}
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := site(t, open(t))
	const jsonType = "application/json"
	definitions := func(docs ...string) string { return `{"definitions":[` + strings.Join(docs, ",") + `]}` }
	list := `{"kind":"view","key":"newest","title":` + title + `,"entity":"deal","type":"list","sort":["-created_at"]}`
	steps := []struct {
		name, method, path, mediaType, body string
		status                              int
		content, absent                     string
	}{
		{"nothing is published", "GET", "/builder/definitions", "", "", 200, `{"definitions":[],"version":0}`, ""},
		{"a meta-schema", "GET", "/builder/schemas/view", "", "", 200, `"View: a list or board over one entity"`, ""},
		{"all meta-schemas", "GET", "/builder/schemas", "", "", 200, `{"kind":"view","title":"View: a list or board over one entity","folder":"views"}`, ""},
		{"of a document of packages", "GET", "/builder/schemas/scenario", "", "", 200, `"x-description": {"zh-CN":"步骤，按顺序","en":"The steps, in order."}`, ""},
		{"a member that stands twice", "POST", "/builder/publish", jsonType, `{"definitions":[],"definitions":[]}`, 400, "malformed", ""},
		{"a member in another case", "POST", "/builder/publish", jsonType, `{"Definitions":[]}`, 400, "malformed", ""},
		{"no such kind", "GET", "/builder/schemas/page", "", "", 404, "not_found", ""},
		{"wrong media type", "POST", "/builder/publish", "text/plain", "{}", 415, "media_type", ""},
		{"not JSON", "POST", "/builder/publish", jsonType, "{", 400, "malformed", ""},
		{"unknown member", "POST", "/builder/publish", jsonType, `{"defs":[]}`, 400, "malformed", ""},
		{"text behind it", "POST", "/builder/publish", jsonType, `{} {}`, 400, "malformed", ""},
		{"too large", "POST", "/builder/publish", jsonType, `{"definitions":["` + strings.Repeat("x", 1<<20) + `"]}`, 413, "too_large", ""},
		{"check refuses with the path in the request", "POST", "/builder/check", jsonType, definitions(entity("deal", `"name":{"x-type":"txt","x-title":`+title+`}`)),
			422, "/entity/deal/properties/name/x-type", ""},
		{"check is content", "POST", "/builder/check", jsonType, definitions(entity("deal", text("name"))), 200, `{"problems":[],"warnings":[]}`, ""},
		{"check warns of a list without index", "POST", "/builder/check", jsonType, definitions(entity("deal", text("name")), list), 200,
			`{"problems":[],"warnings":[{"code":"unserved","entity":"deal","index":"{\"fields\":[\"-created_at\"]}","message":"no index serves this`, ""},
		{"and published nothing", "GET", "/builder/definitions", "", "", 200, `"version":0`, "deal"},
		{"publish", "POST", "/builder/publish", jsonType, definitions(entity("deal", text("name"))), 200, `{"version":1}`, ""},
		{"in force", "GET", "/builder/definitions", "", "", 200, `"key":"deal"`, ""},
		{"the other definitions stay", "POST", "/builder/publish", jsonType, definitions(entity("lead", text("name"))), 200, `{"version":2}`, ""},
		{"impact", "POST", "/builder/impact", jsonType, `{"definitions":[],"remove":[{"kind":"entity","key":"deal"}]}`, 200, `"code":"entity_removed","records":0`, ""},
		{"removing needs force", "POST", "/builder/publish", jsonType, `{"definitions":[],"remove":[{"kind":"entity","key":"deal"}]}`, 422, "/entity/deal", ""},
		{"removed", "POST", "/builder/publish", jsonType, `{"force":true,"definitions":[],"remove":[{"kind":"entity","key":"deal"}]}`, 200, `{"version":3}`, ""},
		{"removing what is not there", "POST", "/builder/publish", jsonType, `{"definitions":[],"remove":[{"kind":"entity","key":"deal"}]}`, 422, "/remove/0", ""},
		{"versions, newest first", "GET", "/builder/versions?limit=1", "", "", 200, `"version":3,"by":"ada"`, `"version":2`},
		{"older ones", "GET", "/builder/versions?before=3&limit=1", "", "", 200, `"version":2`, `"version":1,`},
		{"wrong number", "GET", "/builder/versions?before=x", "", "", 422, "/before", ""},
		{"one version", "GET", "/builder/versions/1", "", "", 200, `"key":"deal"`, "lead"},
		{"no such version", "GET", "/builder/versions/9", "", "", 404, "version 9", ""},
		{"a list without index is published with a warning", "POST", "/builder/publish", jsonType, definitions(strings.Replace(list, "deal", "lead", 1)), 200, `{"version":4,"warnings":[{"code":"unserved"`, ""},
		{"rollback", "POST", "/builder/versions/2/rollback", "", "", 200, `{"version":5}`, ""},
		{"both are back", "GET", "/builder/definitions", "", "", 200, `"key":"deal"`, ""},
	}
	for _, c := range steps {
		status, _, body := ask(t, s, c.method, c.path, c.mediaType, c.body)
		if status != c.status || !strings.Contains(body, c.content) || c.absent != "" && strings.Contains(body, c.absent) {
			t.Fatalf("%s: %d %s", c.name, status, body)
		}
	}
}

// building is a store in the middle of a publishing.
type building struct{ store.Store }

func (building) PendingIndexes() []store.IndexBuild {
	return []store.IndexBuild{{Collection: "deal", Index: "by_stage", Since: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}}
}

func TestVersionsTellOfBuilds(t *testing.T) {
	t.Parallel()
	plain := open(t)
	for want, b := range map[string]*fixture{
		`"building":[]`: plain,
		`"building":[{"collection":"deal","index":"by_stage","since":"2026-05-04T03:02:01Z"}]`: over(t, building{plain.store}),
	} {
		if _, _, body := ask(t, site(t, b), "GET", "/builder/versions", "", ""); !strings.Contains(body, want) {
			t.Errorf("want %s in %s", want, body)
		}
	}
}

func TestDraftRoutes(t *testing.T) {
	t.Parallel()
	b := open(t)
	s := site(t, b)
	const jsonType = "application/json"
	put := func(body string, headers ...string) (int, string, string) {
		status, h, text := ask(t, s, "PUT", "/builder/drafts/board", jsonType, body, headers...)
		return status, h.Get("ETag"), text
	}
	broken := `{"definitions":[{"kind":"entity"}]}`
	if status, tag, _ := put(broken); status != 200 || tag != `"1"` {
		t.Fatal("a draft may be wrong", status, tag)
	}
	if status, _, _ := put(broken); status != 412 {
		t.Fatal("made twice", status)
	}
	if status, _, body := ask(t, s, "POST", "/builder/drafts/board/check", jsonType, ""); status != 422 || !strings.Contains(body, "/definitions/0/key") {
		t.Fatal(status, body)
	}
	if status, tag, _ := put(`{"definitions":[`+entity("deal", text("name"))+`]}`, "If-Match", `"1"`); status != 200 || tag != `"2"` {
		t.Fatal(status, tag)
	}
	if status, _, _ := put(broken, "If-Match", `"1"`); status != 412 {
		t.Fatal("an old revision was overwritten", status)
	}
	if status, _, _ := ask(t, s, "POST", "/builder/drafts/board/check", jsonType, ""); status != 200 {
		t.Fatal(status)
	}
	if status, _, body := ask(t, s, "POST", "/builder/drafts/board/impact", jsonType, ""); status != 200 || !strings.Contains(body, `"op":"added"`) {
		t.Fatal(status, body)
	}
	if status, _, body := ask(t, s, "POST", "/builder/drafts/board/publish", jsonType, ""); status != 200 || body != "{\"version\":1}\n" {
		t.Fatal(status, body)
	}
	if status, _, _ := ask(t, s, "GET", "/builder/drafts/board", "", ""); status != 404 {
		t.Fatal("a published draft is still there", status)
	}

	// A draft that somebody else has overtaken is refused, one on other definitions is not.
	if status, _, _ := put(`{"definitions":[` + entity("deal", text("name")+","+text("note")) + `]}`); status != 200 {
		t.Fatal(status)
	}
	b.publish(t, entity("deal", text("name")+","+text("remark")))
	if status, _, body := ask(t, s, "POST", "/builder/drafts/board/check", jsonType, ""); status != 409 || !strings.Contains(body, "/entity/deal") { // E5
		t.Fatal(status, body)
	}
	if status, _, body := ask(t, s, "POST", "/builder/drafts/board/publish", jsonType, ""); status != 409 || !strings.Contains(body, "/entity/deal") {
		t.Fatal(status, body)
	}
	if status, _, _ := ask(t, s, "DELETE", "/builder/drafts/board", "", ""); status != 204 {
		t.Fatal(status)
	}
	if status, _, _ := ask(t, s, "DELETE", "/builder/drafts/board", "", ""); status != 404 {
		t.Fatal(status)
	}
	if status, _, _ := ask(t, s, "PUT", "/builder/drafts/Bad.Name", jsonType, `{"definitions":[]}`); status != 422 {
		t.Fatal(status)
	}
	if status, _, body := ask(t, s, "GET", "/builder/drafts", "", ""); status != 200 || body != "{\"items\":[]}\n" {
		t.Fatal(status, body)
	}
}

func TestPackageRoutes(t *testing.T) {
	t.Parallel()
	s := site(t, open(t))
	archive, err := readPackage(t, crm(nil)).Archive()
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := ask(t, s, "POST", "/builder/packages", "application/zip", string(archive)); status != 200 {
		t.Fatal(status, body)
	}
	if _, _, body := ask(t, s, "GET", "/builder/packages", "", ""); !strings.Contains(body, `"unconfirmed":["role/sales","script/check"]`) {
		t.Error(body)
	}
	if status, _, body := ask(t, s, "POST", "/builder/packages/crm/confirm", "", ""); status != 200 || !json.Valid([]byte(body)) {
		t.Error(status, body)
	}
	if _, _, body := ask(t, s, "GET", "/builder/packages", "", ""); strings.Contains(body, "unconfirmed") {
		t.Error(body)
	}
	_, h, body := ask(t, s, "GET", "/builder/packages/crm", "", "")
	if h.Get("Content-Type") != "application/zip" || body != string(archive) {
		t.Error("the export is not what was installed")
	}
	for name, c := range map[string]struct {
		path, body string
		status     int
	}{
		"no zip":          {"", "hello", 400},
		"a wrong switch":  {"?confirm_roles=maybe", string(archive), 422},
		"too large":       {"", strings.Repeat("x", 11<<20), 413},
		"truncated":       {"", string(archive[:len(archive)/2]), 400},
		"again, in force": {"?confirm_roles=true&overwrite=true", string(archive), 200},
	} {
		if status, _, body := ask(t, s, "POST", "/builder/packages"+c.path, "application/zip", c.body); status != c.status {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, _, _ := ask(t, s, "GET", "/builder/packages/none", "", ""); status != 404 {
		t.Error(status)
	}
}
