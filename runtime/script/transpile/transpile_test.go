package transpile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weft/runtime/script/transpile"
)

func TestModulesAndTypesBecomeWhatTheEngineRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source   string
		requires []string
	}{
		"ES module":              {"import log, {info} from 'log'\nimport * as r from 'record'\nexport default function (event) { info(r.get('a', 'b')); log.warn('x') }", []string{"log", "record"}},
		"CommonJS":               {"const log = require('log')\nmodule.exports = function (event) { log.info('x') }", []string{"log"}},
		"TypeScript":             {"interface E { record: { name?: string } }\nexport default function (event: E): void { event.record.name ??= 'x' as string }", nil},
		"asynchronous generator": {"async function* g() { yield 1 }\nexport default async function () { for await (const x of g()) console.log(x) }", nil},
		"import()":               {"export default async () => (await import('money')).add(1, 2)", []string{"money"}},
		"Unicode properties":     {`export default e => /^\p{Script=Han}+$/u.test(e.record.name) || /[\p{L}--a]/v.test('x')`, nil},
		"first line of a shell":  {"#!/usr/bin/env node\nmodule.exports = () => 1", nil},
		"private members":        {"class A { #a = 1; static { this.b = 2 } get a() { return this.#a } }\nexport default () => new A().a", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, wrong := transpile.Compile("hook", c.source)
			if wrong != nil {
				t.Fatal(wrong)
			}
			var modules []string
			for _, r := range p.Requires {
				modules = append(modules, r.Module)
			}
			if !slices.Equal(modules, c.requires) {
				t.Errorf("requires %v, want %v", modules, c.requires)
			}
		})
	}
}

func TestMistakesAreFoundAtTheirPlace(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat
	for name, c := range map[string]struct {
		source string
		want   string
	}{
		"syntax":                    {"let x = 1\nlet 名字 = (;", "2:11 Unexpected \";\""},
		"of TypeScript":             {"let x: number = 1\nlet y: = 2", "2:8 "},
		"top-level await":           {"await 1", "1:1 Top-level await is not available"},
		"with":                      {"module.exports = function (event) {\n  with (event) { record }\n}", "2:3 "},
		"too long":                  {deep("x", transpile.MaxSource+1), "1:1 the script is longer"},
		"brackets":                  {"\n" + deep("(", 1e4) + deep(")", 1e4), "2:201 nested too deeply"},
		"arrow functions":           {deep("a=>", 2e4) + "1", "1:303 nested too deeply"},
		"parameters":                {deep("(a/**/=", 60) + "1" + deep(")/**/=>1", 60), "1:1 parameters of functions"},
		"parameters in a text":      {deep("${`", 1e4), "1:"},
		"an engine's worst pattern": {"let a = 1\nif (a) /(/.test('x')", "2:8 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			p, wrong := transpile.Compile("hook", c.source)
			if p != nil || len(wrong) == 0 {
				t.Fatalf("compiled: %v", p)
			}
			if got := fmt.Sprintf("%d:%d %s", wrong[0].Line, wrong[0].Column, wrong[0].Text); !strings.HasPrefix(got, c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestOdditiesAreWarnedOf(t *testing.T) {
	t.Parallel()
	p, wrong := transpile.Compile("hook", "const a = 1\nmodule.exports = () => { a = 2 }")
	if wrong != nil || len(p.Warnings) != 1 || p.Warnings[0].Line != 2 || p.Warnings[0].Column != 26 {
		t.Errorf("%v %+v", wrong, p)
	}
}

func TestDeepButPlainSourcesCompile(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		strings.Repeat("!", 60000) + "1", strings.Repeat("a=", 30000) + "1", strings.Repeat("if(a)", 3000) + "b", strings.Repeat("new ", 15000) + "a",
		strings.Repeat("f(a => ", 90) + "1" + strings.Repeat(")", 90), "a" + strings.Repeat(".a()", 10000),
	} {
		if _, wrong := transpile.Compile("hook", source); wrong != nil {
			t.Errorf("%.40s…: %v", source, wrong)
		}
	}
}

func TestRequiresNameTheAuthorsLines(t *testing.T) {
	t.Parallel()
	p, wrong := transpile.Compile("hook", "// first\n\nimport a from 'one'\nexport default function () {\n  return require('two') + a\n}\n")
	if wrong != nil || len(p.Requires) != 2 || p.Requires[0].Line != 3 || p.Requires[1].Line != 5 {
		t.Errorf("%v %+v", wrong, p)
	}
	q, _ := transpile.Compile("hook", "// second\n\nimport a from 'one'\nexport default function () {\n  return require('two') + a\n}\n")
	r, _ := transpile.Compile("other", "// second\n\nimport a from 'one'\nexport default function () {\n  return require('two') + a\n}\n")
	if p.Hash != q.Hash || q.Hash == r.Hash {
		t.Error("the hash follows comments or leaves out the key")
	}
}
