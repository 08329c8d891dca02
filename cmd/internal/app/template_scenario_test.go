package app_test

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weft/builder"
	"weft/cmd/internal/apptest"
	"weft/runtime/problem"
	"weft/runtime/script/scripttest"
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
		// Values are further fields of the user.
		Values map[string]any `json:"values"`
	} `json:"people"`
	Steps []step `json:"steps"`
}

// step is one request: As a user (or admin, or nobody) Do something, with Body; the
// commands of Do are in requests. Before it, what is due is done. "wait" lets the
// time For pass, in which everything becomes due in its order.
type step struct {
	As     string          `json:"as"`
	Do     string          `json:"do"`
	Entity string          `json:"entity"`
	ID     string          `json:"id"`
	Query  string          `json:"query"`
	For    string          `json:"for"`
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
	"assign":     {"POST", "/records/{entity}/{id}/assign"},
	"claim":      {"POST", "/records/{entity}/{id}/claim"},
	"assigned":   {"GET", "/records/{entity}/{id}/assignments"},
	"messages":   {"GET", "/notifications"},
	"incidents":  {"GET", "/incidents"},
	"link":       {"POST", "/forms/{id}/links"},
	"submit":     {"POST", "/public/forms/{id}"},
	"import":     {"POST", "/records/{entity}/import"},
	"install":    {"POST", "/templates/{id}/install"},
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
				clock := &scenarioClock{}
				runScenario(t, apptest.Start(t, apptest.Options{Install: []string{name}, Now: clock.now, ScriptRunner: scripttest.Command(t)}), clock, raw)
			})
		}
	}
}

// scenarioRun is a running scenario.
type scenarioRun struct {
	t      *testing.T
	app    *apptest.App
	clock  *scenarioClock
	tokens map[string]string // by login
	saved  map[string]string // ids by name
}

// scenarioClock is the present time, and what the steps "wait" have added to it.
type scenarioClock struct{ added atomic.Int64 }

func (c *scenarioClock) now() time.Time { return time.Now().Add(time.Duration(c.added.Load())) }

// waitPiece is how far the clock goes at once, so that what becomes due in between
// happens about when it is due.
const waitPiece = 30 * time.Minute

// wait lets time pass.
func (p *scenarioRun) wait(text string) {
	p.t.Helper()
	left, err := time.ParseDuration(text)
	if err != nil {
		p.t.Fatal(err)
	}
	for left > 0 {
		piece := min(left, waitPiece)
		p.clock.added.Add(int64(piece))
		left -= piece
		p.runDue()
	}
	for login := range p.tokens { // sessions have ended meanwhile
		p.tokens[login] = p.app.Token(p.t, login)
	}
}

// runDue returns when everything that is due is done.
func (p *scenarioRun) runDue() {
	p.t.Helper()
	if err := p.app.Jobs.Await(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func runScenario(t *testing.T, app *apptest.App, clock *scenarioClock, raw json.RawMessage) {
	t.Helper()
	var s scenario
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	p := &scenarioRun{t: t, app: app, clock: clock, tokens: map[string]string{"admin": app.Admin}, saved: map[string]string{}}
	for _, who := range s.People {
		values := map[string]any{"login": who.Login, "name": strings.ToUpper(who.Login)}
		maps.Copy(values, who.Values)
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
	p.runDue()
	if s.Do == "wait" {
		p.wait(s.For)
		return true
	}
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
	case s.Do == "import":
		var text string
		if err := json.Unmarshal(s.Body, &text); err != nil {
			p.t.Fatal(err)
		}
		body, headers = text, append(headers, "Content-Type", "text/csv")
	case len(s.Body) > 0:
		body = p.fill(string(s.Body))
	}
	answer := p.app.Do(p.t, p.tokens[s.As], word[0], path, body, headers...)
	wrongs := compareAnswer(s.Expect, answer.Status, []byte(answer.Body), p.fill)
	for _, wrong := range wrongs {
		p.t.Errorf("step %d (%s %s %s): %s\n%s", number, s.As, s.Do, s.Entity, wrong, answer.Body)
	}
	if s.Save != "" {
		p.saved[s.Save] = cmp.Or(answer.Text("id"), answer.Text("token"), firstID(answer.Body))
	}
	return len(wrongs) == 0
}

// firstID is the id of the first item of a list, "" for none.
func firstID(body string) string {
	var list struct{ Items []struct{ ID string } }
	if json.Unmarshal([]byte(body), &list) != nil || len(list.Items) == 0 {
		return ""
	}
	return list.Items[0].ID
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
