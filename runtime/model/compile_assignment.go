package model

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// assignmentRules compiles the rules by which records get their owners.
func (c *compiler) assignmentRules() {
	for _, def := range c.set.AssignmentRules {
		e := c.entityOf(def.Entity, at(def, "entity"))
		if e == nil {
			continue
		}
		if e.OnlyRead() {
			c.fail(at(def, "entity"), "only_read", "entity", e.Key)
			continue
		}
		if r := c.assignmentRule(def, e); r != nil {
			c.m.AssignmentRules[def.Key] = r
			e.AssignmentRules = append(e.AssignmentRules, r)
			for i := range r.Factors {
				if f := &r.Factors[i]; f.Owner != nil {
					f.Entity.countedBy = append(f.Entity.countedBy, f)
				}
			}
		}
	}
}

// CompileAssignmentRule compiles a rule that is not in force, such as a draft,
// against the definitions of m.
func (m *Model) CompileAssignmentRule(def *schemas.AssignmentRule) (*AssignmentRule, []problem.Field) {
	c := &compiler{set: m.InForce, m: m}
	var r *AssignmentRule
	if e := c.entityOf(def.Entity, at(def, "entity")); e != nil && e.OnlyRead() {
		c.fail(at(def, "entity"), "only_read", "entity", e.Key)
	} else if e != nil {
		r = c.assignmentRule(def, e)
	}
	if len(c.problems) > 0 {
		sortProblems(c.problems)
		return nil, c.problems
	}
	return r, nil
}

func (c *compiler) assignmentRule(def *schemas.AssignmentRule, e *Entity) *AssignmentRule {
	r := &AssignmentRule{Def: def, Entity: e, People: c.m.Entities["user"]}
	if r.Owner = c.assignedOwner(e, def); r.Owner == nil {
		return nil
	}
	r.Where = c.filter(def.Where, e, at(def, "where"))
	r.Users = c.filter(def.Candidates.Where, c.m.Entities["user"], at(def, "candidates", "where"))
	c.roleKeys(def.Candidates.Roles, at(def, "candidates", "roles"))
	if def.Profiles != nil && !c.profiles(r) {
		return nil
	}
	c.assignmentLoad(r)
	c.assignmentFilters(r)
	c.assignmentFactors(r)
	r.Values = c.recordValues(e, def.Values, at(def, "values"), r.Owner)
	c.overflow(r)
	c.claim(r)
	if def.OverrideReason != "" {
		r.OverrideReason = c.textField(e, def.OverrideReason, at(def, "override_reason"))
	}
	return r
}

func (c *compiler) filter(raw json.RawMessage, e *Entity, here string) query.Filter {
	f, problems := query.Parse(raw, e, here)
	c.add("", problems)
	return f
}

// assignedOwner is the field that a rule writes.
func (c *compiler) assignedOwner(e *Entity, def *schemas.AssignmentRule) *Field {
	key, here := def.Owner, at(def, "owner")
	if key == "" {
		if e.ByKey[e.OwnerField] == nil {
			c.fail(here, "required")
			return nil
		}
		key = e.OwnerField
	}
	return c.userField(e, key, here)
}

// userField finds a field that holds a user and can be written.
func (c *compiler) userField(e *Entity, key, here string) *Field {
	f := c.ownField(e, key, here)
	switch {
	case f == nil:
		return nil
	case f.Def.FieldType != schemas.TypeUser:
		c.fail(here, "wrong_field_type", "field", key, "want", string(schemas.TypeUser))
		return nil
	case f.Retired:
		c.fail(here, "field_retired", "field", key)
	}
	return f
}

// textField finds a field that can hold a reason.
func (c *compiler) textField(e *Entity, key, here string) *Field {
	f := c.ownField(e, key, here)
	if f != nil && !slices.Contains(reasonTypes, f.Def.FieldType) {
		c.fail(here, "wrong_field_type", "field", key, "want", string(schemas.TypeText))
		return nil
	}
	return f
}

func (c *compiler) profiles(r *AssignmentRule) bool {
	def := r.Def.Profiles
	e := c.entityOf(def.Entity, at(r.Def, "profiles", "entity"))
	if e == nil {
		return false
	}
	r.People, r.Person = e, c.userField(e, def.User, at(r.Def, "profiles", "user"))
	return r.Person != nil
}

// assignmentLoad compiles the load; without a filter the records in a stage of
// type open count, and all where there is no stage machine.
func (c *compiler) assignmentLoad(r *AssignmentRule) {
	def := r.Def.Load
	if def == nil || len(def.Open) == 0 {
		r.Open = c.filter(openStages(r.Entity), r.Entity, at(r.Def, "load", "open"))
	} else {
		r.Open = c.filter(def.Open, r.Entity, at(r.Def, "load", "open"))
	}
	if def == nil {
		return
	}
	l := &AssignmentLoad{Limit: cmp.Or(def.Limit, DefaultAssignmentLimit)}
	if def.Capacity != "" {
		here := at(r.Def, "load", "capacity")
		p, ok := c.assignedPath(r.People, def.Capacity, here)
		switch {
		case !ok:
		case p.Kind != query.Number:
			c.fail(here, "wrong_field_type", "field", def.Capacity, "want", string(schemas.TypeNumber))
		default:
			l.Capacity = &p
		}
	}
	r.Load = l
}

func openStages(e *Entity) json.RawMessage {
	if e.Machine == nil {
		return nil
	}
	keys := []string{}
	for _, s := range e.Machine.Def.Stages {
		if s.Type == "open" {
			keys = append(keys, s.Key)
		}
	}
	raw, err := json.Marshal([]any{e.Machine.Field.Key, "in", keys})
	if err != nil {
		panic(err) // texts
	}
	return raw
}

// assignedPath finds a stored field, own or across one reference.
func (c *compiler) assignedPath(e *Entity, name, here string) (query.Path, bool) {
	p, f, ok := query.Resolve(e, name)
	switch {
	case !ok:
		c.fail(here, "unknown_field", "field", name)
	case f.ComputedOnRead:
		c.fail(here, "not_stored", "field", name)
		ok = false
	}
	return p, ok
}

func (c *compiler) assignmentFilters(r *AssignmentRule) {
	seen := map[string]bool{}
	for i := range r.Def.Filters {
		def, here := &r.Def.Filters[i], at(r.Def, "filters", i)
		if seen[def.Key] {
			c.fail(here+"/key", "defined_twice", "key", def.Key)
		}
		seen[def.Key] = true
		r.Filters = append(r.Filters, AssignmentFilter{Def: def, Where: c.recordFilter(def.Where, r.People, r.Entity, here+"/where")})
	}
}

// recordValues compiles values that an effect gives a record; null clears. The
// fields in except are written by the effect itself.
func (c *compiler) recordValues(e *Entity, set map[string]json.RawMessage, here string, except ...*Field) []Assignment {
	var out []Assignment
	for _, key := range slices.Sorted(maps.Keys(set)) {
		here := here + problem.Pointer(key)
		f := c.ownField(e, key, here)
		switch {
		case f == nil:
			continue
		case f.Computed:
			c.fail(here, "field_computed", "field", key)
			continue
		case f.IsChildRows():
			c.fail(here, "annotation_unused", "type", string(f.Def.FieldType))
			continue
		case slices.Contains(except, f):
			c.fail(here, "written_twice", "field", key)
			continue
		}
		a := Assignment{Field: f}
		if string(set[key]) != "null" {
			a.Preset = c.preset(f, set[key], here)
		}
		out = append(out, a)
	}
	return out
}
