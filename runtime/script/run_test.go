package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"weft/runtime/problem"
	"weft/runtime/script"
	"weft/runtime/script/scripttest"
	"weft/runtime/script/transpile"
)

func compile(t testing.TB, key, source string) *transpile.Program {
	t.Helper()
	p, messages := transpile.Compile(key, source)
	if p == nil {
		t.Fatalf("%s: %v", key, messages)
	}
	return p
}

func newPool(t testing.TB) *script.Pool {
	t.Helper()
	p := script.NewPool(script.Options{Command: scripttest.Command(t)})
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// runOne runs a script for one event.
func runOne(t testing.TB, p *script.Pool, source, event string, change ...func(*script.Call)) script.Result {
	t.Helper()
	c := script.Call{Program: compile(t, "hook", source), Events: []json.RawMessage{json.RawMessage(event)}, Now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), Seed: 7}
	for _, f := range change {
		f(&c)
	}
	results, err := p.Run(t.Context(), c)
	if err != nil || len(results) != 1 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	return results[0]
}

// A hook in TypeScript changes the record, logs, and returns a value.
func TestAScriptChangesItsRecord(t *testing.T) {
	t.Parallel()
	r := runOne(t, newPool(t), `
import log from 'log'
interface Lead { name: string; amount?: number }
export default function (event: { record: Lead; old: Lead | null }) {
  log.info('cleaning', event.record.name)
  event.record.name = event.record.name.trim().replace(/\s+/g, ' ')
  delete event.record.amount
  return { was: event.old?.name ?? null }
}`, `{"op":"create","record":{"name":"  Ada   L ","amount":5,"kept":1},"old":null}`)
	if r.Failure != nil || string(r.Changes["name"]) != `"Ada L"` || string(r.Changes["amount"]) != "null" || len(r.Changes) != 2 {
		t.Errorf("%+v %v", r, r.Failure)
	}
	if string(r.Value) != `{"was":null}` || len(r.Log) != 1 || !strings.Contains(r.Log[0].Text, "cleaning") {
		t.Errorf("value %s, log %v", r.Value, r.Log)
	}
}

func TestAScriptRefuses(t *testing.T) {
	t.Parallel()
	r := runOne(t, newPool(t), `module.exports = function (event) {
  if (!event.record.phone) throw fail("/phone", {"zh-CN": "请填电话", "en": "a phone, please"})
}`, `{"record":{}}`)
	if len(r.Refusals) != 1 || r.Refusals[0].Path != "/phone" || r.Refusals[0].Message["en"] != "a phone, please" || r.Failure != nil {
		t.Errorf("%+v", r)
	}
}

// Errors name the lines of the author, in scripts and in libraries.
func TestErrorsNameTheAuthorsLines(t *testing.T) {
	t.Parallel()
	library := compile(t, "prices", "export function net(x: { gross: number }) {\n  return x.gross / 1.13\n}\n")
	r := runOne(t, newPool(t), "import { net } from 'prices'\n\nexport default function (event) {\n  return net(event.record.missing)\n}\n", `{"record":{}}`,
		func(c *script.Call) { c.Libraries = map[string]*transpile.Program{"prices": library} })
	if r.Failure == nil || r.Failure.Script != "prices" || r.Failure.Line != 2 || len(r.Failure.Stack) < 2 || r.Failure.Stack[1].Script != "hook" || r.Failure.Stack[1].Line != 4 {
		t.Errorf("%+v", r.Failure)
	}
}

// Equal events, times and seeds give equal results.
func TestRunsCanBeRepeated(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	source := `export default () => [Math.random(), Date.now(), new Date().toISOString()]`
	first, second := runOne(t, p, source, `{}`), runOne(t, p, source, `{}`)
	if string(first.Value) != string(second.Value) || !strings.Contains(string(first.Value), "2026-03-02T01:00:00.000Z") {
		t.Errorf("%s, then %s", first.Value, second.Value)
	}
}

// records is a host with one record.
type records struct{ calls int }

