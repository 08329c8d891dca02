package apitest

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"

	"weft/cmd/internal/apptest"
	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

// S-34: a signed address is given only after the rights are checked, and only for
// saving the file.
func TestDownloadsAreRedirectedToTheBucket(t *testing.T) {
	t.Parallel()
	server := s3test.Open(t)
	bucket, err := files.NewBucket(files.S3Options{Endpoint: "http://" + server.Endpoint, Region: server.Region, Bucket: server.Name,
		AccessKey: server.AccessKey, SecretKey: server.SecretKey, Redirect: true})
	if err != nil {
		t.Fatal(err)
	}
	var log syncBuffer
	app := apptest.Start(t, apptest.Options{Definitions: visitDefinitions, Storage: bucket,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	li, wang := app.User(t, "li", "agent"), app.User(t, "wang", "agent")
	client := *http.DefaultClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fetch := func(token, method, address string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	ask := func(token, method, path string) (*http.Response, string) {
		t.Helper()
		return fetch(token, method, app.URL+"/api/v1"+path)
	}
	const page = "<!doctype html><script>alert(1)</script>"
	id := app.Upload(t, li.Token, "页.html", page)
	app.Do(t, app.Admin, "POST", "/records/visit", fmt.Sprintf(`{"name":"x","secret":[%q]}`, id)).Want(t, 201)
	for name, token := range map[string]string{"who may not see the field": li.Token, "who does not see the record": wang.Token} {
		if res, _ := ask(token, "GET", "/files/"+id); res.StatusCode != 404 || res.Header.Get("Location") != "" {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.Header.Get("Location"))
		}
	}
	res, body := ask(app.Admin, "GET", "/files/"+id+"?response-content-type=text/html")
	if res.StatusCode != http.StatusFound || res.Header.Get("Cache-Control") != "no-store" || body != "" {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
	}
	got, body := fetch("", "GET", res.Header.Get("Location"))
	if got.StatusCode != 200 || body != page || got.Header.Get("Content-Type") != "application/octet-stream" || got.Header.Get("Content-Disposition") != files.Disposition("页.html") {
		t.Errorf("the bucket answers %d %v", got.StatusCode, got.Header)
	}
	// A user who loses the record gets no address any more.
	contract := app.Upload(t, li.Token, "a.pdf", "%PDF-1.7")
	visit := app.Do(t, li.Token, "POST", "/records/visit", fmt.Sprintf(`{"name":"y","contract":[%q]}`, contract)).Want(t, 201).Text("id")
	if res, _ := ask(li.Token, "GET", "/files/"+contract); res.StatusCode != http.StatusFound {
		t.Errorf("who has the record: %d", res.StatusCode)
	}
	app.Do(t, app.Admin, "PATCH", "/records/visit/"+visit, fmt.Sprintf(`{"owner":%q}`, wang.ID)).Want(t, 200)
	if res, _ := ask(li.Token, "GET", "/files/"+contract); res.StatusCode != 404 || res.Header.Get("Location") != "" {
		t.Errorf("who had the record: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	photo := app.Upload(t, li.Token, "a.png", picture(t, "screen.png"))
	for _, c := range []struct{ method, path string }{{"HEAD", ""}, {"GET", "?inline=1"}, {"GET", "/thumbnail"}} {
		if res, _ := ask(li.Token, c.method, "/files/"+photo+c.path); res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s %s: %d %v", c.method, c.path, res.StatusCode, res.Header)
		}
	}
	// Logs contain no address, not even when the bucket fails.
	c := server.Client(t)
	for object := range c.ListObjectsIter(t.Context(), server.Name, minio.ListObjectsOptions{Recursive: true}) {
		if err := c.RemoveObject(t.Context(), server.Name, object.Key, minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.RemoveBucket(t.Context(), server.Name); err != nil {
		t.Fatal(err)
	}
	if res, _ := ask(app.Admin, "HEAD", "/files/"+contract); res.StatusCode != 503 {
		t.Errorf("without its bucket: %d", res.StatusCode)
	}
	if res, _ := ask(app.Admin, "GET", "/files/"+contract); res.StatusCode != http.StatusFound {
		t.Errorf("an address needs no bucket: %d", res.StatusCode)
	}
	if text := log.String(); !strings.Contains(text, "request failed") || strings.Contains(text, "X-Amz-Signature") {
		t.Errorf("the log says:\n%s", text)
	}
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *syncBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *syncBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
