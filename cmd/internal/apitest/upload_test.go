package apitest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
)

const chunkType = "application/offset+octet-stream"

// beginUpload starts an upload as tus clients do and returns its path.
func beginUpload(t *testing.T, app *apptest.App, token, name string, length int, more ...string) string {
	t.Helper()
	headers := append([]string{"Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(length),
		"Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",is_confidential", "Content-Type", ""}, more...)
	a := app.Do(t, token, "POST", "/files/uploads", nil, headers...).Want(t, http.StatusCreated)
	path, ok := strings.CutPrefix(a.Header.Get("Location"), "/api/v1")
	if !ok || a.Header.Get("Tus-Resumable") != "1.0.0" || a.Header.Get("Upload-Expires") == "" {
		t.Fatalf("got %v", a.Header)
	}
	return path
}

func chunkHeaders(offset int) []string {
	return []string{"Tus-Resumable", "1.0.0", "Upload-Offset", strconv.Itoa(offset), "Content-Type", chunkType}
}

func TestAnUploadIsResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := "%PDF-1.7 " + strings.Repeat("合同", 1_000_000)
	path := beginUpload(t, w.App, w.li.Token, "合同.pdf", len(body))
	// The connection ends in the middle of the request.
	broken := w.interruptedPatch(t, path, body, 3<<20)
	if broken < 0 {
		t.Fatal("the request was answered")
	}
	var at int
	for at == 0 { // the server stores what arrived after it notices
		a := w.Do(t, w.li.Token, "HEAD", path, nil, "Tus-Resumable", "1.0.0").Want(t, 200)
		at, _ = strconv.Atoi(a.Header.Get("Upload-Offset"))
	}
	w.Do(t, w.li.Token, "PATCH", path, body[at:at+1000], chunkHeaders(at)...).Want(t, 204)
	at += 1000
	done := w.Do(t, w.li.Token, "PATCH", path, body[at:], chunkHeaders(at)...).Want(t, 204)
	var got struct {
		Offset, Length int
		File           struct {
			ID, Name  string
			MediaType string `json:"media_type"`
			Size      int
		}
	}
	w.Do(t, w.li.Token, "GET", path, nil).Want(t, 200).JSON(t, &got)
	if got.Offset != len(body) || got.File.Size != len(body) || got.File.Name != "合同.pdf" || got.File.MediaType != "application/pdf" {
		t.Errorf("got %+v", got)
	}
	if want := "/api/v1/files/" + got.File.ID; done.Header.Get("Location") != want || done.Header.Get("Upload-Offset") != strconv.Itoa(len(body)) {
		t.Errorf("the last answer has %v", done.Header)
	}
	if a := w.Do(t, w.li.Token, "GET", "/files/"+got.File.ID, nil).Want(t, 200); a.Body != body {
		t.Errorf("%d bytes came back", len(a.Body))
	}
	w.Do(t, w.li.Token, "POST", "/records/deal", fmt.Sprintf(`{"name":"x","proof":[%q]}`, got.File.ID)).Want(t, 201)
}

// interruptedPatch sends the first n bytes of a longer body and closes the connection.
func (w testWorld) interruptedPatch(t *testing.T, path, body string, n int) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "PATCH", w.URL+"/api/v1"+path, &failingReader{Reader: strings.NewReader(body[:n])})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(body))
	for h, headers := 0, chunkHeaders(0); h < len(headers); h += 2 {
		req.Header.Set(headers[h], headers[h+1])
	}
	req.Header.Set("Authorization", "Bearer "+w.li.Token)
	res, err := w.Server.Client().Do(req)
	if err == nil {
		res.Body.Close()
		return -1
	}
	return n
}

// failingReader fails after its content.
type failingReader struct{ *strings.Reader }

func (h *failingReader) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil {
		err = http.ErrHandlerTimeout
	}
	return n, err
}

