package model

import (
	"encoding/json"
	"maps"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// extendEntity adds fields, choices of fields that are there, conditions, indexes and
// unique keys.
func (in *inForce) extendEntity(base, more *schemas.Entity) {
	in.unused(more, map[string]bool{
		"x-title-field": more.TitleField != "", "x-owner-field": more.OwnerField != "", "x-child-of": more.ChildOf != nil,
	})
	e := *base
	e.Properties = slices.Clone(e.Properties)
	for _, f := range more.Properties {
		in.addField(&e, more, f)
	}
	e.Required = joined(in, more, "required", e.Required, more.Required)
	e.Indexes = joined(in, more, "x-indexes", e.Indexes, more.Indexes)
	e.Unique = joined(in, more, "x-unique", e.Unique, more.Unique)
	e.AllOf = joined(in, more, "allOf", e.AllOf, more.AllOf)
	if condition := conditional(more); condition != nil {
		in.moved = append(in.moved, movedPart{
			problem.Pointer(schemas.KindEntity, e.Key, "allOf", len(e.AllOf)), problem.Pointer(schemas.KindEntity, more.Key),
		})
		e.AllOf = append(e.AllOf, condition)
	}
	if len(more.DependentRequired) > 0 {
		e.DependentRequired = maps.Clone(e.DependentRequired)
		if e.DependentRequired == nil {
			e.DependentRequired = map[string][]string{}
		}
		for key, needed := range more.DependentRequired {
			e.DependentRequired[key] = slices.Concat(e.DependentRequired[key], needed)
		}
	}
	if _, own := in.set.Get(schemas.KindEntity, e.Key); own {
		in.set.Add(&e)
	} else {
		in.builtIn[e.Key] = &e
	}
}

// addField adds a field, or choices to one that is there; Compile finds a key that
// stands twice.
func (in *inForce) addField(e *schemas.Entity, more *schemas.Entity, f *schemas.Field) {
	from := problem.Pointer(schemas.KindEntity, more.Key, "properties", f.Key)
	to := problem.Pointer(schemas.KindEntity, e.Key, "properties", f.Key)
	i := slices.IndexFunc(e.Properties, func(old *schemas.Field) bool { return old.Key == f.Key })
	if i < 0 || len(f.Choices) == 0 || f.FieldType != e.Properties[i].FieldType {
		in.moved = append(in.moved, movedPart{to, from})
		e.Properties = append(e.Properties, f)
		return
	}
	widened := *e.Properties[i]
	for n := range f.Choices {
		in.moved = append(in.moved, movedPart{
			to + problem.Pointer("x-choices", len(widened.Choices)+n), from + problem.Pointer("x-choices", n),
		})
	}
	widened.Choices = slices.Concat(widened.Choices, f.Choices)
	e.Properties[i] = &widened
}

// conditional is the if, then and else of an entity as one schema; nil for none.
func conditional(e *schemas.Entity) json.RawMessage {
	members := map[string]json.RawMessage{}
	for key, m := range map[string]json.RawMessage{"if": e.If, "then": e.Then, "else": e.Else} {
		if len(m) > 0 {
			members[key] = m
		}
	}
	if len(members) == 0 {
		return nil
	}
	data, err := json.Marshal(members)
	if err != nil {
		return nil // decoded members are JSON
	}
	return data
}

// extendForm adds sections.
func (in *inForce) extendForm(base, more *schemas.Form) {
	in.unused(more, map[string]bool{"roles": more.Roles != nil, "devices": more.Devices != nil, "public": more.Public != nil})
	in.sameEntity(more, more.Entity, base.Entity)
	f := *base
	f.Sections = joined(in, more, "sections", f.Sections, more.Sections)
	in.set.Add(&f)
}

// extendView adds columns and, to a board, sums.
func (in *inForce) extendView(base, more *schemas.View) {
	in.unused(more, map[string]bool{"roles": more.Roles != nil, "where": more.Where != nil, "sort": more.Sort != nil})
	in.sameEntity(more, more.Entity, base.Entity)
	if more.Type != base.Type || more.By != "" && more.By != base.By {
		in.fail(at(more, "type"), "not_extended", "member", "type")
	}
	v := *base
	v.Columns = joined(in, more, "columns", v.Columns, more.Columns)
	v.Sums = joined(in, more, "sums", v.Sums, more.Sums)
	in.set.Add(&v)
}

// extendRole adds grants.
func (in *inForce) extendRole(base, more *schemas.Role) {
	r := *base
	r.Grants = joined(in, more, "grants", r.Grants, more.Grants)
	in.set.Add(&r)
}

func (in *inForce) sameEntity(d schemas.Definition, entity, extended string) {
	if entity != extended {
		in.fail(at(d, "entity"), "extends_another_entity", "entity", extended)
	}
}
