package apitest

import (
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/api"
)

// examplePath fills the variables of a route's path.
func examplePath(path string) string {
	return strings.NewReplacer("{entity}", "deal", "{id}", "0198c5a0-0000-7000-8000-000000000000", "{name}", "x").Replace(path)
}

// S-06: without credentials every route that is not public answers 401, whatever
// is sent; one for administrators answers 403 to other users.
func TestEveryRouteAppliesItsPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := map[string]bool{"session.create": true, "healthz": true, "readyz": true, "page": true,
		"upload.capabilities": true, "upload.options": true, "public_form.get": true, "public_form.submit": true, "webhook.call": true, "public_form.options": true}
	names := map[string]bool{}
	for _, rt := range w.API.Routes() {
		if rt.Policy < api.Public || rt.Policy > api.Operator || names[rt.Name] {
			t.Errorf("route %s: policy %d, or named twice", rt.Name, rt.Policy)
		}
		names[rt.Name] = true
		if (rt.Policy == api.Public) != open[rt.Name] {
			t.Errorf("route %s is open: %v", rt.Name, rt.Policy == api.Public)
		}
		if rt.Policy == api.Public {
			continue
		}
		path := "//" + strings.TrimPrefix(examplePath(rt.Path), "/")
		if rt.Policy != api.Operator { // the test runs on this machine
			if a := w.Do(t, "", rt.Method, path, nil); a.Status != http.StatusUnauthorized {
				t.Errorf("nobody at %s: %d\n%s", rt.Name, a.Status, a.Body)
			}
		}
		if a := w.Do(t, "weft_nonsense", rt.Method, path, nil, "X-Forwarded-For", "1.2.3.4"); a.Status != http.StatusUnauthorized {
			t.Errorf("a wrong token at %s: %d", rt.Name, a.Status)
		}
		if rt.Policy != api.SignedIn {
			if a := w.Do(t, w.li.Token, rt.Method, path, nil, "X-Forwarded-For", "1.2.3.4"); a.Status != http.StatusForbidden {
				t.Errorf("an agent at %s: %d", rt.Name, a.Status)
			}
		}
	}
	for _, path := range []string{"/builder/definitions", "/builder/versions", "/builder/drafts", "/builder/packages"} {
		w.Do(t, "", "GET", path, nil).Want(t, 401)
		w.Do(t, w.li.Token, "GET", path, nil).Want(t, 403)
		w.Do(t, w.Admin, "GET", path, nil).Want(t, 200)
	}
}

// S-07
func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "x"})
	for _, path := range []string{
		"//api/v1/nothing", "//api/v1/", "//api/v2/me", "//api/v1/me/", "//api/v1//me", "//api//v1/me", "//API/v1/me", "//api/v1/ME",
		"//api/v1/me;x=1", "//api/v1/records/deal/" + id + "/", "//api/v1/records/deal/" + id + "/nothing",
		"//api/v1/records/deal/..%2f" + id, "//api/v1/records/../me", "//api/v1/me%2f", "//api/v1/files/..%2f..%2fweft.db", "//api/v1/public/forms/x",
		"//index.php", "//.env",
	} {
		for _, token := range []string{"", w.Admin} {
			a := w.Do(t, token, "GET", path, nil)
			if a.Status != 404 && !(token == "" && a.Status == 401) || !strings.Contains(a.Header.Get("Content-Type"), "problem+json") {
				t.Errorf("%s: %d %s", path, a.Status, a.Header.Get("Content-Type"))
			}
		}
	}
	// Proxy headers about the path change nothing.
	w.Do(t, "", "GET", "/me?x=/healthz", nil, "X-Original-URL", "/healthz", "X-Rewrite-URL", "/healthz").Want(t, 401)
}

