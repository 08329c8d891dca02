package anystore

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	named   = regexp.MustCompile(`(?:anystore\.(?:Skip|Differs)\(\w+(?:\.\w+)*, |// [^\n]*[dD]ifference )"([^"]*)"`)
	listed  = regexp.MustCompile(`(?m)^- \*\*([^*]+)\*\* \((\w+)\)`)
	skipped = regexp.MustCompile(`\.Skip(?:f|Now)?\(|mongotest\.Real\(`)
)

// goFiles calls fn with every Go file of the repository but those of this package.
func goFiles(t *testing.T, fn func(path, text string)) {
	t.Helper()
	root := filepath.Join("..", "..", "..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "anystore") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		fn(filepath.ToSlash(name), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every difference is declared, has its reason, and is used by a test.
func TestDifferencesAreDeclaredAndUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	goFiles(t, func(path, text string) {
		for _, found := range named.FindAllStringSubmatch(text, -1) {
			used[found[1]] = true
			if _, ok := Differences[found[1]]; !ok {
				t.Errorf("%s names the difference %q, which is not declared", path, found[1])
			}
		}
	})
	for key, d := range Differences {
		if !used[key] {
			t.Errorf("no test needs the difference %q", key)
		}
		if !slices.Contains([]string{SQLite, MongoDB, Folder, S3}, d.On) || len(d.Reason) < 20 {
			t.Errorf("the difference %q does not say whose it is and why: %+v", key, d)
		}
	}
}

// The documentation lists the same differences.
func TestDifferencesAreListed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "stored-form.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, found := range listed.FindAllStringSubmatch(string(text), -1) {
		documented[found[1]] = found[2]
	}
	for key, d := range Differences {
		if documented[key] != d.On {
			t.Errorf("docs/stored-form.md does not list %q of %s", key, d.On)
		}
		delete(documented, key)
	}
	for key := range documented {
		t.Errorf("docs/stored-form.md lists %q, which is not declared", key)
	}
}

// No test leaves something out without an entry, and none asks for a real mongod.
func TestNothingIsSkippedSilently(t *testing.T) {
	t.Parallel()
	skips := map[string]bool{}
	goFiles(t, func(path, text string) {
		if path == "crashtest/testserver/cache.go" || !skipped.MatchString(strings.ReplaceAll(text, "anystore.Skip(", "")) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if name := skipping(d); name != "" {
				skips[path+":"+name] = true
			}
		}
	})
	for where := range skips {
		if OtherSkips[where] == "" {
			t.Errorf("%s leaves a test out: declare a difference and use anystore.Skip", where)
		}
	}
	for where := range OtherSkips {
		if !skips[where] {
			t.Errorf("%s leaves no test out", where)
		}
	}
}

// skipping is the name of a function that leaves a test out by itself, or asks
// for a real mongod.
func skipping(d ast.Decl) (name string) {
	f, ok := d.(*ast.FuncDecl)
	if !ok {
		return ""
	}
	ast.Inspect(f, func(n ast.Node) bool {
		called, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, _ := called.X.(*ast.Ident)
		switch what := called.Sel.Name; {
		case of != nil && of.Name == "anystore":
		case what == "Skip", what == "Skipf", what == "SkipNow", what == "Real" && of != nil && of.Name == "mongotest":
			name = f.Name.Name
		}
		return true
	})
	return name
}
