package clienttest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weft/cmd/internal/apptest"
)

var definitions = []string{
	`{"kind":"entity","key":"deal","type":"object","x-title":{"zh-CN":"商机","en":"Deal"},"x-owner-field":"owner","x-title-field":"name",
	  "required":["name"],"properties":{
	   "name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"},"x-searchable":true},
	   "note":{"x-type":"long_text","x-title":{"zh-CN":"备注","en":"Note"}},
	   "amount":{"x-type":"currency","x-title":{"zh-CN":"金额","en":"Amount"},"x-currency":"CNY","minimum":0},
	   "owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"},"default":{"me":true}},
	   "parts":{"x-type":"child_rows","x-title":{"zh-CN":"明细","en":"Parts"},"x-child":"part"},
	   "proof":{"x-type":"attachment","x-title":{"zh-CN":"凭证","en":"Proof"},"x-media-types":["application/pdf"]},
	   "stage":{"x-type":"choice","x-title":{"zh-CN":"阶段","en":"Stage"},"x-choices":[
	     {"key":"new","title":{"zh-CN":"新建","en":"New"}},{"key":"proven","title":{"zh-CN":"已证实","en":"Proven"}}]}}}`,
	`{"kind":"entity","key":"part","type":"object","x-title":{"zh-CN":"明细","en":"Part"},"x-child-of":{"entity":"deal","field":"deal"},
	  "properties":{"deal":{"x-type":"reference","x-title":{"zh-CN":"商机","en":"Deal"},"x-entity":"deal"},
	   "item":{"x-type":"text","x-title":{"zh-CN":"品名","en":"Item"}},
	   "price":{"x-type":"currency","x-title":{"zh-CN":"单价","en":"Price"},"x-currency":"CNY"}}}`,
	`{"kind":"stage_machine","key":"deal","title":{"zh-CN":"商机阶段","en":"Deal stages"},"entity":"deal","field":"stage","initial":"new",
	  "stages":[{"key":"new","title":{"zh-CN":"新建","en":"New"},"type":"open"},
	   {"key":"proven","title":{"zh-CN":"已证实","en":"Proven"},"type":"open","enter":[{"type":"required","fields":["amount"]},{"type":"attachment","field":"proof"}]}],
	  "transitions":[{"key":"prove","title":{"zh-CN":"证实","en":"Prove"},"from":["new"],"to":"proven","direction":"forward"}]}`,
}

// start starts weft and returns its OpenAPI document as an administrator gets it.
func start(t *testing.T) (app *apptest.App, document []byte) {
	t.Helper()
	app = apptest.Start(t, apptest.Options{Definitions: definitions})
	return app, []byte(app.Do(t, app.Admin, "GET", "/openapi.json", nil).Want(t, http.StatusOK).Body)
}

// build returns the cache folder of a client that was built from a document and
// a folder of testdata. If there is none, make builds it in a copy of the folder.
func build(t *testing.T, name string, document []byte, make func(dir string)) string {
	t.Helper()
	hash := sha256.New()
	hash.Write(document)
	source := filepath.Join("testdata", name)
	for _, file := range sourceFiles(t, source) {
		text, err := os.ReadFile(filepath.Join(source, file))
		if err != nil {
			t.Fatal(err)
		}
		hash.Write([]byte(file + "\x00"))
		hash.Write(text)
	}
	dir := filepath.Join(cacheDir(t), name+"-"+hex.EncodeToString(hash.Sum(nil))[:16])
	if _, err := os.Stat(filepath.Join(dir, "built")); err == nil {
		return dir
	}
	removeOld(t, name)
	work, err := os.MkdirTemp(cacheDir(t), name+"-work-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(work)
	for _, file := range sourceFiles(t, source) {
		copyFile(t, filepath.Join(source, file), filepath.Join(work, file))
	}
	writeFile(t, filepath.Join(work, "openapi.json"), document)
	make(work)
	writeFile(t, filepath.Join(work, "built"), nil)
	if err := os.Rename(work, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	return dir
}

// removeOld removes the clients of earlier documents.
func removeOld(t *testing.T, name string) {
	t.Helper()
	old, err := filepath.Glob(filepath.Join(cacheDir(t), name+"-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}

func cacheDir(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "weft", "clients")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sourceFiles are the files of a folder, without what npm installs.
func sourceFiles(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() {
			files = append(files, e.Name())
		}
	}
	return files
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, text)
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command in a folder and fails with its output.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "NO_COLOR=1", "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%.4000s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// The document is linted as well, since that takes no longer than the client.
func TestTypeScriptClient(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the TypeScript client needs Node.js 20 with npm")
		}
		t.Log("Node.js is missing: the TypeScript client is not tested on this machine")
		return
	}
	app, document := start(t)
	dir := build(t, "typescript", document, func(dir string) {
		run(t, dir, "npm", "ci", "--no-audit", "--no-fund")
		run(t, dir, "npx", "redocly", "lint", "openapi.json", "--format=github-actions")
		run(t, dir, "npx", "openapi-typescript", "openapi.json", "-o", "schema.d.ts")
		run(t, dir, "npx", "tsc", "-p", ".")
	})
	if out := run(t, dir, "node", "out/main.js", app.URL, apptest.AdminPassword); !strings.Contains(out, "done") {
		t.Errorf("the client ended early: %s", out)
	}
}

func TestGoClient(t *testing.T) {
	t.Parallel()
	app, document := start(t)
	dir := build(t, "go", document, func(dir string) {
		run(t, dir, "go", "tool", "ogen", "--config", "ogen.yml", "--target", "api", "--package", "api", "--clean", "openapi.json")
		run(t, dir, "go", "build", "-o", "client", ".")
	})
	if out := run(t, dir, filepath.Join(dir, "client"), app.URL, apptest.AdminPassword); !strings.Contains(out, "done") {
		t.Errorf("the client ended early: %s", out)
	}
}
