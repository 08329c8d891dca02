package model

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// PublicForm is a form that people without a login may fill in.
type PublicForm struct {
	Form   *schemas.Form
	Entity *Entity
	// Shown, Hidden and Prefill are the fields that a visitor fills in, that the
	// page fills in for him, and that a link may set.
	Shown, Hidden, Prefill []*Field
	// Values are constants in wire form.
	Values map[string]any
	// Suspicion is nil for none.
	Suspicion *Field
	// Grants are the rights of a submission: to create a record with these fields,
	// and to name the records that a link refers to.
	Grants []*Grant
}

// publicPart compiles the public part of a form.
func (c *compiler) publicPart(def *schemas.Form, e *Entity) {
	here := at(def, "public")
	p := &PublicForm{Form: def, Entity: e, Values: map[string]any{}}
	p.Shown = c.visitorFields(e, def.Public.Fields, here+"/fields")
	p.Hidden = c.visitorFields(e, def.Public.Hidden, here+"/hidden")
	p.Prefill = c.givenFields(e, def.Public.Prefill, here+"/prefill")
	c.publicValues(p, here+"/values")
	p.Suspicion = c.suspicionField(def, e, here+"/suspicion")
	c.origins(def, here+"/origins")
	for i, f := range p.Shown {
		if !formHas(def, f.Key) {
			c.fail(here+problem.Pointer("fields", i), "not_in_form", "field", f.Key)
		}
	}
	c.requiredFilled(p, here+"/fields")
	p.Grants = []*Grant{creationGrant(e, p.written())}
	for _, f := range p.Prefill {
		if f.Target != nil {
			p.Grants = append(p.Grants, namingGrant(f.Target))
		}
	}
	c.m.PublicForms[def.Key] = p
}

// visitorFields finds fields whose values tell a stranger nothing of what is
// stored: no references, people or files.
func (c *compiler) visitorFields(e *Entity, keys []string, here string) []*Field {
	list := c.givenFields(e, keys, here)
	for _, f := range list {
		if f.Target != nil || f.HoldsFiles() {
			c.fail(here+problem.Pointer(slices.Index(keys, f.Key)), "not_for_visitors", "field", f.Key)
		}
	}
	return list
}

// givenFields finds fields that can be written.
func (c *compiler) givenFields(e *Entity, keys []string, here string) []*Field {
	list := c.ownFields(e, keys, here)
	for _, f := range list {
		if f.Computed || f.IsChildRows() {
			c.fail(here+problem.Pointer(slices.Index(keys, f.Key)), "field_computed", "field", f.Key)
		}
	}
	return list
}

// publicValues checks the constants of a public form.
func (c *compiler) publicValues(p *PublicForm, here string) {
	for _, key := range slices.Sorted(maps.Keys(p.Form.Public.Values)) {
		path := here + problem.Pointer(key)
		f := c.ownField(p.Entity, key, path)
		if f == nil {
			continue
		}
		if f.Computed {
			c.fail(path, "field_computed", "field", key)
			continue
		}
		raw := p.Form.Public.Values[key]
		if c.preset(f, raw, path) == nil {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var wire any
		if err := dec.Decode(&wire); err != nil {
			c.fail(path, "bad_default")
		}
		if _, relative := wire.(map[string]any); relative && f.Def.FieldType != schemas.TypeLocation {
			c.fail(path, "constant_only")
		}
		p.Values[key] = wire
	}
}

func (c *compiler) suspicionField(def *schemas.Form, e *Entity, here string) *Field {
	if def.Public.Suspicion == "" {
		return nil
	}
	f := c.ownField(e, def.Public.Suspicion, here)
	if f != nil && f.Def.FieldType != schemas.TypeBoolean {
		c.fail(here, "wrong_field_type", "field", f.Key, "want", string(schemas.TypeBoolean))
	}
	return f
}

// origins are scheme and host, as browsers send them.
func (c *compiler) origins(def *schemas.Form, here string) {
	for i, text := range def.Public.Origins {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.Scheme+"://"+u.Host != text {
			c.fail(here+problem.Pointer(i), "bad_origin", "origin", text)
		}
	}
}

// requiredFilled reports required fields that no submission could fill.
func (c *compiler) requiredFilled(p *PublicForm, here string) {
	written := p.written()
	for _, f := range p.Entity.Fields {
		stage := p.Entity.Machine != nil && slices.ContainsFunc(p.Entity.Machines, func(m *StageMachine) bool { return m.Field == f })
		if f.Required && f.Default == nil && !stage && !slices.Contains(written, f.Key) {
			c.fail(here, "required_not_public", "field", f.Key)
		}
	}
}

// written lists the keys of all fields that a submission may set.
func (p *PublicForm) written() []string {
	var keys []string
	for _, list := range [][]*Field{p.Shown, p.Hidden, p.Prefill} {
		for _, f := range list {
			keys = append(keys, f.Key)
		}
	}
	keys = slices.AppendSeq(keys, maps.Keys(p.Values))
	if p.Suspicion != nil {
		keys = append(keys, p.Suspicion.Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// creationGrant is the right to create records with these fields, and to read nothing.
func creationGrant(e *Entity, fields []string) *Grant {
	def := &schemas.Grant{
		Entity: e.Key, Operations: []schemas.Operation{schemas.OpCreate},
		Scopes: []schemas.Scope{{Type: "all"}}, Write: schemas.FieldSet{Only: fields},
	}
	return &Grant{Def: def, Entity: e, Ops: map[schemas.Operation]bool{schemas.OpCreate: true}, Scopes: []Scope{{Type: "all"}}}
}

// namingGrant is the right to refer to the records of an entity without reading any
// of their fields.
func namingGrant(e *Entity) *Grant {
	def := &schemas.Grant{Entity: e.Key, Operations: []schemas.Operation{schemas.OpRead}, Scopes: []schemas.Scope{{Type: "all"}}}
	return &Grant{Def: def, Entity: e, Ops: map[schemas.Operation]bool{schemas.OpRead: true}, Scopes: []Scope{{Type: "all"}}}
}

func formHas(def *schemas.Form, field string) bool {
	return slices.ContainsFunc(def.Sections, func(s schemas.Section) bool { return slices.Contains(s.Fields, field) })
}
