package app_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"weft/builder"
	"weft/cmd/internal/apptest"
	"weft/runtime/problem"
	"weft/schemas"
	"weft/templates"
)

// scenario is a sequence of requests. In texts $name stands for an id that
// an earlier step saved, or for the id of a user.
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

// step is one request: As a user (or admin) Do something, with Body; the
// commands of Do are in requests.
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

// requests are the commands of a step: method and path under /api/v1.
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
	folders, err := fs.ReadDir(templates.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := folder.Name()
		dir, err := fs.Sub(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		pack, problems := builder.ReadPackage(dir)
		if len(problems) > 0 {
			t.Fatal(problem.Of(problem.Invalid, problems...))
		}
		if len(pack.Scenarios) == 0 {
			t.Errorf("%s has no scenarios", name)
		}
		for key, raw := range pack.Scenarios {
			t.Run(name+"/"+key, func(t *testing.T) {
				t.Parallel()
				runScenario(t, apptest.Start(t, apptest.Options{Install: []string{name}}), raw)
			})
		}
	}
}

// scenarioRun is a running scenario.
type scenarioRun struct {
	t      *testing.T
	app    *apptest.App
	tokens map[string]string // by login
	saved  map[string]string // ids by name
}

func runScenario(t *testing.T, app *apptest.App, raw json.RawMessage) {
	t.Helper()
	var s scenario
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	p := &scenarioRun{t: t, app: app, tokens: map[string]string{"admin": app.Admin}, saved: map[string]string{}}
	for _, who := range s.People {
		values := map[string]any{"login": who.Login, "name": strings.ToUpper(who.Login)}
		if who.Superior != "" {
			values["superior"] = p.saved[who.Superior]
		}
		person := app.UserWith(t, values, who.Role)
		p.saved[who.Login], p.tokens[who.Login] = person.ID, person.Token
	}
	for i, step := range s.Steps {
		if !p.runStep(i+1, step) {
			return // later steps depend on this one
		}
	}
}

// runStep makes one request and compares the answer.
func (p *scenarioRun) runStep(number int, s step) bool {
	p.t.Helper()
	word, ok := requests[s.Do]
	if !ok {
		p.t.Errorf("step %d: no such thing to do: %s", number, s.Do)
		return false
	}
	path := strings.NewReplacer("{entity}", s.Entity, "{id}", p.fill(s.ID)).Replace(word[1]) + p.fill(s.Query)
	var body any
	headers := []string{"Accept-Language", s.Lang}
	switch {
	case s.Do == "upload":
		form, media := apptest.Form(p.t, file(p.t, s.Body))
		body, headers = form, append(headers, "Content-Type", media)
	case len(s.Body) > 0:
		body = p.fill(string(s.Body))
	}
	answer := p.app.Do(p.t, p.tokens[s.As], word[0], path, body, headers...)
	wrongs := compareAnswer(s.Expect, answer.Status, []byte(answer.Body), p.fill)
	for _, wrong := range wrongs {
		p.t.Errorf("step %d (%s %s %s): %s\n%s", number, s.As, s.Do, s.Entity, wrong, answer.Body)
	}
	if s.Save != "" {
		p.saved[s.Save] = answer.Text("id")
	}
	return len(wrongs) == 0
}

// fill replaces $names by saved ids, the longest names first.
func (p *scenarioRun) fill(text string) string {
	names := slices.SortedFunc(maps.Keys(p.saved), func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		text = strings.ReplaceAll(text, "$"+name, p.saved[name])
	}
	return text
}

// file reads {"name", "text"} of an upload as its text by name.
func file(t *testing.T, raw json.RawMessage) map[string]string {
	t.Helper()
	var f struct{ Name, Text string }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	return map[string]string{f.Name: f.Text}
}