func (h *records) Call(_ context.Context, module, function string, args json.RawMessage) (script.Answer, error) {
	h.calls++
	switch module + "." + function {
	case "record.get":
		return script.Answer{Value: json.RawMessage(`{"id":"a","name":"Ada"}`), Rows: 1}, nil
	case "query.find":
		return script.Answer{Value: json.RawMessage(`[{"id":"a"}]`), Rows: 900}, nil
	case "record.update":
		return script.Answer{}, problem.New(problem.Forbidden, "no_right", nil)
	}
	return script.Answer{}, errors.New("internal: secret of the host")
}

func TestModulesAskTheHost(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	with := func(c *script.Call) { c.Host = &records{} }
	if r := runOne(t, p, `const record = require('record'); module.exports = () => record.get('user', 'a').name`, `{}`, with); string(r.Value) != `"Ada"` || r.Calls != 1 {
		t.Errorf("%+v %v", r, r.Failure)
	}
	if r := runOne(t, p, `const record = require('record'); module.exports = () => { try { record.update('user', 'a', {}) } catch (e) { return e.message } }`, `{}`, with); !strings.Contains(string(r.Value), "record.update") {
		t.Errorf("a refusal can be caught: %s %v", r.Value, r.Failure)
	}
	r := runOne(t, p, `const record = require('record'); module.exports = () => { try { record.delete('user', 'a') } catch (e) { return e.message } }`, `{}`, with)
	if r.Failure == nil || strings.Contains(r.Failure.Error(), "secret") || r.Cause == nil {
		t.Errorf("an error of the host ends the run and tells nothing: %+v %v", r, r.Failure)
	}
	if r := runOne(t, p, `const query = require('query'); module.exports = () => { for (;;) { try { query.find('user', []) } catch (e) {} } }`, `{}`, with); r.Failure == nil || r.Failure.Limit != script.LimitRows {
		t.Errorf("rows: %+v", r.Failure)
	}
	if r := runOne(t, p, `const record = require('record'); module.exports = () => { for (;;) { try { record.get('user', 'a') } catch (e) {} } }`, `{}`, with); r.Failure == nil || r.Failure.Limit != script.LimitCalls {
		t.Errorf("calls: %+v", r.Failure)
	}
}

// Each of these ends within its budget with an error that names the limit, and
// nothing of it is left to the next run.
var hostile = map[string]struct {
	source string
	limit  script.Limit
}{
	"a loop":                     {`export default () => { for (;;) {} }`, script.LimitTime},
	"a loop that catches":        {`export default () => { for (;;) { try { for (;;) {} } catch (e) {} } }`, script.LimitTime},
	"a loop of promises":         {`export default async () => { for (;;) await 0 }`, script.LimitTime},
	"memory":                     {`export default () => { const a = []; for (;;) a.push('x'.repeat(1e5) + a.length) }`, script.LimitMemory},
	"a giant string":             {`export default () => 'x'.repeat(2 ** 30).length`, script.LimitMemory},
	"a doubled string":           {`export default () => { let s = 'x'; for (;;) s += s }`, script.LimitMemory},
	"a giant array":              {`export default () => new Array(1e9).fill(0).length`, script.LimitMemory},
	"recursion":                  {`const f = () => f() + 1; export default f`, script.LimitDepth},
	"five million brackets":      {`export default () => JSON.parse('['.repeat(5e6) + ']'.repeat(5e6))`, ""},
	"five million parentheses":   {`export default () => eval('('.repeat(5e6))`, ""},
	"a flood of the log":         {`import log from 'log'; export default () => { for (;;) log.info('x'.repeat(1000)) }`, script.LimitLog},
	"a result that is too large": {`export default () => 'x'.repeat(3e5)`, script.LimitResult},
	"a pattern that backtracks":  {`export default () => /(?=a)(a+)+$/.test('a'.repeat(5e4) + '!')`, script.LimitPattern},
}

func TestHostileScriptsEndWithinTheirBudget(t *testing.T) {
	t.Parallel()
	for name, h := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t)
			begin := time.Now()
			r := runOne(t, p, h.source, `{}`)
			if r.Failure == nil {
				t.Fatalf("it came to its end: %s", r.Value)
			}
			if h.limit != "" && r.Failure.Limit != h.limit && !(h.limit == script.LimitMemory && r.Failure.Limit == script.LimitTime) {
				t.Errorf("%+v", r.Failure)
			}
			if took := time.Since(begin); took > 20*time.Second { // a hang, not a measurement
				t.Errorf("it took %s", took)
			}
			if after := runOne(t, p, `export default () => [typeof leak, Array.prototype.leak === undefined]`, `{}`); string(after.Value) != `["undefined",true]` {
				t.Errorf("the next run: %s %v", after.Value, after.Failure)
			}
		})
	}
}