// A4
func TestOtherMethodsAre405(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "x"})
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/records/deal/" + id, "DELETE, GET, HEAD, OPTIONS, PATCH"},
		{"POST", "/me", "GET, HEAD, OPTIONS"},
		{"DELETE", "/meta", "GET, HEAD, OPTIONS"},
		{"GET", "/records/deal", "OPTIONS, POST"},
		{"GET", "/builder/publish", "OPTIONS, POST"},
		{"DELETE", "//healthz", "GET, HEAD, OPTIONS"},
	} {
		a := w.Do(t, w.Admin, c.method, c.path, nil).Want(t, http.StatusMethodNotAllowed)
		if a.Header.Get("Allow") != c.allow || a.Text("code") != "method" {
			t.Errorf("%s %s: Allow %q, %s", c.method, c.path, a.Header.Get("Allow"), a.Body)
		}
		a = w.Do(t, "", "OPTIONS", c.path, nil).Want(t, http.StatusNoContent)
		if a.Header.Get("Allow") != c.allow || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("OPTIONS %s: %v", c.path, a.Header)
		}
	}
	w.Do(t, w.Admin, "OPTIONS", "/nothing", nil).Want(t, 404)
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{})
	want := []string{"X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Referrer-Policy: no-referrer", "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'…"}
	app.Run(t, []apptest.Scenario{
		{Name: "an answer", As: app.Admin, Method: "GET", Path: "/me", Status: 200, WantHeader: want},
		{Name: "a problem", Method: "GET", Path: "/me", Status: 401, WantHeader: append(want, "WWW-Authenticate: Bearer realm=\"weft\"")},
		{Name: "nothing", Method: "GET", Path: "//nothing", Status: 404, WantHeader: want},
		{Name: "the page", Method: "GET", Path: "//", Status: 200, WantHeader: want[:4], Has: []string{"<html lang=\"zh-CN\">", "weft 正在运行", "/api/v1/session", "/api/v1/openapi.json"}, Not: []string{"<script", "npm"}},
		{Name: "the page in English", Method: "GET", Path: "//", Header: []string{"Accept-Language", "en-US"}, Status: 200, Has: []string{"weft is running", "built without Node"}},
		{Name: "HEAD is GET without a body", As: app.Admin, Method: "HEAD", Path: "//healthz", Status: 200},
	})
}

// S-31
func TestCrossOriginRequestsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Create(t, w.li.Token, "deal", map[string]any{"name": "x"})
	cookie := []string{"Cookie", "weft_session=" + w.li.Token, "Authorization", ""}
	refused := []string{`"code":"forbidden"`}
	with := func(more ...string) []string { return append(append([]string{}, cookie...), more...) }
	w.Run(t, []apptest.Scenario{
		{Name: "another site's form", Method: "PATCH", Path: "/records/deal/" + id, Body: `{"name":"y"}`, Header: with("Sec-Fetch-Site", "cross-site"), Status: 403, Has: refused},
		{Name: "a sister domain", Method: "DELETE", Path: "/records/deal/" + id, Header: with("Sec-Fetch-Site", "same-site"), Status: 403, Has: refused},
		{Name: "an old browser", Method: "POST", Path: "/records/deal", Body: `{"name":"y"}`, Header: with("Origin", "https://evil.example"), Status: 403, Has: refused},
		{Name: "signing in for somebody", Method: "POST", Path: "/session", Body: `{"login":"admin","password":"x"}`, Header: []string{"Origin", "https://evil.example"}, Status: 403, Has: refused},
		{Name: "text that is JSON", Method: "POST", Path: "/records/deal", Body: `{"name":"y"}`, Header: with("Content-Type", "text/plain"), Status: 415},
		{Name: "its own page", Method: "PATCH", Path: "/records/deal/" + id, Body: `{"name":"z"}`, Header: with("Sec-Fetch-Site", "same-origin"), Status: 200},
		{Name: "no method by header", Method: "GET", Path: "/records/deal/" + id, Header: with("X-HTTP-Method-Override", "DELETE"), Status: 200},
		{Name: "reading is free", Method: "GET", Path: "/me", Header: with("Sec-Fetch-Site", "cross-site"), Status: 200},
	})
}
