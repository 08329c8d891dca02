// Package transpile turns the source of a script, JavaScript or TypeScript as an
// ES module or CommonJS, into what the engine runs: the expression of a function
// (exports, require, module) with a source map in its last line. It is pure.
package transpile

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
	"github.com/go-sourcemap/sourcemap"
)

// MaxSource is the greatest length of a source in bytes.
const MaxSource = 64 << 10

// maxMessages is how many errors of one source are told.
const maxMessages = 10

// Program is a script that can run.
type Program struct {
	// Key names the script in stacks.
	Key string
	// Code is the expression of a function (exports, require, module).
	Code string
	// Hash tells versions apart: programs with one hash are equal.
	Hash string
	// Requires are the modules that the source names, in the order in which it does.
	Requires []Require
	// Warnings are oddities, such as a comparison that is always false.
	Warnings []Message
}

// Require is a module that a source names.
type Require struct {
	Module string
	Line   int // from 1
	Column int
}

// Message says what is wrong with a source, and where; Line and Column count
// characters from 1.
type Message struct {
	Line, Column int
	Text         string
}

// Compile compiles the source of the script key. Without a program there is at
// least one message.
func Compile(key, source string) (*Program, []Message) {
	if len(source) > MaxSource {
		return nil, []Message{{Line: 1, Column: 1, Text: "the script is longer than 65,536 bytes"}}
	}
	if m := checkNesting(source); m != nil {
		return nil, []Message{*m}
	}
	if rest, found := strings.CutPrefix(source, "#!"); found { // it would stand before the wrapper
		source = "//" + rest
	}
	out := transform(key, source)
	if len(out.Errors) > 0 {
		return nil, messages(out.Errors)
	}
	p := &Program{Key: key, Code: string(out.Code), Warnings: messages(out.Warnings)}
	if m := p.check(); m != nil {
		return nil, []Message{*m}
	}
	sum := sha256.Sum256([]byte(key + "\x00" + p.Code))
	p.Hash = hex.EncodeToString(sum[:16])
	return p, nil
}

// transform reads the source as JavaScript; what is no JavaScript is read as
// TypeScript. Where it is neither, the reading that came farther tells why.
func transform(key, source string) api.TransformResult {
	js := api.Transform(source, options(key, api.LoaderJS))
	if len(js.Errors) == 0 {
		return js
	}
	ts := api.Transform(source, options(key, api.LoaderTS))
	if len(ts.Errors) > 0 && before(ts.Errors[0].Location, js.Errors[0].Location) {
		return js
	}
	return ts
}

func before(a, b *api.Location) bool {
	if a == nil || b == nil {
		return a == nil && b != nil
	}
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

// options ask for what the engine understands: no ES modules, no asynchronous
// generators. Regular expressions with flags or classes that it does not know
// become calls of RegExp, which the runner extends.
func options(key string, l api.Loader) api.TransformOptions {
	return api.TransformOptions{
		Loader: l, Format: api.FormatCommonJS, Target: api.ES2022, Platform: api.PlatformNeutral,
		Supported: map[string]bool{
			"async-generator": false, "for-await": false, "top-level-await": false, "dynamic-import": false, "import-meta": false,
			"regexp-unicode-property-escapes": false, "regexp-match-indices": false, "regexp-set-notation": false,
		},
		Sourcefile: key, Sourcemap: api.SourceMapInline, SourcesContent: api.SourcesContentExclude,
		Banner: "(function (exports, require, module) {", Footer: "})",
		Charset: api.CharsetUTF8, LogLimit: maxMessages, TsconfigRaw: "{}",
	}
}

func messages(from []api.Message) []Message {
	list := make([]Message, 0, len(from))
	for _, m := range from {
		list = append(list, Message{Text: m.Text, Line: 1, Column: 1})
		if at := m.Location; at != nil {
			last := &list[len(list)-1]
			last.Line, last.Column = at.Line, 1+utf8.RuneCountInString(at.LineText[:min(at.Column, len(at.LineText))])
		}
	}
	return list
}

// check compiles the code as the engine will, and lists what it requires.
func (p *Program) check() *Message {
	if m := checkParameters(p.Code); m != nil {
		return m
	}
	tree, err := goja.Parse(p.Key, p.Code)
	if err == nil {
		_, err = goja.CompileAST(tree, true)
	}
	if err != nil {
		return p.engineMessage(err)
	}
	p.Requires = requires(tree)
	return nil
}

// engineMessage is about what esbuild lets pass and the engine does not, such as
// a regular expression that makes no sense.
func (p *Program) engineMessage(err error) *Message {
	m := &Message{Line: 1, Column: 1, Text: err.Error()}
	switch e := err.(type) {
	case *goja.CompilerSyntaxError:
		m.Text = e.Message
		if e.File != nil {
			at := e.File.Position(e.Offset)
			m.Line, m.Column = at.Line, at.Column+1
		}
	case parser.ErrorList:
		if len(e) > 0 {
			m.Text = e[0].Message
			m.Line, m.Column = p.original(e[0].Position)
		}
	}
	return m
}

// original is the place in the source of a place in the code.
func (p *Program) original(at file.Position) (line, column int) {
	const mark = "base64,"
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(p.Code[strings.LastIndex(p.Code, mark)+len(mark):]))
	if err != nil {
		return 1, 1
	}
	m, err := sourcemap.Parse("", data)
	if err != nil {
		return 1, 1
	}
	if _, _, line, column, ok := m.Source(at.Line, at.Column-1); ok {
		return line, column + 1
	}
	return 1, 1
}
