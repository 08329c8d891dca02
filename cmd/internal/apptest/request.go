package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// Answer is a complete answer.
type Answer struct {
	Method, Path string
	Status       int
	Header       http.Header
	Body         string
}

// Do sends a request to a path under /api/v1 (or to one that begins with "//"
// for the root) and reads the answer. A body that is a string is sent as it
// is, anything else as JSON; nil sends none. Headers come as name, value pairs.
func (a *App) Do(t testing.TB, token, method, path string, body any, headers ...string) *Answer {
	t.Helper()
	var r io.Reader
	if body != nil {
		text, ok := body.(string)
		if !ok {
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			text = string(raw)
		}
		r = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, a.address(path), r)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	return a.Send(t, req)
}

func (a *App) address(path string) string {
	if root, ok := strings.CutPrefix(path, "//"); ok {
		return a.URL + "/" + root
	}
	return a.URL + "/api/v1" + path
}

// Send sends a request and reads the answer.
func (a *App) Send(t testing.TB, req *http.Request) *Answer {
	t.Helper()
	res, err := a.Client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Answer{Method: req.Method, Path: req.URL.Path, Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

// Upload sends a file and returns its id.
func (a *App) Upload(t testing.TB, token, name, content string) string {
	t.Helper()
	body, media := Form(t, map[string]string{name: content})
	return a.Do(t, token, "POST", "/files", body, "Content-Type", media).Want(t, http.StatusCreated).Text("id")
}

// Form makes a multipart form of files by name; it returns body and content type.
func Form(t testing.TB, byName map[string]string) (body, media string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, content := range byName {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// Want ends the test when the status is another one.
func (a *Answer) Want(t testing.TB, status int) *Answer {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s %s: %d, want %d\n%s", a.Method, a.Path, a.Status, status, a.Body)
	}
	return a
}

// JSON decodes the body.
func (a *Answer) JSON(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), into); err != nil {
		t.Fatalf("%s %s: %v\n%s", a.Method, a.Path, err, a.Body)
	}
}

// Text is a top-level string of a JSON body, "" when there is none.
func (a *Answer) Text(member string) string {
	var m map[string]any
	_ = json.Unmarshal([]byte(a.Body), &m) // a body without members
	s, _ := m[member].(string)
	return s
}
