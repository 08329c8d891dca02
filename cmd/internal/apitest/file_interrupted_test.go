package apitest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/files"
)

// a connection to the bucket that ends early reads like an incomplete
// request body, but is none.
func TestAnInterruptedBucketIsUnavailable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Etag", `"no sum"`)
		w.Header().Set("Last-Modified", "Sun, 29 Nov 2026 08:00:00 GMT")
		if r.Method == http.MethodHead || r.Method == http.MethodGet {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "no more")
		}
	}))
	t.Cleanup(server.Close)
	bucket, err := files.NewBucket(files.S3Options{Endpoint: server.URL, Bucket: "deals", AccessKey: "KEY", SecretKey: "SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Storage: bucket})
	li := app.User(t, "li", "agent")
	form, media := apptest.Form(t, map[string]string{"a.txt": "abcdef"})
	path := beginUpload(t, app, li.Token, "b.txt", 10)
	away := []string{`"code":"unavailable"`}
	app.Run(t, []apptest.Scenario{
		{Name: "a form", As: li.Token, Method: "POST", Path: "/files", Body: form, Header: []string{"Content-Type", media}, Status: 503, Has: away},
		{Name: "a piece", As: li.Token, Method: "PATCH", Path: path, Body: "01234", Header: chunkHeaders(0), Status: 503, Has: away},
		{Name: "the last piece", As: li.Token, Method: "PATCH", Path: path, Body: "0123456789", Header: chunkHeaders(0), Status: 503, Has: away},
	})
}

// S-22: what precedes the file counts, also without a Content-Length.
func TestFormSizeIsLimited(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, MaxUpload: 1000})
	li := app.User(t, "li", "agent")
	form, media := apptest.Form(t, map[string]string{"a.txt": "abcdef"})
	long := strings.Repeat("nothing\r\n", 20_000)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"before the file":    {long + form, 413},
		"a little before it": {"nothing\r\n" + form, 201},
	} {
		// net/http sends a reader of unknown length in chunks.
		req, err := http.NewRequestWithContext(t.Context(), "POST", app.URL+"/api/v1/files", io.MultiReader(strings.NewReader(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + li.Token}, "Content-Type": {media}}
		a := app.Send(t, req)
		if a.Status != c.status || c.status == 413 && !strings.Contains(a.Body, `"code":"too_large"`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if n, err := app.Store.Count(t.Context(), "weft_file", nil, 0); n != 1 || err != nil {
		t.Errorf("%d files were kept, %v", n, err)
	}
}