// A run finds the state of a new process, whatever runs before it did.
func TestNoStateIsLeftBetweenRuns(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	for range 3 {
		r := runOne(t, p, `export default () => {
  const before = [typeof globalThis.leak, [].leak, ({}).leak, JSON.leak]
  try { globalThis.leak = 1 } catch (e) {}
  for (const o of [Array.prototype, Object.prototype, JSON]) { try { o.leak = 1 } catch (e) {} }
  return before.map(String)
}`, `{}`)
		if string(r.Value) != `["undefined","undefined","undefined","undefined"]` {
			t.Fatalf("%s %v", r.Value, r.Failure)
		}
	}
}

// There is no way out of the engine: no files, environment, processes or modules but
// those of weft.
func TestScriptsReachNothingOutside(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	for _, module := range []string{"fs", "os", "child_process", "net", "node:fs", "../../etc/passwd", "__proto__", "constructor"} {
		if _, messages := transpile.Compile("x", fmt.Sprintf("export default () => require(%q)", module)); messages == nil {
			r := runOne(t, p, fmt.Sprintf("export default () => require(%q)", module), `{}`)
			if r.Failure == nil {
				t.Errorf("module %s: %s", module, r.Value)
			}
		}
	}
	r := runOne(t, p, `export default () => ['process', 'require0', 'Deno', 'fetch', 'XMLHttpRequest', 'WebAssembly', 'Go'].filter(n => typeof globalThis[n] !== 'undefined')`, `{}`)
	if string(r.Value) != `[]` {
		t.Errorf("globals: %s", r.Value)
	}
}

// While a script loops, others go on.
func TestOthersGoOnBesideALoop(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	ctx, cancel := context.WithCancel(t.Context())
	loop := compile(t, "loop", `export default () => { for (;;) {} }`)
	var loops sync.WaitGroup
	for range 4 {
		loops.Go(func() {
			for ctx.Err() == nil {
				_, _ = p.Run(ctx, script.Call{Program: loop, Events: []json.RawMessage{json.RawMessage(`{}`)}}) // ends with ctx
			}
		})
	}
	for i := range 50 {
		if r := runOne(t, p, `export default (e) => e.n + 1`, fmt.Sprintf(`{"n":%d}`, i)); string(r.Value) != fmt.Sprint(i+1) {
			t.Fatalf("%s %v", r.Value, r.Failure)
		}
	}
	cancel()
	loops.Wait()
}

// Many events are one conversation with a runner, each a run by itself.
func TestABatchOfEvents(t *testing.T) {
	t.Parallel()
	p := newPool(t)
	c := script.Call{Program: compile(t, "hook", `let n = 0; export default (e) => { n++; if (e.i === 3) throw new Error('three'); e.record.n = n }`)}
	for i := range 10 {
		c.Events = append(c.Events, json.RawMessage(fmt.Sprintf(`{"i":%d,"record":{}}`, i)))
	}
	results, err := p.Run(t.Context(), c)
	if err != nil || len(results) != 10 {
		t.Fatal(len(results), err)
	}
	for i, r := range results {
		if failed := r.Failure != nil; failed != (i == 3) || !failed && string(r.Changes["n"]) != "1" {
			t.Errorf("event %d: %v %s", i, r.Failure, r.Changes["n"])
		}
	}
}

func BenchmarkRun(b *testing.B) {
	p := newPool(b)
	c := script.Call{Program: compile(b, "hook", `export default (event) => { event.record.total = event.record.a + event.record.b }`), Events: []json.RawMessage{json.RawMessage(`{"record":{"a":1,"b":2,"name":"x"}}`)}}
	b.ReportAllocs()
	for b.Loop() {
		r, err := p.Run(b.Context(), c)
		if err != nil || r[0].Failure != nil {
			b.Fatal(err, r[0].Failure)
		}
	}
}
