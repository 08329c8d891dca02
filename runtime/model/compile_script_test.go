package model_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/schemas"
)

// script is the definition of a script; rest are further members.
func script(key, source, rest string) string {
	return `{"kind":"script","key":"` + key + `","title":` + title + `,"source":` + strconv.Quote(source) + rest + `}`
}

func TestCompileRefusesScripts(t *testing.T) {
	t.Parallel()
	with := func(docs ...string) []string { return append([]string{account, deal, line, machine}, docs...) }
	hook := `,"entity":"deal","events":["before_create"]`
	refuse(t, []refusal{
		{"no such entity, bad syntax", with(script("s", "function (", `,"entity":"ghost","events":["before_create"]`)),
			[]string{"/script/s/entity unknown_entity", "/script/s/source script_syntax"}},
		{"events without entity", with(script("s", "1", `,"events":["before_create"]`)), []string{"/script/s/entity required"}},
		{"entity without events", with(script("s", "1", `,"entity":"deal"`)), []string{"/script/s/entity annotation_unused"}},
		{"moves without stages", with(script("s", "1", `,"entity":"account","events":["after_transition"]`)), []string{"/script/s/events/0 no_machine"}},
		{"a role that is not there", with(script("s", "1", hook+`,"as":"ghost"`)), []string{"/script/s/as unknown_role"}},
		{"fields that are not there", with(script("s", "1", hook+`,"reads":["name","ghost"],"writes":["spook.name","account.ghost"]`)),
			[]string{"/script/s/reads/1 unknown_field", "/script/s/writes/0 unknown_entity", "/script/s/writes/1 unknown_field"}},
		{"a module that is not there", with(script("s", "import fs from 'fs'\nimport log from 'log'", hook)), []string{"/script/s/source script_module"}},
		{"the name of a module", with(script("http", "1", "")), []string{"/script/http/key reserved_key"}},
		{"a broken library is told once", with(script("s", "require('lib')", hook), script("lib", "(", "")), []string{"/script/lib/source script_syntax"}},
	})
}

func TestHooksKnowTheirLibraries(t *testing.T) {
	t.Parallel()
	docs := func(deepest string) []string {
		return []string{account, deal, line, machine,
			script("b_hook", "import {a} from 'one'\nexport default function () {}", `,"entity":"deal","events":["before_create","after_transition"],"as":"person","reads":["name","id"],"writes":["account.name"],"hosts":["api.example.com","*.example.org:8443"]`),
			script("a_hook", "module.exports = () => 1", `,"entity":"deal","events":["before_create"]`),
			script("one", "export const a = require('two')", ""), script("two", deepest, "")}
	}
	m := compile(t, docs("require('one')")...)
	s := m.Scripts["b_hook"]
	if got := slices.Sorted(maps.Keys(s.Libraries)); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("libraries %v", got)
	}
	if len(s.Reads) != 1 || s.Reads[0].Key != "name" || len(s.Writes) != 1 || s.Writes[0].Entity.Key != "account" {
		t.Errorf("reads %v, writes %v", s.Reads, s.Writes)
	}
	var keys []string
	for _, hook := range m.Hooks["deal"].On("before_create") {
		keys = append(keys, hook.Def.Key)
	}
	if !slices.Equal(keys, []string{"a_hook", "b_hook"}) || len(m.Hooks["deal"].On("after_transition")) != 1 || m.Hooks["account"].On("before_create") != nil {
		t.Errorf("hooks %v", keys)
	}
	changed := compile(t, docs("require('one'); 2")...)
	if changed.Scripts["b_hook"].Digest == s.Digest || changed.Scripts["a_hook"].Digest != m.Scripts["a_hook"].Digest {
		t.Error("the digest of a script does not follow its libraries")
	}
}

func TestADraftOfAScriptIsCompiledAside(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, machine, script("lib", "exports.a = 1", ""))
	warnings := len(m.Warnings)
	draft := &schemas.Script{Kind: schemas.KindScript, Key: "s", Entity: "deal", Events: []string{"before_create"}, Source: "const a = require('lib'); a = 2"}
	s, problems := m.CompileScript(draft)
	if problems != nil || s.Libraries["lib"] == nil || len(m.Warnings) != warnings || m.Scripts["s"] != nil {
		t.Errorf("%v %+v", problems, s)
	}
	draft.Source = "require('ghost')"
	if _, problems = m.CompileScript(draft); len(problems) != 1 || problems[0].Code != "script_module" {
		t.Errorf("%v", problems)
	}
}

func TestOdditiesOfScriptsAreWarnedOf(t *testing.T) {
	t.Parallel()
	m := compile(t, script("s", "const a = 1\nexport default () => { a = 2 }", ""))
	if !slices.ContainsFunc(m.Warnings, func(p problem.Field) bool {
		return p.Path == "/script/s/source" && p.Code == "script_warning" && p.Params["line"] == 2
	}) {
		t.Errorf("%v", m.Warnings)
	}
	var none *model.Hooks
	if none.On("before_create") != nil {
		t.Error("hooks of nothing")
	}
}
