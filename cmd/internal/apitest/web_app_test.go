package apitest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"weft/cmd/internal/apptest"
	"weft/frontend"
)

func webApp(t *testing.T, o apptest.Options) *apptest.App {
	t.Helper()
	built, err := frontend.New(fstest.MapFS{
		"index.html":       {Data: []byte(`app %LANGUAGE% %THEME% %ORGANISATION%`)},
		"light.html":       {Data: []byte(`light %LANGUAGE%`)},
		"assets/a-1.woff2": {Data: []byte("font")},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.WebApp, o.Unchecked = built, true
	return apptest.Start(t, o)
}

// visit asks for a page as a browser does, and follows no redirect.
func visit(t *testing.T, method, url string, cookies ...*http.Cookie) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestPagesOfTheWebApp(t *testing.T) {
	app := webApp(t, apptest.Options{})
	session := &http.Cookie{Name: "weft_session", Value: app.Admin}
	for _, c := range []struct {
		name, method, path string
		cookies            []*http.Cookie
		status             int
		location, body     string
	}{
		{"not signed in", "GET", "/r/lead?view=a&q=%E6%B5%B7", nil, 303, "/login?next=%2Fr%2Flead%3Fview%3Da%26q%3D%25E6%25B5%25B7", ""},
		{"not signed in, at the start", "GET", "/", nil, 303, "/login", ""},
		{"an old session", "GET", "/", []*http.Cookie{{Name: "weft_session", Value: "gone"}}, 303, "/login", ""},
		{"login page", "GET", "/login", nil, 200, "", "light "},
		{"public form", "GET", "/f/UNKNOWN", nil, 200, "", "light "},
		{"signed in", "GET", "/r/lead", []*http.Cookie{session}, 200, "", "app "},
		{"any deep address", "GET", "/build/form/lead/x/y", []*http.Cookie{session}, 200, "", "app "},
		{"chosen language and theme", "GET", "/", []*http.Cookie{session, {Name: "weft_language", Value: "en"}, {Name: "weft_theme", Value: "dark"}}, 200, "", "app en dark"},
		{"made-up language and theme", "GET", "/", []*http.Cookie{session, {Name: "weft_language", Value: "xx"}, {Name: "weft_theme", Value: "pink"}}, 200, "", "app zh-CN system"},
		{"file", "GET", "/assets/a-1.woff2", nil, 200, "", "font"},
		{"no such file", "GET", "/assets/b-2.js", []*http.Cookie{session}, 404, "", "not_found"},
		{"no route of the API", "GET", "/api/v1/nothing", []*http.Cookie{session}, 404, "", "not_found"},
		{"no page for POST", "POST", "/r/lead", []*http.Cookie{session}, 404, "", "not_found"},
	} {
		answer, body := visit(t, c.method, app.URL+c.path, c.cookies...)
		if answer.StatusCode != c.status || answer.Header.Get("Location") != c.location || !strings.Contains(body, c.body) {
			t.Errorf("%s: %d %q %s", c.name, answer.StatusCode, answer.Header.Get("Location"), body)
		}
		if c.status == 200 && !strings.HasPrefix(c.path, "/assets/") && !strings.Contains(answer.Header.Get("Content-Security-Policy"), "script-src 'self';") {
			t.Errorf("%s: %v", c.name, answer.Header)
		}
	}
}

func TestWithoutTheWebAppTheStartPageSaysHowToBuildIt(t *testing.T) {
	app := apptest.Start(t, apptest.Options{Unchecked: true})
	answer, body := visit(t, "GET", app.URL+"/")
	if answer.StatusCode != 200 || !strings.Contains(body, "make build") {
		t.Error(answer.Status, body)
	}
	if answer, _ := visit(t, "GET", app.URL+"/login"); answer.StatusCode != 404 {
		t.Error(answer.Status)
	}
}
