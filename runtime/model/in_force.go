package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// InForce gives the definitions of a set as they work: without those whose packages
// are not installed, and with what extends an entity, form, view or role in its place.
// What extends something that is not there is left out; Compile reports it.
func InForce(set *schemas.Set) *schemas.Set { return force(set).set }

// WithBuiltIn is InForce with the built-in entities, extended as well, before the others.
func WithBuiltIn(set *schemas.Set) *schemas.Set {
	in := force(set)
	out := &schemas.Set{}
	for _, d := range builtin().Entities {
		out.Add(in.builtInEntity(d))
	}
	for _, d := range in.set.All() {
		out.Add(d)
	}
	return out
}

// IsInForce tells whether the packages that a definition waits for are in set.
func IsInForce(set *schemas.Set, d schemas.Definition) bool {
	return !slices.ContainsFunc(d.DefinitionWhen(), func(key string) bool {
		_, ok := set.Get(schemas.KindTemplate, key)
		return !ok
	})
}

// Extended is the key of the definition of the same kind that d adds to; "" when it
// stands by itself.
func Extended(d schemas.Definition) string {
	switch d := d.(type) {
	case *schemas.Entity:
		return d.Extends
	case *schemas.Form:
		return d.Extends
	case *schemas.View:
		return d.Extends
	case *schemas.Role:
		return d.Extends
	}
	return ""
}

// Locator translates paths of extended definitions into those of the definitions of
// set that added what the path is about.
func Locator(set *schemas.Set) func(path string) string { return force(set).locate }

// inForce is a set as it works.
type inForce struct {
	set      *schemas.Set
	builtIn  map[string]*schemas.Entity // built-in entities that are extended
	moved    []movedPart
	problems []problem.Field // of extensions as such
}

// movedPart is where a part of an extended definition was written.
type movedPart struct{ merged, written string }

func force(set *schemas.Set) *inForce {
	in := &inForce{set: &schemas.Set{}, builtIn: map[string]*schemas.Entity{}}
	var extensions []schemas.Definition
	for _, d := range set.All() {
		switch {
		case !IsInForce(set, d):
		case Extended(d) != "":
			extensions = append(extensions, d)
		default:
			in.set.Add(d)
		}
	}
	for _, d := range extensions {
		in.extend(d)
	}
	return in
}

// builtInEntity is a built-in entity as it is extended.
func (in *inForce) builtInEntity(d *schemas.Entity) *schemas.Entity {
	if extended := in.builtIn[d.Key]; extended != nil {
		return extended
	}
	return d
}

// extend adds a definition to a copy of its base.
func (in *inForce) extend(d schemas.Definition) {
	base := in.base(d.DefinitionKind(), Extended(d))
	if base == nil {
		in.fail(at(d, "extends"), "nothing_to_extend", "kind", string(d.DefinitionKind()), "key", Extended(d))
		return
	}
	switch d := d.(type) {
	case *schemas.Entity:
		in.extendEntity(base.(*schemas.Entity), d)
	case *schemas.Form:
		in.extendForm(base.(*schemas.Form), d)
	case *schemas.View:
		in.extendView(base.(*schemas.View), d)
	case *schemas.Role:
		in.extendRole(base.(*schemas.Role), d)
	}
}

// base finds what is extended: with what it has already.
func (in *inForce) base(kind schemas.Kind, key string) schemas.Definition {
	if d, ok := in.set.Get(kind, key); ok {
		return d
	}
	d, ok := builtin().Get(kind, key)
	if !ok || kind != schemas.KindEntity || slices.Contains([]string{"role_assignment", EntityStageVisit, EntityAssignment}, key) {
		return nil
	}
	return in.builtInEntity(d.(*schemas.Entity))
}

func (in *inForce) fail(path, code string, params ...any) {
	in.problems = append(in.problems, problem.At(path, code, params...))
}

// unused refuses members that have no meaning where something is extended.
func (in *inForce) unused(d schemas.Definition, members map[string]bool) {
	for member, given := range members {
		if given {
			in.fail(at(d, member), "not_extended", "member", member)
		}
	}
}

// wrote notes that part number n of the list member of d stands at place i of the base.
func (in *inForce) wrote(d schemas.Definition, member string, i, n int) {
	in.moved = append(in.moved, movedPart{
		problem.Pointer(d.DefinitionKind(), Extended(d), member, i), problem.Pointer(d.DefinitionKind(), d.DefinitionKey(), member, n),
	})
}

// joined appends the members of a list of d to those of its base.
func joined[T any](in *inForce, d schemas.Definition, member string, base, more []T) []T {
	for n := range more {
		in.wrote(d, member, len(base)+n, n)
	}
	return slices.Concat(base, more)
}

// locate gives a path of an extended definition as it was written.
func (in *inForce) locate(path string) string {
	best := movedPart{}
	for _, part := range in.moved {
		if within(path, part.merged) && len(part.merged) > len(best.merged) {
			best = part
		}
	}
	return best.written + path[len(best.merged):]
}

// within tells whether a path is at or below another one.
func within(path, above string) bool {
	return len(path) >= len(above) && path[:len(above)] == above && (len(path) == len(above) || path[len(above)] == '/')
}
