package apitest

import (
	"strings"
	"testing"
	"time"

	"weft/cmd/internal/apptest"
	"weft/runtime/files"
	"weft/runtime/files/s3test"
)

// uploads and downloads are unavailable and store nothing; records can be
// written.
func TestRecordsWorkWhileTheBucketIsDown(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	bucket, err := files.NewBucket(files.S3Options{
		Endpoint: "http://" + server.Endpoint, Region: server.Region, Bucket: server.Name, AccessKey: server.AccessKey, SecretKey: server.SecretKey,
		Timeout: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Storage: bucket})
	li := app.User(t, "li", "agent")
	id := app.Upload(t, li.Token, "a.pdf", "%PDF-1.7 before")
	path := beginUpload(t, app, li.Token, "b.txt", 10)
	form, media := apptest.Form(t, map[string]string{"c.txt": "meanwhile"})
	away := []string{`"code":"unavailable"`}
	quickly := func(name string, s apptest.Scenario) {
		start := time.Now()
		s.Name, s.As = name, li.Token
		app.Run(t, []apptest.Scenario{s})
		if took := time.Since(start); took > 10*time.Second { // 4 s on a machine of one's own
			t.Errorf("%s took %s", name, took)
		}
	}
	server.Freeze()
	quickly("an upload", apptest.Scenario{Method: "POST", Path: "/files", Body: form, Header: []string{"Content-Type", media}, Status: 503, Has: away, WantHeader: []string{"Retry-After: 2"}})
	quickly("a piece", apptest.Scenario{Method: "PATCH", Path: path, Body: "01234", Header: chunkHeaders(0), Status: 503, Has: away})
	quickly("a download", apptest.Scenario{Method: "GET", Path: "/files/" + id, Status: 503, Has: away})
	quickly("a record", apptest.Scenario{Method: "POST", Path: "/records/deal", Body: `{"name":"x"}`, Status: 201})
	quickly("a record that takes a file", apptest.Scenario{Method: "POST", Path: "/records/deal", Body: `{"name":"x","proof":["` + id + `"]}`, Status: 201})
	server.Unfreeze()
	if n, err := app.Store.Count(t.Context(), "weft_file", nil, 0); n != 1 || err != nil {
		t.Errorf("%d files, %v", n, err)
	}
	if a := app.Do(t, li.Token, "GET", "/files/"+id, nil).Want(t, 200); a.Body != "%PDF-1.7 before" {
		t.Errorf("came back as %s", a.Body)
	}
	app.Do(t, li.Token, "PATCH", path, "0123456789", chunkHeaders(0)...).Want(t, 204)
	app.Upload(t, li.Token, "c.txt", strings.Repeat("after", 10))
}
