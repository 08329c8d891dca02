package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// checkedTransport checks every answer of a test against the server's own
// OpenAPI document: path, method and status must be in it, and a JSON body must
// match its schema.
type checkedTransport struct {
	app  *App
	t    testing.TB
	next http.RoundTripper
}

// RoundTrip sends the request and checks the answer.
func (c *checkedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	if err := c.app.check(req, res, body); err != nil {
		c.t.Errorf("%s %s answered %d, against the OpenAPI document: %v\n%.600s", req.Method, req.URL.Path, res.StatusCode, err, body)
	}
	return res, nil
}

func (a *App) check(req *http.Request, res *http.Response, body []byte) error {
	c, err := a.checker()
	if err != nil {
		return err
	}
	return c.check(req.Method, req.URL.Path, res.StatusCode, res.Header.Get("Content-Type"), body)
}

// checker returns the checker of the current version's document.
func (a *App) checker() (*checker, error) {
	a.checking.Lock()
	defer a.checking.Unlock()
	version := a.Current.Model().Version
	if c := a.checkers[version]; c != nil {
		return c, nil
	}
	req, err := http.NewRequest(http.MethodGet, a.address("/openapi.json"), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+a.Admin)
	res, err := a.Server.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("openapi.json: %s\n%s", res.Status, text)
	}
	c, err := newChecker(text)
	if err != nil {
		return nil, err
	}
	a.checkers[version] = c
	return c, nil
}

// checker checks answers against one OpenAPI document.
type checker struct {
	compiler *jsonschema.Compiler
	paths    map[string]map[string]operation
	mu       sync.Mutex
	schemas  map[string]*jsonschema.Schema
}

type operation struct {
	Responses map[string]struct {
		Content map[string]struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"content"`
	} `json:"responses"`
}

const documentURL = "https://weft.test/openapi.json"

func newChecker(document []byte) (*checker, error) {
	var d struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("openapi.json: %w", err)
	}
	c := &checker{compiler: jsonschema.NewCompiler(), paths: d.Paths, schemas: map[string]*jsonschema.Schema{}}
	c.compiler.Draft = jsonschema.Draft2020
	c.compiler.AssertFormat = true
	if err := c.compiler.AddResource(documentURL, bytes.NewReader(document)); err != nil {
		return nil, fmt.Errorf("openapi.json: %w", err)
	}
	return c, nil
}

func (c *checker) check(method, path string, status int, contentType string, body []byte) error {
	media, _, _ := mime.ParseMediaType(contentType)
	if method == http.MethodHead { // the headers of GET without a body
		return nil
	}
	template := c.find(path)
	op, ok := c.paths[template][strings.ToLower(method)]
	if !ok && method == http.MethodOptions && status == http.StatusNoContent {
		return nil
	}
	if !ok {
		if status < http.StatusBadRequest {
			return fmt.Errorf("the document does not know %s %s", method, path)
		}
		return c.validate("/components/schemas/Problem", body)
	}
	answer, ok := op.Responses[strconv.Itoa(status)]
	if !ok {
		return fmt.Errorf("the document does not know this status")
	}
	if len(answer.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("the document says that there is no body")
		}
		return nil
	}
	content, ok := answer.Content[media]
	if _, any := answer.Content["*/*"]; !ok && !any {
		return fmt.Errorf("the document does not know the content type %q", contentType)
	}
	if len(content.Schema) == 0 {
		return nil
	}
	return c.validate("/paths/"+escape(template)+"/"+strings.ToLower(method)+"/responses/"+strconv.Itoa(status)+
		"/content/"+escape(media)+"/schema", body)
}

func escape(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

// find returns the document's path that a URL's path matches, the most literal one.
func (c *checker) find(path string) string {
	best, most := "", -1
	got := strings.Split(path, "/")
	for template := range c.paths {
		want := strings.Split(template, "/")
		if len(want) != len(got) {
			continue
		}
		literal := 0
		for i, part := range want {
			if part == got[i] {
				literal++
			} else if !strings.HasPrefix(part, "{") {
				literal = -1
				break
			}
		}
		if literal > most {
			best, most = template, literal
		}
	}
	return best
}

func (c *checker) validate(pointer string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.schemas[pointer]
	if s == nil {
		var err error
		if s, err = c.compiler.Compile(documentURL + "#" + pointer); err != nil {
			return fmt.Errorf("schema %s: %w", pointer, err)
		}
		c.schemas[pointer] = s
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("%#v", err)
	}
	return nil
}
