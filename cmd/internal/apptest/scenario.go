package apptest

import (
	"strings"
	"testing"
)

// Scenario is one request and what its answer must and must not contain.
type Scenario struct {
	Name   string
	As     string // token, "" for nobody
	Method string
	Path   string // as in App.Do
	Body   any
	Header []string // name, value pairs
	Status int
	// Has are texts that the body must contain, Not those that it must not.
	Has, Not []string
	// WantHeader are headers of the answer as "Name: value"; a value that ends
	// with "…" is a prefix.
	WantHeader []string
	// Then checks the answer further.
	Then func(t *testing.T, a *Answer)
}

// Run runs scenarios one after another, each as a subtest.
func (a *App) Run(t *testing.T, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) {
			answer := a.Do(t, s.As, s.Method, s.Path, s.Body, s.Header...)
			if answer.Status != s.Status {
				t.Fatalf("%s %s: %d, want %d\n%s", s.Method, s.Path, answer.Status, s.Status, answer.Body)
			}
			for _, want := range s.Has {
				if !strings.Contains(answer.Body, want) {
					t.Errorf("the answer lacks %q:\n%s", want, answer.Body)
				}
			}
			for _, no := range s.Not {
				if strings.Contains(answer.Body, no) {
					t.Errorf("the answer must not hold %q:\n%s", no, answer.Body)
				}
			}
			for _, want := range s.WantHeader {
				checkHeader(t, answer, want)
			}
			if s.Then != nil {
				s.Then(t, answer)
			}
		})
	}
}

func checkHeader(t *testing.T, a *Answer, want string) {
	t.Helper()
	name, value, _ := strings.Cut(want, ": ")
	got := a.Header.Get(name)
	if start, open := strings.CutSuffix(value, "…"); got != value && !(open && strings.HasPrefix(got, start)) {
		t.Errorf("header %s is %q, want %q", name, got, value)
	}
}
