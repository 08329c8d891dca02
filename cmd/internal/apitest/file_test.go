package apitest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

func TestUploadAndDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const pdf = "%PDF-1.7 the contract"
	id := w.Upload(t, w.li.Token, "合同 \"1\".pdf", pdf)
	path := "/files/" + id
	w.Run(t, []apptest.Scenario{
		{Name: "its uploader has it", As: w.li.Token, Method: "GET", Path: path, Status: 200, Has: []string{pdf},
			WantHeader: []string{"Content-Type: application/pdf", "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'…",
				"Content-Disposition: attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20_1_.pdf"}},
		{Name: "a part of it", As: w.li.Token, Method: "GET", Path: path, Header: []string{"Range", "bytes=0-3"}, Status: 206, Has: []string{"%PDF"}, Not: []string{"contract"}},
		{Name: "nobody else while it is unlinked", As: w.wang.Token, Method: "GET", Path: path, Status: 404},
		{Name: "nobody else can put it into a record", As: w.wang.Token, Method: "POST", Path: "/records/deal", Body: fmt.Sprintf(`{"name":"x","proof":[%q]}`, id), Status: 422, Has: []string{`"path":"/proof`}},
		{Name: "its uploader can", As: w.li.Token, Method: "POST", Path: "/records/deal", Body: fmt.Sprintf(`{"name":"x","proof":[%q]}`, id), Status: 201},
		{Name: "who sees the record sees it", As: w.audit.Token, Method: "GET", Path: path, Status: 200},
		{Name: "who does not, does not", As: w.wang.Token, Method: "GET", Path: path, Status: 404},
		{Name: "nobody without a sign-in", Method: "GET", Path: path, Status: 401},
		{Name: "no path", As: w.Admin, Method: "GET", Path: "/files/..", Status: 404},
	})
}

// S-17, S-18, S-19
func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, MaxUpload: 1000})
	li := app.User(t, "li", "agent")
	two, media := apptest.Form(t, map[string]string{"a.txt": "a", "b.txt": "b"})
	big, bigMedia := apptest.Form(t, map[string]string{"a.txt": strings.Repeat("x", 1001)})
	whole, wholeMedia := apptest.Form(t, map[string]string{"a.txt": "abcdef"})
	empty, emptyMedia := apptest.Form(t, map[string]string{"a.txt": ""})
	app.Run(t, []apptest.Scenario{
		{Name: "JSON", As: li.Token, Method: "POST", Path: "/files", Body: `{"file":"/etc/passwd"}`, Status: 415},
		{Name: "no type", As: li.Token, Method: "POST", Path: "/files", Body: "x", Header: []string{"Content-Type", ""}, Status: 415},
		{Name: "no boundary", As: li.Token, Method: "POST", Path: "/files", Body: "x", Header: []string{"Content-Type", "multipart/form-data"}, Status: 400},
		{Name: "two files", As: li.Token, Method: "POST", Path: "/files", Body: two, Header: []string{"Content-Type", media}, Status: 400},
		{Name: "cut off", As: li.Token, Method: "POST", Path: "/files", Body: whole[:len(whole)-30], Header: []string{"Content-Type", wholeMedia}, Status: 400},
		{Name: "too large", As: li.Token, Method: "POST", Path: "/files", Body: big, Header: []string{"Content-Type", bigMedia}, Status: 413},
		{Name: "empty", As: li.Token, Method: "POST", Path: "/files", Body: empty, Header: []string{"Content-Type", emptyMedia}, Status: 422},
	})
	if n, err := app.Store.Count(t.Context(), "weft_file", nil, 0); n != 0 || err != nil {
		t.Errorf("%d files were kept, %v", n, err)
	}
	svg := app.Upload(t, li.Token, "x.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
	a := app.Do(t, li.Token, "GET", "/files/"+svg, nil).Want(t, http.StatusOK)
	if got := a.Header.Get("Content-Type"); got != "application/octet-stream" {
		t.Errorf("markup comes as %s", got)
	}
	app.Do(t, li.Token, "POST", "/records/deal", fmt.Sprintf(`{"name":"x","proof":[%q]}`, svg)).Want(t, 422)
}

//
func TestARepeatedUploadIsOneFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body, media := apptest.Form(t, map[string]string{"a.txt": "the same"})
	other, otherMedia := apptest.Form(t, map[string]string{"a.txt": "something else"})
	send := func(token, body, media string) *apptest.Answer {
		return w.Do(t, token, "POST", "/files", body, "Content-Type", media, "Idempotency-Key", "up-1")
	}
	first := send(w.li.Token, body, media).Want(t, 201)
	if again := send(w.li.Token, body, media).Want(t, 201); again.Body != first.Body {
		t.Errorf("another file:\n%s\n%s", first.Body, again.Body)
	}
	send(w.li.Token, other, otherMedia).Want(t, 409)
	if of := send(w.wang.Token, body, media).Want(t, 201); of.Text("id") == first.Text("id") {
		t.Error("another user's key gave away a file")
	}
	if n, err := w.Store.Count(t.Context(), "weft_file", nil, 0); n != 2 || err != nil {
		t.Errorf("%d files, %v", n, err)
	}
}
