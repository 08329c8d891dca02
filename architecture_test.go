// Package weft_test holds the rules of the house as ordinary tests: which room
// may import which, where drivers and engines may appear, and that every
// package says what it is.
package weft_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// floors lists the rooms from the ground up; a room may import rooms of lower
// floors only (and its own subfolders). Rooms on one floor do not see each other.
var floors = [][]string{
	{"runtime/problem", "runtime/startstop"},
	{"schemas", "runtime/request"},
	{"runtime/formula", "runtime/query"},
	{"runtime/model"},
	{"runtime/store", "runtime/calendar"},
	{"runtime/stage", "runtime/access", "runtime/script", "runtime/job", "runtime/files"},
	{"runtime/record"},
	{"runtime/trigger", "runtime/assign", "runtime/transfer", "runtime/notify", "runtime/metric", "runtime/live"},
	{"builder", "templates"},
	{"runtime/api"},
	{"cmd"},
}

// sameFloor lists the neighbours that may see each other.
var sameFloor = map[string][]string{
	"runtime/formula": {"runtime/query"}, // decimals and stored forms
}

// onlyIn names where a library may be imported by code that ships.
var onlyIn = map[string][]string{
	"github.com/dop251/goja":       {"runtime/script", "runtime/formula"},
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

// room finds the room a folder belongs to and its floor.
func room(dir string) (string, int) {
	for i, floor := range floors {
		for _, r := range floor {
			if dir == r || strings.HasPrefix(dir, r+"/") {
				return r, i
			}
		}
	}
	return "", -1
}

// testKit are packages that exist for tests and are imported by tests only.
func testKit(dir string) bool {
	if strings.HasPrefix(dir, "crashtest") {
		return true
	}
	for _, kit := range []string{"storetest", "anystore", "anyfiles", "mongotest", "s3test", "apptest"} {
		if strings.HasSuffix(dir, kit) {
			return true
		}
	}
	return false
}

func TestImportsGoDown(t *testing.T) {
	for _, s := range sources(t) {
		from, floor := room(s.dir)
		if s.test || testKit(s.dir) || s.dir == "." {
			continue
		}
		if floor < 0 {
			t.Errorf("%s: folder %s is no room of the architecture", s.path, s.dir)
			continue
		}
		for _, imp := range s.imports {
			rest, ours := strings.CutPrefix(imp, "weft/")
			if !ours {
				continue
			}
			if testKit(rest) {
				t.Errorf("%s imports the test kit %s", s.path, imp)
			}
			to, toFloor := room(rest)
			if to != from && toFloor >= floor && !contains(sameFloor[from], to) {
				t.Errorf("%s: %s may not import %s", s.path, from, to)
			}
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || testKit(s.dir) {
			continue
		}
		for _, imp := range s.imports {
			for lib, rooms := range onlyIn {
				if !strings.HasPrefix(imp, lib) {
					continue
				}
				at, _ := room(s.dir)
				if !contains(rooms, at) && !contains(rooms, s.dir) && !within(rooms, s.dir) {
					t.Errorf("%s imports %s, which belongs to %v", s.path, imp, rooms)
				}
			}
		}
		if s.getenv && !strings.HasPrefix(s.dir, "cmd") {
			t.Errorf("%s reads the environment; only cmd does", s.path)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
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

func TestNoFolderIsAGrabBag(t *testing.T) {
	for _, s := range sources(t) {
		for _, part := range strings.Split(s.dir, "/") {
			switch part {
			case "utils", "util", "common", "helpers", "helper", "manager", "misc":
				t.Errorf("%s: %q does not say what is in it", s.path, part)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func within(list []string, dir string) bool {
	for _, x := range list {
		if strings.HasPrefix(dir, x+"/") {
			return true
		}
	}
	return false
}