func TestRefusedResumableUploads(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, MaxUpload: 1000})
	li, wang := app.User(t, "li", "agent"), app.User(t, "wang", "agent")
	path := beginUpload(t, app, li.Token, "a.txt", 10)
	length := func(n string, more ...string) []string {
		return append([]string{"Upload-Length", n, "Content-Type", ""}, more...)
	}
	app.Run(t, []apptest.Scenario{
		{Name: "no length", As: li.Token, Method: "POST", Path: "/files/uploads", Status: 400},
		{Name: "no number", As: li.Token, Method: "POST", Path: "/files/uploads", Header: length("ten"), Status: 400},
		{Name: "empty", As: li.Token, Method: "POST", Path: "/files/uploads", Header: length("0"), Status: 422},
		{Name: "too large", As: li.Token, Method: "POST", Path: "/files/uploads", Header: length("1001"), Status: 413},
		{Name: "metadata that is none", As: li.Token, Method: "POST", Path: "/files/uploads", Header: length("10", "Upload-Metadata", "filename ???"), Status: 400},
		{Name: "JSON", As: li.Token, Method: "POST", Path: "/files/uploads", Body: `{"path":"/etc/passwd"}`, Header: []string{"Upload-Length", "10"}, Status: 415},
		{Name: "another version", As: li.Token, Method: "POST", Path: "/files/uploads", Header: length("10", "Tus-Resumable", "0.2.2"), Status: 412, WantHeader: []string{"Tus-Version: 1.0.0"}},
		{Name: "no offset", As: li.Token, Method: "PATCH", Path: path, Body: "x", Header: []string{"Content-Type", chunkType}, Status: 400},
		{Name: "no piece", As: li.Token, Method: "PATCH", Path: path, Body: `{"id":"x"}`, Header: []string{"Upload-Offset", "0"}, Status: 415},
		{Name: "a packed piece", As: li.Token, Method: "PATCH", Path: path, Body: "x", Header: append(chunkHeaders(0), "Content-Encoding", "gzip"), Status: 415},
		{Name: "too far on", As: li.Token, Method: "PATCH", Path: path, Body: "x", Header: chunkHeaders(1), Status: 409, WantHeader: []string{"Upload-Offset: 0"}},
		{Name: "too much", As: li.Token, Method: "PATCH", Path: path, Body: "eleven byte", Header: chunkHeaders(0), Status: 413},
		{Name: "a piece", As: li.Token, Method: "PATCH", Path: path, Body: "0123", Header: chunkHeaders(0), Status: 204, WantHeader: []string{"Upload-Offset: 4"}},
		{Name: "the piece again", As: li.Token, Method: "PATCH", Path: path, Body: "0123", Header: chunkHeaders(0), Status: 409, WantHeader: []string{"Upload-Offset: 4"}},
		{Name: "somebody else looks", As: wang.Token, Method: "GET", Path: path, Status: 404},
		{Name: "somebody else goes on", As: wang.Token, Method: "PATCH", Path: path, Body: "45", Header: chunkHeaders(4), Status: 404},
		{Name: "somebody else ends it", As: wang.Token, Method: "DELETE", Path: path, Status: 404},
		{Name: "an administrator has his own", As: app.Admin, Method: "GET", Path: path, Status: 404},
		{Name: "nobody", Method: "PATCH", Path: path, Body: "45", Header: chunkHeaders(4), Status: 401},
		{Name: "it is no file yet", As: li.Token, Method: "GET", Path: strings.Replace(path, "/uploads", "", 1), Status: 404},
		{Name: "it is ended", As: li.Token, Method: "DELETE", Path: path, Status: 204},
		{Name: "and gone", As: li.Token, Method: "PATCH", Path: path, Body: "45", Header: chunkHeaders(4), Status: 404},
	})
	for _, collection := range []string{"weft_file", "weft_partial_upload"} {
		if n, err := app.Store.Count(t.Context(), collection, nil, 0); n != 0 || err != nil {
			t.Errorf("%s has %d documents, %v", collection, n, err)
		}
	}
}

func TestCreationWithUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func(text string) *apptest.Answer {
		return w.Do(t, w.li.Token, "POST", "/files/uploads", text, "Upload-Length", "5", "Content-Type", chunkType, "Idempotency-Key", "k").Want(t, 201)
	}
	first := send("hello")
	if first.Header.Get("Upload-Offset") != "5" || !strings.Contains(first.Body, `"file":{`) {
		t.Errorf("got %s %v", first.Body, first.Header)
	}
	if again := send("hello"); again.Body != first.Body {
		t.Errorf("again:\n%s\n%s", first.Body, again.Body)
	}
}

func TestAnUploadExpires(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Now()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	token := app.Admin
	path := beginUpload(t, app, token, "a.txt", 10)
	app.Do(t, token, "PATCH", path, "0123", chunkHeaders(0)...).Want(t, 204)
	mu.Lock()
	now = now.Add(25 * time.Hour)
	mu.Unlock()
	app.Do(t, app.Token(t, "admin"), "HEAD", path, nil).Want(t, 404)
	if _, err := app.Files.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := app.Store.Count(t.Context(), "weft_partial_upload", nil, 0); n != 0 || err != nil {
		t.Errorf("%d uploads are left, %v", n, err)
	}
}

// The request that comes second is told the current offset.
func TestConcurrentChunksOfOneUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := bytes.Repeat([]byte("0123456789"), 10)
	path := beginUpload(t, w.App, w.li.Token, "a.txt", len(body))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for at := 0; at < len(body); {
				a := w.Do(t, w.li.Token, "PATCH", path, string(body[at:min(at+7, len(body))]), chunkHeaders(at)...)
				if a.Status != 204 && a.Status != 409 {
					t.Errorf("at %d: %d %s", at, a.Status, a.Body)
					return
				}
				at, _ = strconv.Atoi(w.Do(t, w.li.Token, "HEAD", path, nil).Want(t, 200).Header.Get("Upload-Offset"))
			}
		})
	}
	wg.Wait()
	a := w.Do(t, w.li.Token, "GET", path, nil).Want(t, 200)
	var got struct{ File struct{ ID string } }
	a.JSON(t, &got)
	if f := w.Do(t, w.li.Token, "GET", "/files/"+got.File.ID, nil).Want(t, 200); f.Body != string(body) {
		t.Errorf("came back as %s", f.Body)
	}
}
