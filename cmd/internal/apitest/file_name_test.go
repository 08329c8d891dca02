package apitest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// S-17: in every encoding a name stays a name and never becomes a path.
func TestHostileNamesOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wantName := func(how, body, want string) {
		t.Helper()
		var got struct{ ID, Name string }
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Name != want {
			t.Errorf("%s: %q became %q, not %q", how, body, got.Name, want)
		}
	}
	for _, c := range []struct{ parameter, want string }{
		{`filename="../../x"`, "x"},
		{`filename="..\\..\\x"`, "x"},
		{`filename="/etc/passwd"`, "passwd"},
		{`filename="C:\\x"`, "x"},
		{`filename="a%2e%2e%2fb"`, "a%2e%2e%2fb"},
		{`filename="%252e%252e%252fb"`, "%252e%252e%252fb"},
		{`filename="x::$DATA"`, "x__$DATA"},
		{`filename="x. "`, "x"},
		{`filename=".."`, "file"},
		{`filename*=UTF-8''..%2f..%2fx`, "x"},
		{`filename*=UTF-8''%2e%2e%5cx`, "x"},
		{`filename*=UTF-8''a%00b`, "ab"},
		{`filename*=UTF-8''a%0d%0aSet-Cookie%3a%20x`, "aSet-Cookie_ x"},
		{`filename*=UTF-8''%252e%252e%252fx`, "%2e%2e%2fx"},
	} {
		form := "--b\r\nContent-Disposition: form-data; name=\"file\"; " + c.parameter + "\r\n\r\nhello\r\n--b--\r\n"
		a := w.Do(t, w.li.Token, "POST", "/files", form, "Content-Type", "multipart/form-data; boundary=b").Want(t, 201)
		wantName(c.parameter, a.Body, c.want)
		got := w.Do(t, w.li.Token, "GET", "/files/"+a.Text("id"), nil).Want(t, 200)
		if d := got.Header.Get("Content-Disposition"); strings.ContainsAny(d, "/\x00\r\n") || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s comes back as %q", c.parameter, d)
		}
	}
	for name, want := range map[string]string{"../../x": "x", `..\..\x`: "x", "/etc/passwd": "passwd", "a%2e%2e%2fb": "a%2e%2e%2fb", "a\x00b": "ab", "..": "file"} {
		path := beginUpload(t, w.App, w.li.Token, name, 5)
		wantName("tus", w.Do(t, w.li.Token, "GET", path, nil).Want(t, 200).Body, want)
	}
	for name, parameter := range map[string]string{"none": "", "an empty one": `; filename=""`, "a nameless part": `; name="x"`} {
		form := "--b\r\nContent-Disposition: form-data" + parameter + "\r\n\r\nhello\r\n--b--\r\n"
		if a := w.Do(t, w.li.Token, "POST", "/files", form, "Content-Type", "multipart/form-data; boundary=b"); a.Status != 400 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// S-18: only a form becomes a file, and a form is refused where JSON, a table or
// an archive is expected.
func TestRoutesRefuseOtherMediaTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form, media := apptest.Form(t, map[string]string{"a.csv": "name\nx\n"})
	const upload = `{"files":[{"filepath":"/etc/passwd","path":"/etc/passwd"}],"attachments":["/etc/passwd"]}`
	var list []apptest.Scenario
	for _, route := range []struct{ method, path string }{
		{"POST", "/builder/check"}, {"POST", "/builder/impact"}, {"POST", "/builder/publish"}, {"PUT", "/builder/drafts/d"},
		{"POST", "/builder/packages"}, {"PUT", "/import-mappings/m"}, {"POST", "/records/deal/query"}, {"POST", "/records/deal/bulk"},
	} {
		list = append(list,
			apptest.Scenario{Name: "a form to " + route.path, As: w.Admin, Method: route.method, Path: route.path, Body: form, Header: []string{"Content-Type", media}, Status: 415},
			apptest.Scenario{Name: "no type to " + route.path, As: w.Admin, Method: route.method, Path: route.path, Body: upload, Header: []string{"Content-Type", ""}, Status: 415},
			apptest.Scenario{Name: "two types to " + route.path, As: w.Admin, Method: route.method, Path: route.path, Body: upload,
				Header: []string{"Content-Type", "application/json, " + media}, Status: 415})
	}
	for _, path := range []string{"/imports", "/records/deal/import", "/files"} {
		list = append(list,
			apptest.Scenario{Name: "JSON to " + path, As: w.Admin, Method: "POST", Path: path, Body: upload, Status: 415},
			apptest.Scenario{Name: "no type to " + path, As: w.Admin, Method: "POST", Path: path, Body: form, Header: []string{"Content-Type", ""}, Status: 415},
			apptest.Scenario{Name: "JSON as a form to " + path, As: w.Admin, Method: "POST", Path: path, Body: upload, Header: []string{"Content-Type", media}, Status: 400})
	}
	w.Run(t, list)
	for path, typ := range map[string]string{"/builder/check": "application/json", "/records/deal/query": "application/json", "/imports": "text/csv", "/files": media} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", w.URL+"/api/v1"+path, strings.NewReader(upload))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + w.Admin}, "Content-Type": {typ, "text/plain"}}
		if a := w.Send(t, req); a.Status != 415 {
			t.Errorf("a second type to %s: %d %s", path, a.Status, a.Body)
		}
	}
	if n, err := w.Store.Count(t.Context(), "weft_file", nil, 0); n != 0 || err != nil {
		t.Errorf("%d files were kept, %v", n, err)
	}
}
