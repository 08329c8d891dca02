package model

import (
	"slices"
	"strings"

	"weft/runtime/problem"
	"weft/schemas"
)

// InForce gives the definitions of a set as they work: without those whose packages
// are not installed, and with what extends an entity, form or role in its place.
// What extends something that is not there is left out; Compile reports it.
func InForce(set *schemas.Set) *schemas.Set {
	out, _, _ := inForce(set)
	return out
}

// extension is a definition that adds to another one.
type extension struct {
	kind          schemas.Kind
	base, key     string
	whole         bool // the base is not there
	properties    []string
	first, number int // of its sections or grants in the base
}

func inForce(set *schemas.Set) (out *schemas.Set, builtIn map[string]*schemas.Entity, extensions []extension) {
	out = &schemas.Set{}
	var later []schemas.Definition
	for _, d := range set.All() {
		switch {
		case !installed(set, d.DefinitionWhen()):
		case extends(d) != "":
			later = append(later, d)
		default:
			out.Add(d)
		}
	}
	builtIn = map[string]*schemas.Entity{}
	for _, d := range later {
		extensions = append(extensions, extend(out, builtIn, d))
	}
	return out, builtIn, extensions
}

func installed(set *schemas.Set, packages []string) bool {
	for _, key := range packages {
		if !slices.ContainsFunc(set.Templates, func(t *schemas.Template) bool { return t.Key == key }) {
			return false
		}
	}
	return true
}

func extends(d schemas.Definition) string {
	switch d := d.(type) {
	case *schemas.Entity:
		return d.Extends
	case *schemas.Form:
		return d.Extends
	case *schemas.Role:
		return d.Extends
	}
	return ""
}

// extend adds a definition to a copy of its base.
func extend(out *schemas.Set, builtIn map[string]*schemas.Entity, d schemas.Definition) extension {
	x := extension{kind: d.DefinitionKind(), base: extends(d), key: d.DefinitionKey()}
	base, ok := out.Get(x.kind, x.base)
	if !ok && x.kind == schemas.KindEntity {
		if base, ok = baseBuiltIn(builtIn, x.base); ok {
			e := extendEntity(base.(*schemas.Entity), d.(*schemas.Entity), &x)
			builtIn[x.base] = e
			return x
		}
	}
	if !ok {
		x.whole = true
		return x
	}
	switch d := d.(type) {
	case *schemas.Entity:
		out.Add(extendEntity(base.(*schemas.Entity), d, &x))
	case *schemas.Form:
		copied := *base.(*schemas.Form)
		x.first, x.number = len(copied.Sections), len(d.Sections)
		copied.Sections = slices.Concat(copied.Sections, d.Sections)
		out.Add(&copied)
	case *schemas.Role:
		copied := *base.(*schemas.Role)
		x.first, x.number = len(copied.Grants), len(d.Grants)
		copied.Grants = slices.Concat(copied.Grants, d.Grants)
		out.Add(&copied)
	}
	return x
}

// baseBuiltIn finds a built-in entity that may be extended: with what it has already.
func baseBuiltIn(extended map[string]*schemas.Entity, key string) (schemas.Definition, bool) {
	if e := extended[key]; e != nil {
		return e, true
	}
	d, ok := builtin().Get(schemas.KindEntity, key)
	if !ok || slices.Contains([]string{"role_assignment", EntityStageVisit, EntityAssignment}, key) {
		return nil, false
	}
	return d, true
}

// extendEntity adds fields, indexes and unique keys; of a choice field that is there
// already, choices.
func extendEntity(base, more *schemas.Entity, x *extension) *schemas.Entity {
	e := *base
	e.Properties = slices.Clone(e.Properties)
	for _, f := range more.Properties {
		i := slices.IndexFunc(e.Properties, func(old *schemas.Field) bool { return old.Key == f.Key })
		if i >= 0 && len(f.Choices) > 0 && f.FieldType == e.Properties[i].FieldType {
			widened := *e.Properties[i]
			widened.Choices = slices.Concat(widened.Choices, f.Choices)
			e.Properties[i] = &widened
			continue
		}
		x.properties = append(x.properties, f.Key)
		e.Properties = append(e.Properties, f) // a double is found by Compile
	}
	e.Required = slices.Concat(e.Required, more.Required)
	e.Indexes = slices.Concat(e.Indexes, more.Indexes)
	e.Unique = slices.Concat(e.Unique, more.Unique)
	return &e
}

// extensionProblems reports what extends something that is not there.
func (c *compiler) extensionProblems() {
	for _, x := range c.extensions {
		if x.whole {
			c.fail(problem.Pointer(x.kind, x.key, "extends"), "nothing_to_extend", "kind", string(x.kind), "key", x.base)
		}
	}
}

// locate gives problems of extended definitions the path of the definition that added
// what is wrong.
func (c *compiler) locate(list []problem.Field) {
	for i := range list {
		for _, x := range c.extensions {
			if at, ok := x.locate(list[i].Path); ok {
				list[i].Path = at
				break
			}
		}
	}
}

func (x extension) locate(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, problem.Pointer(x.kind, x.base)+"/")
	if !ok {
		return "", false
	}
	for _, key := range x.properties {
		if rest == "properties/"+key || strings.HasPrefix(rest, "properties/"+key+"/") {
			return problem.Pointer(x.kind, x.key) + "/" + rest, true
		}
	}
	list := map[schemas.Kind]string{schemas.KindForm: "sections", schemas.KindRole: "grants"}[x.kind]
	for i := range x.number {
		if from := problem.Pointer(list, x.first+i)[1:]; rest == from || strings.HasPrefix(rest, from+"/") {
			return problem.Pointer(x.kind, x.key, list, i) + strings.TrimPrefix(rest, from), true
		}
	}
	return "", false
}
