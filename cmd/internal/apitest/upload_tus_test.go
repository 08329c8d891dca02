package apitest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

// The rest of tus 1.0 that third-party clients rely on. // A4
func TestUploadsSayWhatTheySupport(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, MaxUpload: 1000})
	path := beginUpload(t, app, app.Admin, "a.txt", 10)
	for _, at := range []string{"/files/uploads", path} {
		// A client may ask before it signs in, and in any version.
		a := app.Do(t, "", "OPTIONS", at, nil, "Tus-Resumable", "0.2.2").Want(t, http.StatusNoContent)
		for header, want := range map[string]string{
			"Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Max-Size": "1000",
			"Tus-Extension": "creation,creation-with-upload,termination,expiration",
		} {
			if got := a.Header.Get(header); got != want {
				t.Errorf("OPTIONS %s: %s is %q, want %q", at, header, got, want)
			}
		}
	}
}

func TestAnUploadRepeatsItsMetadata(t *testing.T) { // A4
	t.Parallel()
	w := newWorld(t)
	path := beginUpload(t, w.App, w.li.Token, "合同.pdf", 10)
	want := "filename " + base64.StdEncoding.EncodeToString([]byte("合同.pdf")) + ",is_confidential"
	for _, method := range []string{"HEAD", "GET"} {
		a := w.Do(t, w.li.Token, method, path, nil, "Tus-Resumable", "1.0.0").Want(t, 200)
		if got := a.Header.Get("Upload-Metadata"); got != want || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Upload-Metadata %q, Cache-Control %q", method, got, a.Header.Get("Cache-Control"))
		}
	}
	bare := w.Do(t, w.li.Token, "POST", "/files/uploads", nil, "Upload-Length", "3", "Content-Type", "").Want(t, 201)
	at := strings.TrimPrefix(bare.Header.Get("Location"), "/api/v1")
	if a := w.Do(t, w.li.Token, "HEAD", at, nil).Want(t, 200); a.Header.Values("Upload-Metadata") != nil {
		t.Errorf("an upload without metadata repeats %q", a.Header.Values("Upload-Metadata"))
	}
}

func TestPostStandsForOtherMethodsOfAnUpload(t *testing.T) { // A4
	t.Parallel()
	w := newWorld(t)
	path := beginUpload(t, w.App, w.li.Token, "a.txt", 10)
	post := func(method string, body any, header ...string) *apptest.Answer {
		return w.Do(t, w.li.Token, "POST", path, body, append([]string{"X-HTTP-Method-Override", method}, header...)...)
	}
	if a := post("PATCH", "0123", chunkHeaders(0)...).Want(t, 204); a.Header.Get("Upload-Offset") != "4" {
		t.Errorf("PATCH: %v", a.Header)
	}
	if a := post("HEAD", nil, "Content-Type", "").Want(t, 200); a.Header.Get("Upload-Offset") != "4" {
		t.Errorf("HEAD: %v %s", a.Header, a.Body)
	}
	if a := post("PATCH", "45", chunkHeaders(0)...); a.Status != 409 {
		t.Errorf("PATCH at another offset: %d %s", a.Status, a.Body)
	}
	for _, method := range []string{"", "PUT", "patch"} {
		if a := post(method, nil, "Content-Type", ""); a.Status != http.StatusMethodNotAllowed || a.Text("code") != "method" || a.Header.Get("Allow") == "" {
			t.Errorf("%q: %d %s, Allow %q", method, a.Status, a.Body, a.Header.Get("Allow"))
		}
	}
	other := w.Do(t, w.wang.Token, "POST", path, nil, "X-HTTP-Method-Override", "DELETE", "Content-Type", "")
	if other.Status != 404 {
		t.Errorf("DELETE by another user: %d", other.Status)
	}
	post("DELETE", nil, "Content-Type", "").Want(t, 204)
	w.Do(t, w.li.Token, "HEAD", path, nil).Want(t, 404)
}

// Names in another encoding are refused: stored as U+FFFD they would be lost. // V12
func TestFileNamesAreUTF8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gbk := "\xba\xcf\xcd\xac.pdf" // 合同.pdf
	refused := func(what string, a *apptest.Answer) {
		t.Helper()
		if a.Status != 400 || a.Text("code") != "malformed" || !strings.Contains(a.Body, "UTF-8") {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	metadata := func(name string) []string {
		return []string{"Upload-Length", "3", "Content-Type", "", "Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte(name))}
	}
	refused("in pieces", w.Do(t, w.li.Token, "POST", "/files/uploads", nil, metadata(gbk)...))
	form := func(disposition string) *apptest.Answer {
		body := "--b\r\nContent-Disposition: form-data; name=\"file\"; " + disposition + "\r\n\r\nabc\r\n--b--\r\n"
		return w.Do(t, w.li.Token, "POST", "/files", body, "Content-Type", "multipart/form-data; boundary=b")
	}
	refused("in a form", form(`filename="`+gbk+`"`))
	refused("in a form, encoded", form(`filename*=UTF-8''%BA%CF.pdf`))
	imported := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + gbk + ".csv\"\r\n\r\nname\r\na\r\n\r\n--b--\r\n"
	refused("in an import", w.Do(t, w.Admin, "POST", "/records/deal/import", imported, "Content-Type", "multipart/form-data; boundary=b"))
	if n, err := w.Store.Count(t.Context(), "weft_file", nil, 0); n != 0 || err != nil {
		t.Errorf("%d files are stored, %v", n, err)
	}
	if a := form(`filename="合同　.pdf　"`).Want(t, 201); a.Text("name") != "合同　.pdf" {
		t.Errorf("blanks at the end of a name: %s", a.Body)
	}
	twice := metadata("a.txt")
	twice[len(twice)-1] += ",filename YQ=="
	if a := w.Do(t, w.li.Token, "POST", "/files/uploads", nil, twice...); a.Status != 400 {
		t.Errorf("a key twice: %d %s", a.Status, a.Body)
	}
}
