package frontend

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

const page = `<html lang="%LANGUAGE%" data-theme="%THEME%"><meta content="%NONCE%"><title>%ORGANISATION%</title>%VERSION%`

func testApp(t *testing.T) *App {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte("let x = 1")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := New(fstest.MapFS{
		"index.html":            {Data: []byte("app " + page)},
		"light.html":            {Data: []byte("light " + page)},
		"assets/app-1a2b.js.gz": {Data: zipped.Bytes()},
		"assets/app-1a2b.js.br": {Data: []byte("brotli")},
		"assets/inter.woff2":    {Data: []byte("font")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFilesAreSentAsTheBrowserReadsThem(t *testing.T) {
	a := testApp(t)
	for _, c := range []struct{ accept, encoding, body string }{
		{"gzip, br", "br", "brotli"},
		{"gzip", "gzip", ""},
		{"br;q=0, gzip", "gzip", ""},
		{"identity", "", "let x = 1"},
		{"", "", "let x = 1"},
	} {
		r := httptest.NewRequest("GET", "/assets/app-1a2b.js", nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		if err := a.ServeFile(w, r); err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if h.Get("Content-Encoding") != c.encoding || h.Get("Content-Type") != "text/javascript; charset=utf-8" ||
			h.Get("Vary") != "Accept-Encoding" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%q: %v", c.accept, h)
		}
		body := w.Body.String()
		if c.encoding == "gzip" {
			plain, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(plain)
			if err != nil {
				t.Fatal(err)
			}
			body, c.body = string(b), "let x = 1"
		}
		if body != c.body {
			t.Errorf("%q: body %q, want %q", c.accept, body, c.body)
		}
	}
}

func TestOnlyFilesOfTheAppAreServed(t *testing.T) {
	a := testApp(t)
	for path, want := range map[string]bool{
		"/assets/app-1a2b.js": true, "/assets/inter.woff2": true, "/assets": false, "/assets/": false, "/": false,
		"/index.html": false, "/light.html": false, "/../go.mod": false, "/assets/other.js": false, "/r/lead": false,
	} {
		if got := a.HasFile(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func TestPagesAllowNoForeignCode(t *testing.T) {
	a := testApp(t)
	nonces := map[string]bool{}
	for range 2 {
		w := httptest.NewRecorder()
		err := a.ServePage(w, httptest.NewRequest("GET", "/r/lead", nil), Page{Language: "en", Theme: "dark", Organisation: `<b>"A&B"</b>`, Version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, bad := range []string{"unsafe-eval", "script-src 'self' 'unsafe", "*", "http:"} {
			if strings.Contains(policy, bad) {
				t.Errorf("the policy has %s: %s", bad, policy)
			}
		}
		nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(policy)
		if nonce == nil || nonces[nonce[1]] || !strings.Contains(w.Body.String(), `content="`+nonce[1]+`"`) {
			t.Errorf("nonce %v, body %s", nonce, w.Body)
		}
		nonces[nonce[1]] = true
		if body := w.Body.String(); !strings.HasPrefix(body, "app ") || !strings.Contains(body, `data-theme="dark"`) || !strings.Contains(body, "&lt;b&gt;") || strings.Contains(body, "<b>") {
			t.Error(body)
		}
		if !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Error(policy)
		}
	}
}

func TestLightPagesNeedNoSessionAndMayBeEmbeddedWhereAllowed(t *testing.T) {
	a := testApp(t)
	for path, want := range map[string]bool{"/login": true, "/f/ABC": true, "/s/ABC": true, "/": false, "/r/lead": false, "/loginx": false, "/f": false} {
		if IsLight(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
	w := httptest.NewRecorder()
	w.Header().Set("X-Frame-Options", "DENY")
	if err := a.ServePage(w, httptest.NewRequest("GET", "/f/ABC", nil), Page{Language: "zh-CN", Embedders: []string{"https://example.com"}}); err != nil {
		t.Fatal(err)
	}
	if h := w.Header(); h.Get("X-Frame-Options") != "" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors https://example.com") || w.Code != http.StatusOK {
		t.Error(h)
	}
	if !strings.HasPrefix(w.Body.String(), "light ") {
		t.Error(w.Body)
	}
}
