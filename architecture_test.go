// Package weft_test checks the rules of the code base: which package may import
// which, where drivers and engines may be used, and that every package is
// documented.
package weft_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers lists the packages from the lowest up, with their subfolders. A package
// may import itself and packages of lower layers; packages of one layer do not
// import each other.
var layers = [][]string{
	{"runtime/problem", "runtime/startstop", "runtime/jsontext"},
	{"schemas", "runtime/request", "runtime/egress"},
	{"runtime/formula", "runtime/query", "runtime/calendar", "runtime/cron", "runtime/script/transpile"},
	{"runtime/model"},
	{"runtime/store"},
	{"runtime/settings"},
	{"runtime/stage", "runtime/access", "runtime/script", "runtime/job", "runtime/files"},
	{"runtime/incident"},
	{"runtime/record/read"},
	{"runtime/record"},
	{"runtime/trigger", "runtime/approval", "runtime/assign", "runtime/transfer", "runtime/notify", "runtime/comment", "runtime/personal", "runtime/report", "runtime/live", "runtime/intake", "runtime/hook"},
	{"builder", "templates", "frontend"},
	{"runtime/api"},
	{"cmd"},
}

// sameLayer lists imports that are allowed within a layer.
var sameLayer = map[string][]string{
	"runtime/formula": {"runtime/query"}, // decimals and stored forms
}

// onlyIn lists the packages whose code may import a library; tests may use it anywhere.
var onlyIn = map[string][]string{
	"github.com/dop251/goja":       {"runtime/script", "runtime/formula"},
	"github.com/evanw/esbuild":     {"runtime/script/transpile"},
	"zombiezen.com/go/sqlite":      {"runtime/store/sqlite"},
	"modernc.org/":                 {"runtime/store/sqlite"},
	"go.mongodb.org/":              {"runtime/store/mongo"},
	"github.com/gorilla/mux":       {"runtime/api", "builder", "cmd"},
	"github.com/gorilla/websocket": {"runtime/live", "runtime/api"},
	"github.com/minio/":            {"runtime/files"},
	"github.com/alecthomas/kong":   {"cmd"},
	"github.com/hanwen/go-fuse":    {}, // tests only
}

type source struct {
	dir, path string
	test      bool
	imports   []string
	doc       bool
	getenv    bool
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "bench" || name == "data") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		s := source{dir: filepath.ToSlash(filepath.Dir(path)), path: path, test: strings.HasSuffix(name, "_test.go")}
		s.doc = f.Doc != nil && len(strings.TrimSpace(f.Doc.Text())) > 20
		s.getenv = strings.Contains(string(text), "os.Getenv(") || strings.Contains(string(text), "os.LookupEnv(")
		for _, i := range f.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			s.imports = append(s.imports, p)
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// packageOf finds the listed package that a folder belongs to, and its layer.
func packageOf(dir string) (string, int) {
	for i, layer := range layers {
		for _, p := range layer {
			if within(p, dir) {
				return p, i
			}
		}
	}
	return "", -1
}

// within tells whether a folder is another one or below it.
func within(dir, sub string) bool { return sub == dir || strings.HasPrefix(sub, dir+"/") }

// testKits are the packages that only tests may import. They obey the layers
// like any other package.
var testKits = []string{
	"cmd/internal/apptest", "crashtest", "runtime/files/anyfiles", "runtime/files/s3test",
	"runtime/store/mongo/mongotest", "runtime/store/storetest",
}

func testKit(dir string) bool {
	return slices.ContainsFunc(testKits, func(kit string) bool { return within(kit, dir) })
}

func TestImportsGoDown(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir == "." || s.dir == "docs" || within("crashtest", s.dir) { // crashtest starts the command and imports no layer
			continue
		}
		from, layer := packageOf(s.dir)
		if layer < 0 {
			t.Errorf("%s: folder %s is in no layer", s.path, s.dir)
			continue
		}
		for _, imp := range s.imports {
			rest, ours := strings.CutPrefix(imp, "weft/")
			if !ours {
				continue
			}
			if testKit(rest) {
				if !s.test && !testKit(s.dir) {
					t.Errorf("%s imports the test kit %s", s.path, imp)
				}
				if within("crashtest", rest) {
					continue
				}
			}
			if s.test && rest == "templates" {
				continue // the shipped templates are test data, too
			}
			to, toLayer := packageOf(rest)
			if to != from && toLayer >= layer && !slices.Contains(sameLayer[from], to) {
				t.Errorf("%s: %s may not import %s", s.path, from, to)
			}
		}
	}
}

func TestLibrariesAreUsedInTheirPackagesOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || testKit(s.dir) {
			continue
		}
		for _, imp := range s.imports {
			for lib, packages := range onlyIn {
				if strings.HasPrefix(imp, lib) && !slices.ContainsFunc(packages, func(p string) bool { return within(p, s.dir) }) {
					t.Errorf("%s imports %s, which only %v may", s.path, imp, packages)
				}
			}
		}
		if s.getenv && !within("cmd", s.dir) {
			t.Errorf("%s reads the environment; only cmd does", s.path)
		}
	}
}

func TestEveryPackageIsDocumented(t *testing.T) {
	documented, packages := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if !s.test {
			packages[s.dir] = true
			documented[s.dir] = documented[s.dir] || s.doc
		}
	}
	for dir := range packages {
		if !documented[dir] {
			t.Errorf("package %s has no doc comment", dir)
		}
	}
}

func TestFolderNamesSayWhatIsInThem(t *testing.T) {
	for _, s := range sources(t) {
		for _, part := range strings.Split(s.dir, "/") {
			switch part {
			case "utils", "util", "common", "helpers", "helper", "manager", "misc":
				t.Errorf("%s: %q does not say what is in it", s.path, part)
			}
		}
	}
}
