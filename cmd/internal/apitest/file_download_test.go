package apitest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	_ "image/jpeg"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// hostileFiles would run in our pages if a browser believed their content (S-19).
var hostileFiles = []struct{ name, body string }{
	{"a.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><animate onbegin="alert(1)"/></svg>`},
	{"a.png", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><a href="java&#x09;script:alert(1)"/></svg>`},
	{"a.html", `<!doctype html><script>alert(1)</script>`},
	{"a.jpg", "\n\n <html><body onload=alert(1)>"},
	{"a.xhtml", `<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`},
	{"a.xml", `<?xml-stylesheet type="text/xsl" href="data:text/xml,x"?><x/>`},
	{"a.txt", "plain at first" + strings.Repeat(" ", 600) + "<script>alert(1)</script>"},
	{"a.js", "alert(document.cookie)"},
	{"a.gif", "GIF89a/*\x00\x00\x00\x00\x00*/=1;alert(1)//;"},
	{"a.pdf", "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n<script>alert(1)</script>"},
	{"a.css", "*{background:url(javascript:alert(1))}"},
	{"a.swf", "CWS\x0a\x00\x00\x00\x00"},
	{"a.mht", "MIME-Version: 1.0\nContent-Type: text/html\n\n<script>alert(1)</script>"},
	{"a.wasm", "\x00asm\x01\x00\x00\x00"},
}

// S-19
func TestUploadedFilesDoNotRunInBrowsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	files := append(hostileFiles[:len(hostileFiles):len(hostileFiles)], struct{ name, body string }{"polyglot.html", picture(t, "screen.png") + "<script>alert(1)</script>"})
	for _, f := range files {
		form, media := apptest.Form(t, map[string]string{f.name: f.body})
		sent := w.Do(t, w.li.Token, "POST", "/files", form, "Content-Type", media)
		if sent.Status == http.StatusUnprocessableEntity && f.name == "a.gif" {
			continue // not a GIF, and not sent as one
		}
		path := "/files/" + sent.Want(t, 201).Text("id")
		for _, query := range []string{"", "?inline=1", "?response-content-type=text/html&response-content-disposition=inline"} {
			a := w.Do(t, w.li.Token, "GET", path+query, nil).Want(t, 200)
			h := a.Header
			switch media := h.Get("Content-Type"); {
			case media == "application/octet-stream", media == "image/png", media == "application/pdf", media == "text/plain; charset=utf-8":
			default:
				t.Errorf("%s%s comes as %s", f.name, query, media)
			}
			inline := strings.HasPrefix(h.Get("Content-Disposition"), "inline; ")
			if may := query == "?inline=1" && (f.name == "polyglot.html" || f.name == "a.pdf"); inline != may || !inline && !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; ") {
				t.Errorf("%s%s: %s", f.name, query, h.Get("Content-Disposition"))
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s%s: %v", f.name, query, h)
			}
			if f.name == "polyglot.html" && strings.Contains(a.Body, "script") {
				t.Error("what stood behind the picture is still there")
			}
		}
		if f.name != "polyglot.html" {
			w.Do(t, w.li.Token, "GET", path+"/thumbnail", nil).Want(t, http.StatusUnsupportedMediaType)
		}
	}
}

// S-18, S-21
func TestUploadsMustBeForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form, media := apptest.Form(t, map[string]string{"a.txt": "a"})
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(make([]byte, 50<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const path = `{"files":{"proof":[{"filepath":"/etc/passwd","originalFilename":"x.pdf","mimetype":"application/pdf","size":1}]}}`
	w.Run(t, []apptest.Scenario{
		{Name: "JSON as an upload", As: w.li.Token, Method: "POST", Path: "/files", Body: path, Status: 415},
		{Name: "JSON called a form", As: w.li.Token, Method: "POST", Path: "/files", Body: path, Header: []string{"Content-Type", media}, Status: 400},
		{Name: "a form called JSON", As: w.li.Token, Method: "POST", Path: "/files", Body: form, Status: 415},
		{Name: "another kind of multipart", As: w.li.Token, Method: "POST", Path: "/files", Body: form, Header: []string{"Content-Type", strings.Replace(media, "form-data", "mixed", 1)}, Status: 415},
		{Name: "a form to the door", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: form, Header: []string{"Content-Type", media}, Status: 415},
		{Name: "a path in a field of files", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","proof":["/etc/passwd"]}`, Status: 422},
		{Name: "an upload in a field of files", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","proof":[{"filepath":"/etc/passwd"}]}`, Status: 422},
		{Name: "files beside the fields", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: `{"name":"x","files":{"proof":"/etc/passwd"}}`, Status: 422},
		{Name: "a packed form", As: w.li.Token, Method: "POST", Path: "/files", Body: zipped.String(), Header: []string{"Content-Type", media, "Content-Encoding", "gzip"}, Status: 415},
		{Name: "packed JSON", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: zipped.String(), Header: []string{"Content-Encoding", "gzip"}, Status: 415},
		{Name: "a packed piece", As: w.li.Token, Method: "POST", Path: "/files/uploads", Body: zipped.String(), Header: []string{"Content-Type", "application/offset+octet-stream", "Content-Encoding", "gzip", "Upload-Length", "52428800"}, Status: 415},
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/api/v1/files", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header["Content-Type"] = []string{media, "application/json"}
	req.Header.Set("Authorization", "Bearer "+w.li.Token)
	w.Send(t, req).Want(t, http.StatusUnsupportedMediaType)
	if n, err := w.Store.Count(t.Context(), "weft_file", nil, 0); n != 0 || err != nil {
		t.Errorf("%d files, %v", n, err)
	}
}

// S-21: the file is stored, since nothing decodes it.
func TestADecompressionBombHasNoThumbnail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bomb := []byte(picture(t, "screen.png"))
	copy(bomb[16:], "\x00\x00\xc3\x50\x00\x00\xc3\x50") // 50,000 by 50,000 pixels
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	id := w.Upload(t, w.li.Token, "a.png", string(bomb))
	a := w.Do(t, w.li.Token, "GET", "/files/"+id+"/thumbnail?size=large", nil, "Accept-Language", "en").Want(t, 422)
	if !strings.Contains(a.Body, "50000×50000") {
		t.Errorf("got %s", a.Body)
	}
}

// Also for ranges, HEAD, thumbnails and conditional requests.
func TestDownloadsCheckRightsEachTime(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: visitDefinitions})
	li, wang := app.User(t, "li", "agent"), app.User(t, "wang", "agent")
	id := app.Upload(t, li.Token, "a.jpg", picture(t, "phone.jpg"))
	record := app.Do(t, li.Token, "POST", "/records/visit", fmt.Sprintf(`{"name":"x","photos":[%q]}`, id)).Want(t, 201).Text("id")
	path := "/files/" + id
	tag := app.Do(t, li.Token, "GET", path, nil).Want(t, 200).Header.Get("Etag")
	small := app.Do(t, li.Token, "GET", path+"/thumbnail", nil).Want(t, 200)
	m, _, err := image.Decode(strings.NewReader(small.Body))
	if err != nil || m.Bounds() != image.Rect(0, 0, 32, 48) || small.Header.Get("Content-Type") != "image/jpeg" || small.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("thumbnail: %v, %v", err, small.Header)
	}
	ways := func(name, token string, found bool) []apptest.Scenario {
		status := func(s int) int {
			if found {
				return s
			}
			return 404
		}
		return []apptest.Scenario{
			{Name: name + ": whole", As: token, Method: "GET", Path: path, Status: status(200)},
			{Name: name + ": its head", As: token, Method: "HEAD", Path: path, Status: status(200)},
			{Name: name + ": a part", As: token, Method: "GET", Path: path, Header: []string{"Range", "bytes=0-3"}, Status: status(206)},
			{Name: name + ": beyond the end", As: token, Method: "GET", Path: path, Header: []string{"Range", "bytes=100000-"}, Status: status(416)},
			{Name: name + ": of another state", As: token, Method: "GET", Path: path, Header: []string{"If-Match", `"other"`}, Status: status(412)},
			{Name: name + ": known already", As: token, Method: "GET", Path: path, Header: []string{"If-None-Match", tag}, Status: status(304)},
			{Name: name + ": a small picture", As: token, Method: "GET", Path: path + "/thumbnail?size=medium", Status: status(200)},
			{Name: name + ": a small one known", As: token, Method: "GET", Path: path + "/thumbnail", Header: []string{"If-None-Match", small.Header.Get("Etag")}, Status: status(304)},
			{Name: name + ": of no size", As: token, Method: "GET", Path: path + "/thumbnail?size=huge", Status: status(422)},
		}
	}
	app.Run(t, ways("its owner", li.Token, true))
	app.Run(t, ways("a colleague", wang.Token, false))
	app.Do(t, app.Admin, "PATCH", "/records/visit/"+record, fmt.Sprintf(`{"owner":%q}`, wang.ID)).Want(t, 200)
	app.Run(t, ways("handed over", li.Token, false))
	app.Run(t, ways("now his", wang.Token, true))
	app.Run(t, []apptest.Scenario{
		{Name: "nobody", Method: "GET", Path: path + "/thumbnail", Status: 401},
		{Name: "no file", As: li.Token, Method: "GET", Path: "/files/nothing/thumbnail", Status: 404},
		{Name: "no picture", As: app.Admin, Method: "GET", Path: "/files/" + app.Upload(t, app.Admin, "a.txt", "text") + "/thumbnail", Status: 415},
	})
}

