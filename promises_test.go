package weft_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	promiseID  = regexp.MustCompile(`\b[SRTH]-\d{2}\b`)
	promiseRow = regexp.MustCompile(`(?m)^\| ([SRTH]-\d{2}) \| (.+?) \| (.*) \|$`)
	testName   = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	testFunc   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// docs/promises.md explains each id that a test bears, and each test that it
// names exists. Code that ships bears no ids: its comments say what is meant.
func TestPromisesAndTestsAgree(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "promises.md"))
	if err != nil {
		t.Fatal(err)
	}
	explained, tests := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		text, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
	}
	for _, row := range promiseRow.FindAllStringSubmatch(string(page), -1) {
		explained[row[1]] = true
		names := testName.FindAllStringSubmatch(row[3], -1)
		if len(names) == 0 {
			t.Errorf("docs/promises.md: no test shows %s", row[1])
		}
		for _, name := range names {
			if !tests[name[1]] {
				t.Errorf("docs/promises.md: %s: there is no test %s", row[1], name[1])
			}
		}
	}
	for _, s := range sources(t) {
		text, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range promiseID.FindAllString(string(text), -1) {
			switch {
			case !s.test && !testKit(s.dir):
				t.Errorf("%s names %s: say what is meant", s.path, id)
			case !explained[id]:
				t.Errorf("%s names %s, which docs/promises.md does not explain", s.path, id)
			}
		}
	}
}

// The ids of requirements in scenarios of templates are explained elsewhere;
// a scenario that names a promise names one that is explained.
func TestScenariosNameKnownPromises(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "promises.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("templates/*/scenarios/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range promiseID.FindAllString(string(text), -1) {
			if !strings.Contains(string(page), "| "+id+" |") {
				t.Errorf("%s names %s, which docs/promises.md does not explain", file, id)
			}
		}
	}
}
