package model

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/script/transpile"
	"weft/schemas"
)

// programs keeps the compiled scripts of all models of the process.
var programs transpile.Cache

// scripts compiles the scripts and what they are bound to.
func (c *compiler) scripts() {
	c.m.Scripts, c.m.Hooks = map[string]*Script{}, map[string]*Hooks{}
	for _, def := range c.set.Scripts {
		if s := c.script(def); s != nil {
			c.m.Scripts[def.Key] = s
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.m.Scripts)) {
		s := c.m.Scripts[key]
		c.libraries(s)
		c.bind(s)
	}
}

// CompileScript compiles a script that is not in force against the definitions
// of m: a draft.
func (m *Model) CompileScript(def *schemas.Script) (*Script, []problem.Field) {
	aside := *m // warnings of a draft are not those of the model
	c := &compiler{set: m.InForce, m: &aside}
	s := c.script(def)
	if s != nil {
		c.libraries(s)
	}
	if len(c.problems) > 0 {
		sortProblems(c.problems)
		return nil, c.problems
	}
	return s, nil
}

func (c *compiler) script(def *schemas.Script) *Script {
	s := &Script{Def: def}
	if slices.Contains(transpile.HostModules, def.Key) {
		c.failNew(at(def, "key"), "reserved_key", "key", def.Key)
	}
	switch {
	case len(def.Events) > 0 && def.Entity == "":
		c.failNew(at(def, "entity"), "required")
	case len(def.Events) == 0 && def.Entity != "":
		c.failNew(at(def, "entity"), "annotation_unused", "type", "library")
	case def.Entity != "":
		s.Entity = c.entityOf(def.Entity, at(def, "entity"))
	}
	c.scriptEvents(s)
	if def.As != "" && def.As != schemas.AsPerson {
		c.roleKey(def.As, at(def, "as"))
	}
	s.Reads, s.Writes = c.scriptFields(s, def.Reads, at(def, "reads")), c.scriptFields(s, def.Writes, at(def, "writes"))
	var wrong []transpile.Message
	if s.Program, wrong = programs.Compile(def.Key, def.Source); s.Program == nil {
		for _, m := range wrong {
			c.failNew(at(def, "source"), "script_syntax", "line", m.Line, "column", m.Column, "message", m.Text)
		}
		return nil
	}
	for _, m := range s.Program.Warnings {
		c.m.Warnings = append(c.m.Warnings, problem.At(at(def, "source"), "script_warning", "line", m.Line, "column", m.Column, "message", m.Text))
	}
	return s
}

func (c *compiler) scriptEvents(s *Script) {
	for i, event := range s.Def.Events {
		if strings.HasSuffix(event, "_transition") && s.Entity != nil && s.Entity.Machine == nil {
			c.failNew(at(s.Def, "events", i), "no_machine", "entity", s.Entity.Key)
		}
	}
}

// scriptFields finds declared fields: "field" of the script's entity, or "entity.field".
func (c *compiler) scriptFields(s *Script, paths []string, here string) []*Field {
	var out []*Field
	for i, path := range paths {
		e, key := s.Entity, path
		if entity, field, found := strings.Cut(path, "."); found {
			e, key = c.entityOf(entity, here+problem.Pointer(i)), field
		} else if e == nil && s.Def.Entity == "" {
			c.fail(here+problem.Pointer(i), "unknown_field", "field", path)
		}
		if e == nil || IsSystem(key) {
			continue
		}
		if f := c.ownField(e, key, here+problem.Pointer(i)); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// libraries gathers what a script requires.
func (c *compiler) libraries(s *Script) {
	s.Libraries = map[string]*transpile.Program{}
	c.require(s, s.Program, s.Libraries)
	sum := sha256.New()
	sum.Write([]byte(digest(s.Def)))
	for _, key := range slices.Sorted(maps.Keys(s.Libraries)) {
		sum.Write([]byte(s.Libraries[key].Hash))
	}
	s.Digest = hex.EncodeToString(sum.Sum(nil)[:12])
}

func (c *compiler) require(s *Script, p *transpile.Program, found map[string]*transpile.Program) {
	for _, r := range p.Requires {
		if slices.Contains(transpile.HostModules, r.Module) || found[r.Module] != nil {
			continue
		}
		switch lib := c.m.Scripts[r.Module]; {
		case lib != nil:
			found[r.Module] = lib.Program
			c.require(s, lib.Program, found)
		case p == s.Program && !c.isScript(r.Module):
			c.failNew(at(s.Def, "source"), "script_module", "line", r.Line, "column", r.Column, "module", r.Module)
		}
	}
}

// isScript tells whether a script is defined, though it may not compile.
func (c *compiler) isScript(key string) bool {
	_, ok := c.set.Get(schemas.KindScript, key)
	return ok
}

func (c *compiler) bind(s *Script) {
	if s.Entity == nil {
		return
	}
	h := c.m.Hooks[s.Entity.Key]
	if h == nil {
		h = &Hooks{ByEvent: map[string][]*Script{}}
		c.m.Hooks[s.Entity.Key] = h
	}
	for _, event := range s.Def.Events {
		h.ByEvent[event] = append(h.ByEvent[event], s)
	}
}
