package model

import (
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// everyType lists annotations that make sense on any field that is stored as
// one value.
var everyType = []string{"default", "x-unique", "x-indexed"}

// checkOnly refuses annotations that the type does not know: a misplaced one
// would be ignored silently.
func checkOnly(f *schemas.Field, known ...string) []problem.Field {
	var ps []problem.Field
	for _, a := range annotations {
		if a.set(f) && !slices.Contains(known, a.name) {
			ps = append(ps, problem.At("/"+a.name, "annotation_unused", "type", string(f.FieldType)))
		}
	}
	return ps
}

// checkStored is checkOnly for types stored as one value that can be written.
func checkStored(f *schemas.Field, known ...string) []problem.Field {
	return checkOnly(f, append(known, everyType...)...)
}

// annotations are all members of a field that some types know and others do not.
var annotations = []struct {
	name string
	set  func(*schemas.Field) bool
}{
	{"minLength", func(f *schemas.Field) bool { return f.MinLength != nil }},
	{"maxLength", func(f *schemas.Field) bool { return f.MaxLength != nil }},
	{"pattern", func(f *schemas.Field) bool { return f.Pattern != "" }},
	{"minimum", func(f *schemas.Field) bool { return f.Minimum != nil }},
	{"maximum", func(f *schemas.Field) bool { return f.Maximum != nil }},
	{"minItems", func(f *schemas.Field) bool { return f.MinItems != nil }},
	{"maxItems", func(f *schemas.Field) bool { return f.MaxItems != nil }},
	{"default", func(f *schemas.Field) bool { return f.Default != nil }},
	{"x-unique", func(f *schemas.Field) bool { return f.Unique }},
	{"x-searchable", func(f *schemas.Field) bool { return f.Searchable }},
	{"x-sortable", func(f *schemas.Field) bool { return f.Sortable }},
	{"x-indexed", func(f *schemas.Field) bool { return f.Indexed }},
	{"x-choices", func(f *schemas.Field) bool { return f.Choices != nil }},
	{"x-currency", func(f *schemas.Field) bool { return f.Currency != "" }},
	{"x-entity", func(f *schemas.Field) bool { return f.Entity != "" }},
	{"x-on-delete", func(f *schemas.Field) bool { return f.OnDelete != "" }},
	{"x-child", func(f *schemas.Field) bool { return f.Child != "" }},
	{"x-media-types", func(f *schemas.Field) bool { return f.MediaTypes != nil }},
	{"x-max-bytes", func(f *schemas.Field) bool { return f.MaxBytes != 0 }},
	{"x-keep-position", func(f *schemas.Field) bool { return f.KeepPosition }},
	{"x-auto-number", func(f *schemas.Field) bool { return f.AutoNumber != nil }},
	{"x-formula", func(f *schemas.Field) bool { return f.Formula != "" }},
	{"x-result", func(f *schemas.Field) bool { return f.Result != "" }},
	{"x-roll-up", func(f *schemas.Field) bool { return f.RollUp != nil }},
	{"x-clock", func(f *schemas.Field) bool { return f.Clock != nil }},
	{"x-reveals", func(f *schemas.Field) bool { return f.Reveals }},
	{"x-max", func(f *schemas.Field) bool { return f.Max != 0 }},
}

// checkLengths finds bounds that no text can satisfy; limit is the greatest
// length the type allows.
func checkLengths(f *schemas.Field, limit int) []problem.Field {
	return checkLimits("/minLength", f.MinLength, "/maxLength", f.MaxLength, limit)
}

// checkItems finds item counts that no array can satisfy.
func checkItems(f *schemas.Field, limit int) []problem.Field {
	return checkLimits("/minItems", f.MinItems, "/maxItems", f.MaxItems, limit)
}

func checkLimits(minAt string, least *int, maxAt string, most *int, limit int) []problem.Field {
	var ps []problem.Field
	if most != nil && (*most < 1 || *most > limit) {
		ps = append(ps, problem.At(maxAt, "bound_out_of_range", "min", 1, "max", limit))
	}
	if least != nil && (*least < 0 || *least > limit) {
		ps = append(ps, problem.At(minAt, "bound_out_of_range", "min", 0, "max", limit))
	}
	if least != nil && most != nil && *least > *most {
		ps = append(ps, problem.At(minAt, "bounds_crossed"))
	}
	return ps
}

// checkBounds finds crossed minimum and maximum.
func checkBounds(f *schemas.Field) []problem.Field {
	if f.Minimum != nil && f.Maximum != nil && *f.Minimum > *f.Maximum {
		return []problem.Field{problem.At("/minimum", "bounds_crossed")}
	}
	return nil
}
