package problem

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestTextsExistInBothLanguagesAndSayTheSame(t *testing.T) {
	t.Parallel()
	all := maps.Clone(catalogue)
	for code := range statuses {
		all[string(code)+" (title)"] = titles[code]
	}
	for key, text := range all {
		if strings.TrimSpace(text.zh) == "" || strings.TrimSpace(text.en) == "" {
			t.Errorf("%s: a text is missing: zh-CN %q, en %q", key, text.zh, text.en)
		}
		zh, en := placeholder.FindAllString(text.zh, -1), placeholder.FindAllString(text.en, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(slices.Compact(zh), slices.Compact(en)) {
			t.Errorf("%s: zh-CN names %v, en names %v", key, zh, en)
		}
	}
}

// TestEveryCodeInUseHasItsTexts reads the whole tree: every catalogue key that
// is written somewhere, directly or through a function that passes it on.
func TestEveryCodeInUseHasItsTexts(t *testing.T) {
	t.Parallel()
	seen := 0
	for dir, files := range parseTree(t, "../..") {
		u := usage{takers: map[string]int{}, methods: map[string]int{}}
		if filepath.Base(dir) == "problem" {
			continue
		}
		for u.learn(files) {
		}
		for _, f := range files {
			u.check(f, func(at token.Pos, key string) {
				seen++
				if !Known(key) {
					t.Errorf("%s: no text for %q", fileSet.Position(at), key)
				}
			})
		}
	}
	if seen < 100 {
		t.Errorf("only %d keys were found in the tree; the search does not see them", seen)
	}
}

var fileSet = token.NewFileSet()

func parseTree(t *testing.T, root string) map[string][]*ast.File {
	t.Helper()
	dirs := map[string][]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (strings.HasPrefix(name, ".") && len(name) > 2 || name == "testdata" || name == "node_modules" || name == "bench") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fileSet, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dirs[filepath.Dir(path)] = append(dirs[filepath.Dir(path)], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// usage knows which functions of one package take a catalogue key, and as
// which argument: problem.At and New, and whatever passes a parameter on.
type usage struct{ takers, methods map[string]int }

// argument is the index of the catalogue key in a call; -1 for none.
func (u usage) argument(call *ast.CallExpr) int {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "problem" {
			if f.Sel.Name == "At" || f.Sel.Name == "New" {
				return 1
			}
			return -1
		}
		if i, ok := u.methods[f.Sel.Name]; ok {
			return i
		}
	case *ast.Ident:
		if i, ok := u.takers[f.Name]; ok {
			return i
		}
	}
	return -1
}

// keys calls visit with every expression that is used as a catalogue key.
func (u usage) keys(n ast.Node, visit func(ast.Expr)) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if i := u.argument(x); i >= 0 && i < len(x.Args) {
				visit(x.Args[i])
			}
		case *ast.CompositeLit:
			sel, ok := x.Type.(*ast.SelectorExpr)
			if !ok || (sel.Sel.Name != "Error" && sel.Sel.Name != "Field") {
				break
			}
			if p, ok := sel.X.(*ast.Ident); !ok || p.Name != "problem" {
				break
			}
			for _, e := range x.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && isName(kv.Key, map[string]string{"Error": "Key", "Field": "Code"}[sel.Sel.Name]) {
					visit(kv.Value)
				}
			}
		}
		return true
	})
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// learn finds functions that pass a parameter on as a key; it tells whether it
// found a new one.
func (u usage) learn(files []*ast.File) bool {
	found := false
	for _, f := range files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			known := u.takers
			if fn.Recv != nil {
				known = u.methods
			}
			if _, ok := known[fn.Name.Name]; ok {
				continue
			}
			u.keys(fn.Body, func(e ast.Expr) {
				if i := parameterIndex(fn, e); i >= 0 {
					known[fn.Name.Name] = i
					found = true
				}
			})
		}
	}
	return found
}

func parameterIndex(fn *ast.FuncDecl, e ast.Expr) int {
	i := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if isName(e, name.Name) {
				if _, variadic := field.Type.(*ast.Ellipsis); variadic {
					return -1
				}
				return i
			}
			i++
		}
	}
	return -1
}

// check reports every literal key of a file.
func (u usage) check(f *ast.File, report func(token.Pos, string)) {
	u.keys(f, func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if key, err := strconv.Unquote(lit.Value); err == nil && key != "" {
			report(lit.Pos(), key)
		}
	})
}
