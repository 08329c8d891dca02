package templates_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/access"
	"weft/runtime/api"
	"weft/runtime/record"
	"weft/schemas"
)

// scenario is a story told as requests. In texts $name stands for an id that
// an earlier step saved, or for the id of a person.
type scenario struct {
	Title  schemas.Title `json:"title"`
	Proves []string      `json:"proves"` // scenario and promise ids
	People []struct {
		Login    string `json:"login"`
		Role     string `json:"role"`
		Superior string `json:"superior"`
	} `json:"people"`
	Steps []step `json:"steps"`
}

// step is one request: As a person (or admin) Do something, with Body; the
// words of Do are in requests.
type step struct {
	As     string          `json:"as"`
	Do     string          `json:"do"`
	Entity string          `json:"entity"`
	ID     string          `json:"id"`
	Query  string          `json:"query"`
	Lang   string          `json:"lang"`
	Body   json.RawMessage `json:"body"`
	Save   string          `json:"save"` // name for the id of the answer
	Expect expect          `json:"expect"`
}

// expect is what the answer must be. Body is compared member by member: what
// it does not name may be anything; arrays have the same length.
type expect struct {
	Status int      `json:"status"`
	Code   string   `json:"code"`
	Errors []string `json:"errors"` // "path code", all of them, in any order
	Body   any      `json:"body"`
	Has    []string `json:"has"`   // texts that the answer contains
	Lacks  []string `json:"lacks"` // and those it must not contain
}

// requests are the words of a step: method and path under /api/v1.
var requests = map[string][2]string{
	"create":     {"POST", "/records/{entity}"},
	"get":        {"GET", "/records/{entity}/{id}"},
	"patch":      {"PATCH", "/records/{entity}/{id}"},
	"delete":     {"DELETE", "/records/{entity}/{id}"},
	"restore":    {"POST", "/records/{entity}/{id}/restore"},
	"transition": {"POST", "/records/{entity}/{id}/transition"},
	"history":    {"GET", "/records/{entity}/{id}/history"},
	"query":      {"POST", "/records/{entity}/query"},
	"aggregate":  {"POST", "/records/{entity}/aggregate"},
	"board":      {"POST", "/records/{entity}/board"},
	"bulk":       {"POST", "/records/{entity}/bulk"},
	"merge":      {"POST", "/records/{entity}/merge"},
	"export":     {"POST", "/records/{entity}/export"},
	"explain":    {"GET", "/access/explain"},
	"upload":     {"POST", "/files"},
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, name := range names(t) {
		h := newHouse(t, name)
		if len(h.pack.Scenarios) == 0 {
			t.Errorf("%s has no scenarios", name)
		}
		for _, key := range slices.Sorted(maps.Keys(h.pack.Scenarios)) {
			t.Run(name+"/"+key, func(t *testing.T) {
				t.Parallel()
				play(t, newHouse(t, name), h.pack.Scenarios[key])
			})
		}
	}
}

// performance is a scenario on its way through.
type performance struct {
	t      *testing.T
	server *httptest.Server
	tokens map[string]string // by login
	saved  map[string]string // ids by name
}

func play(t *testing.T, h *house, raw json.RawMessage) {
	t.Helper()
	var s scenario
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	handler, err := api.New(api.Options{Store: h.store, Current: h.current, Records: h.records, Access: h.access, Files: h.files})
	if err != nil {
		t.Fatal(err)
	}
	st := &performance{t: t, server: httptest.NewServer(handler), tokens: map[string]string{}, saved: map[string]string{}}
	t.Cleanup(st.server.Close)
	st.cast(h, s)
	for i, step := range s.Steps {
		if !st.perform(i+1, step) {
			return // later steps stand on this one
		}
	}
}

// cast makes the people of the story and signs them in.
func (st *performance) cast(h *house, s scenario) {
	st.t.Helper()
	ctx := st.t.Context()
	call := record.Call{Actor: h.admin(), Door: "command"}
	if _, _, err := h.access.EnsureAdmin(ctx, "correct horse battery"); err != nil {
		st.t.Fatal(err)
	}
	for _, p := range s.People {
		values := map[string]any{"login": p.Login, "name": strings.ToUpper(p.Login)}
		if p.Superior != "" {
			values["superior"] = st.saved[p.Superior]
		}
		user, err := h.records.Create(ctx, call, "user", values)
		if err != nil {
			st.t.Fatal(err)
		}
		if _, err := h.records.Create(ctx, call, "role_assignment", map[string]any{"user": user.ID, "role": p.Role}); err != nil {
			st.t.Fatal(err)
		}
		st.saved[p.Login] = user.ID
	}
	for _, login := range append([]string{"admin"}, slices.Collect(maps.Keys(st.saved))...) {
		token, err := h.access.OpenSession(ctx, h.actor(login), access.Client{Agent: "scenario"})
		if err != nil {
			st.t.Fatal(err)
		}
		st.tokens[login] = token
	}
}

// perform makes one request and compares the answer.
func (st *performance) perform(number int, s step) bool {
	st.t.Helper()
	word, ok := requests[s.Do]
	if !ok {
		st.t.Errorf("step %d: no such thing to do: %s", number, s.Do)
		return false
	}
	path := strings.NewReplacer("{entity}", s.Entity, "{id}", st.fill(s.ID)).Replace(word[1]) + st.fill(s.Query)
	status, answer := st.send(word[0], path, s)
	wrongs := compareAnswer(s.Expect, status, answer, st.fill)
	for _, wrong := range wrongs {
		st.t.Errorf("step %d (%s %s %s): %s\n%s", number, s.As, s.Do, s.Entity, wrong, answer)
	}
	if s.Save != "" {
		var made struct{ ID string }
		_ = json.Unmarshal(answer, &made) // a wrong answer was reported above
		st.saved[s.Save] = made.ID
	}
	return len(wrongs) == 0
}

// fill puts saved ids in the place of $names.
func (st *performance) fill(text string) string {
	names := slices.SortedFunc(maps.Keys(st.saved), func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		text = strings.ReplaceAll(text, "$"+name, st.saved[name])
	}
	return text
}

func (st *performance) send(method, path string, s step) (int, []byte) {
	st.t.Helper()
	body, mediaType := io.Reader(strings.NewReader(st.fill(string(s.Body)))), "application/json"
	if s.Do == "upload" {
		body, mediaType = multipartFile(st.t, s.Body)
	}
	r, err := http.NewRequestWithContext(st.t.Context(), method, st.server.URL+"/api/v1"+path, body)
	if err != nil {
		st.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+st.tokens[s.As])
	if len(s.Body) > 0 {
		r.Header.Set("Content-Type", mediaType)
	}
	if s.Lang != "" {
		r.Header.Set("Accept-Language", s.Lang)
	}
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(r)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return res.StatusCode, answer
}
