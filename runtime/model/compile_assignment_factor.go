package model

import (
	"strings"

	"weft/runtime/formula"
	"weft/runtime/query"
	"weft/schemas"
)

// assignmentFactors compiles the factors of a rule.
func (c *compiler) assignmentFactors(r *AssignmentRule) {
	seen := map[string]bool{}
	for i := range r.Def.Factors {
		def, here := &r.Def.Factors[i], at(r.Def, "factors", i)
		if seen[def.Key] {
			c.fail(here+"/key", "defined_twice", "key", def.Key)
		}
		seen[def.Key] = true
		c.factorMembers(def, here)
		f := AssignmentFactor{Def: def}
		switch def.Type {
		case "match", "region", "distance":
			c.comparedFields(r, &f, here)
		case "count":
			c.countFactor(r, &f, here)
		case "load":
			if r.Load == nil {
				c.fail(here+"/type", "no_load")
			}
		case "formula":
			c.formulaFactor(r, &f, here)
		}
		f.Title = factorTitle(r, &f)
		r.Factors = append(r.Factors, f)
	}
}

// factorMembers refuses members that the type of the factor does not have.
func (c *compiler) factorMembers(def *schemas.AssignmentFactor, here string) {
	for _, m := range []struct {
		name, of string
		set      bool
	}{
		{"field", "match region distance", def.Field != ""}, {"person", "match region distance", def.Person != ""},
		{"default", "match region distance", def.Default != nil}, {"scores", "region", def.Scores != nil},
		{"near", "distance", def.Near != 0}, {"limit", "distance", def.Limit != 0}, {"beyond", "distance", def.Beyond != ""},
		{"entity", "count", def.Entity != ""}, {"owner", "count", def.Owner != ""}, {"where", "count", def.Where != nil},
		{"top", "count", def.Top != 0}, {"full", "count", def.Full != 0}, {"formula", "formula", def.Formula != ""},
	} {
		if m.set && !strings.Contains(" "+m.of+" ", " "+def.Type+" ") {
			c.fail(here+"/"+m.name, "annotation_unused", "type", def.Type)
		}
	}
	if def.Top != 0 && def.Full != 0 {
		c.fail(here+"/full", "top_or_full")
	}
	if near, limit := def.Reach(); near > limit {
		c.fail(here+"/near", "too_great", "max", limit)
	}
}

// comparedFields finds what a factor compares, and checks that it can.
func (c *compiler) comparedFields(r *AssignmentRule, f *AssignmentFactor, here string) {
	var ok, also bool
	f.Field, ok = c.assignedPath(r.Entity, f.Def.Field, here+"/field")
	f.Person, also = c.assignedPath(r.People, f.Def.Person, here+"/person")
	f.Reads = []query.Path{f.Field}
	if !ok || !also {
		return
	}
	fits := func(p query.Path, name, member string, kinds ...query.Kind) {
		for _, k := range kinds {
			if p.Kind == k {
				return
			}
		}
		c.fail(here+"/"+member, "wrong_field_type", "field", name, "want", wantedType[f.Def.Type])
	}
	switch f.Def.Type {
	case "match":
		if valueFamily(f.Field.Kind) != valueFamily(f.Person.Kind) || f.Field.Kind == query.Object {
			c.fail(here+"/person", "not_comparable", "field", f.Def.Person, "other", f.Def.Field)
		}
	case "region":
		fits(f.Field, f.Def.Field, "field", query.Key)
		fits(f.Person, f.Def.Person, "person", query.Key, query.Keys, query.Text)
	case "distance":
		fits(f.Field, f.Def.Field, "field", query.Object)
		fits(f.Person, f.Def.Person, "person", query.Object)
	}
}

var wantedType = map[string]string{"region": string(schemas.TypeRegion), "distance": string(schemas.TypeLocation)}

func (c *compiler) countFactor(r *AssignmentRule, f *AssignmentFactor, here string) {
	if f.Entity = c.entityOf(f.Def.Entity, here+"/entity"); f.Entity == nil {
		return
	}
	key := f.Def.Owner
	if key == "" {
		key = f.Entity.OwnerField
	}
	if f.Owner = c.userField(f.Entity, key, here+"/owner"); f.Owner == nil {
		return
	}
	f.Where = c.recordFilter(f.Def.Where, f.Entity, r.Entity, here+"/where")
	f.Reads = f.Where.Paths()
}

// personPrefix begins the paths of a formula that mean the person.
const personPrefix = "person."

// assignmentScope lets a formula see the record and the person.
type assignmentScope struct{ rule *AssignmentRule }

func (s assignmentScope) Kind(path string) (query.Kind, bool) {
	e := s.rule.Entity
	if rest, ok := strings.CutPrefix(path, personPrefix); ok {
		e, path = s.rule.People, rest
	}
	p, f, ok := query.Resolve(e, path)
	return p.Kind, ok && !f.ComputedOnRead
}

func (c *compiler) formulaFactor(r *AssignmentRule, f *AssignmentFactor, here string) {
	x, err := formula.Parse(f.Def.Formula, assignmentScope{r})
	if err != nil {
		c.syntax(here+"/formula", err)
		return
	}
	if x.Result() != query.Bool {
		as, ok := x.As(query.Number)
		if !ok {
			c.fail(here+"/formula", "wrong_result", "want", kindName(query.Number), "have", kindName(x.Result()))
			return
		}
		x = as
	}
	f.Formula = x
	for _, path := range x.Paths() {
		if !strings.HasPrefix(path, personPrefix) {
			p, _, _ := query.Resolve(r.Entity, path)
			f.Reads = append(f.Reads, p)
		}
	}
}

// PersonPath is what a path of a factor's formula names of the person; ok is false
// for a path of the record.
func PersonPath(path string) (name string, ok bool) { return strings.CutPrefix(path, personPrefix) }

// factorTitle is the title of a factor, or that of the field that it reads.
func factorTitle(r *AssignmentRule, f *AssignmentFactor) schemas.Title {
	if f.Def.Title != nil {
		return *f.Def.Title
	}
	if field := r.Entity.ByKey[f.Def.Field]; field != nil {
		return field.Def.Title
	}
	if f.Entity != nil {
		return f.Entity.Def.Title
	}
	return schemas.Title{ZhCN: f.Def.Key, En: f.Def.Key}
}
