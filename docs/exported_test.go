// Package docs_test keeps the generated pages of the documentation true.
package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the files instead of comparing them")

// TestExportedNames compares docs/exported, one file per package with its
// comment and exported declarations, with the code.
func TestExportedNames(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, dir := range packageDirs(t) {
		text := exported(t, dir)
		if text == nil {
			continue
		}
		file := filepath.Join("exported", strings.ReplaceAll(filepath.ToSlash(dir), "/", "_")+".txt")
		known[file] = true
		if *update {
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, text) {
			t.Errorf("docs/%s is not what the code exports: run make exported and read the difference (%v)", filepath.ToSlash(file), err)
		}
	}
	files, err := filepath.Glob("exported/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if known[file] {
			continue
		}
		if !*update {
			t.Errorf("docs/%s describes no package: run make exported", filepath.ToSlash(file))
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// packageDirs are the folders with Go code that ships, relative to the module.
func packageDirs(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, top := range []string{"builder", "cmd", "runtime", "schemas", "templates"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "testdata" || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			dir, err := filepath.Rel("..", path)
			dirs = append(dirs, dir)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dirs
}

// exported is the documentation of a package; nil for a folder without one.
func exported(t *testing.T, dir string) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil
	}
	p, err := doc.NewFromFiles(fset, files, "weft/"+filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	out := &page{fset: fset}
	fmt.Fprintf(out, "package %s // weft/%s\n\n%s", p.Name, filepath.ToSlash(dir), p.Doc)
	out.values(p.Consts, p.Vars)
	out.funcs(p.Funcs)
	for _, typ := range p.Types {
		out.decl(typ.Doc, typ.Decl)
		out.values(typ.Consts, typ.Vars)
		out.funcs(typ.Funcs)
		out.funcs(typ.Methods)
	}
	return out.Bytes()
}

type page struct {
	bytes.Buffer
	fset *token.FileSet
}

func (p *page) values(groups ...[]*doc.Value) {
	for _, v := range slices.Concat(groups...) {
		p.decl(v.Doc, v.Decl)
	}
}

func (p *page) funcs(list []*doc.Func) {
	for _, f := range list {
		p.decl(f.Doc, f.Decl)
	}
}

// decl writes a declaration and its comment.
func (p *page) decl(comment string, d ast.Node) {
	p.WriteByte('\n')
	if err := format.Node(p, p.fset, d); err != nil {
		fmt.Fprintf(p, "// %v", err)
	}
	p.WriteByte('\n')
	for line := range strings.Lines(comment) {
		p.WriteString("    " + line)
	}
}