// A file in two fields can be read through either, but not through a field that
// the caller may not read.
func TestAFileInTwoFieldsNeedsOneReadableField(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: visitDefinitions})
	li := app.User(t, "li", "agent")
	visit := "/records/visit/" + app.Create(t, li.Token, "visit", map[string]any{"name": "x"})
	file := app.Upload(t, app.Admin, "a.pdf", "%PDF-1.7 both")
	list, path := fmt.Sprintf("[%q]", file), "/files/"+file
	step := func(name, as, method, path, body string, status int, has ...string) apptest.Scenario {
		return apptest.Scenario{Name: name, As: as, Method: method, Path: path, Body: body, Status: status, Has: has}
	}
	app.Run(t, []apptest.Scenario{
		step("in the hidden field", app.Admin, "PATCH", visit, `{"secret":`+list+`}`, 200),
		step("which he does not read", li.Token, "GET", path, "", 404),
		step("nor takes it out of", li.Token, "PATCH", visit, `{"contract":`+list+`}`, 422, `"path":"/contract/0"`, `"code":"no_such_file"`),
		step("in both", app.Admin, "PATCH", visit, `{"contract":`+list+`}`, 200),
		step("of which he reads one", li.Token, "GET", path, "", 200),
		step("out of the hidden one", app.Admin, "PATCH", visit, `{"secret":null}`, 200),
		step("he still reads it", li.Token, "GET", path, "", 200),
		step("and back", app.Admin, "PATCH", visit, `{"secret":`+list+`}`, 200),
		step("out of the one he reads", li.Token, "PATCH", visit, `{"contract":null}`, 200),
		step("it is not there for him", li.Token, "GET", path, "", 404),
		step("but for who reads the other", app.Admin, "GET", path, "", 200),
	})
}
