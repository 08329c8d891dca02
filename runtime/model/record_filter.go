package model

import (
	"encoding/json"

	"weft/runtime/problem"
	"weft/runtime/query"
)

// RecordFilter is a filter over the records of one entity whose values may be
// those of a record of another one: ["region","=",{"field":"region"}]. A comparison
// with an unset value, or with one that its field can never have, does not
// hold, but for != which does.
type RecordFilter struct {
	target, source *Entity
	tree           any
	paths          []query.Path // of the record that gives the values
	fixed          query.Filter // when there are none
}

// IsZero tells that nothing was asked.
func (f *RecordFilter) IsZero() bool { return f == nil || f.tree == nil }

// shape is the filter with some values instead of those of a record.
func (f *RecordFilter) shape() query.Filter {
	if f == nil {
		return query.Filter{}
	}
	return f.fixed
}

// Paths lists what the filter reads of the record that gives the values.
func (f *RecordFilter) Paths() []query.Path {
	if f == nil {
		return nil
	}
	return f.paths
}

// With is the filter with the values of a record: value gives the stored value
// at a path of it, nil for unset.
func (f *RecordFilter) With(value func(query.Path) any) (query.Filter, []problem.Field) {
	if f.IsZero() || len(f.paths) == 0 {
		if f == nil {
			return query.Filter{}, nil
		}
		return f.fixed, nil
	}
	raw, err := json.Marshal(f.fill(f.tree, value))
	if err != nil {
		return query.Filter{}, []problem.Field{problem.At("", "filter_shape")}
	}
	return query.Parse(raw, f.target, "")
}

// fill puts the values of the record into a part of the filter.
func (f *RecordFilter) fill(v any, value func(query.Path) any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, sub := range x {
			out[key] = f.fill(sub, value)
		}
		return out
	case []any:
		if isComparison(x) {
			return f.fillComparison(x, value)
		}
		out := make([]any, len(x))
		for i, sub := range x {
			out[i] = f.fill(sub, value)
		}
		return out
	}
	return v
}

// isComparison tells a comparison from the list of a junction.
func isComparison(x []any) bool {
	if len(x) == 0 {
		return false
	}
	_, named := x[0].(string)
	return named
}

// Filters that always hold and never do.
var (
	always = map[string]any{"all": []any{}}
	never  = map[string]any{"any": []any{}}
)

func (f *RecordFilter) fillComparison(x []any, value func(query.Path) any) any {
	if len(x) != 3 || !mentionsField(x[2]) {
		return x
	}
	unmet := never
	if x[1] == "!=" {
		unmet = always
	}
	filled, ok := f.fillValue(x[2], value)
	if !ok {
		return unmet
	}
	if list, isList := filled.([]any); isList && x[1] != "in" && x[1] != "between" {
		in := []any{x[0], "in", list}
		if x[1] == "!=" {
			return f.orUnmet(map[string]any{"not": in}, unmet)
		}
		return f.orUnmet(in, unmet)
	}
	return f.orUnmet([]any{x[0], x[1], filled}, unmet)
}

// orUnmet is a comparison, or unmet when its value cannot be one of its field.
func (f *RecordFilter) orUnmet(x, unmet any) any {
	raw, err := json.Marshal(x)
	if err != nil {
		return unmet
	}
	if _, problems := query.Parse(raw, f.target, ""); len(problems) > 0 {
		return unmet
	}
	return x
}

// fillValue gives the value of a comparison in wire form; ok is false when the
// record has none.
func (f *RecordFilter) fillValue(v any, value func(query.Path) any) (filled any, ok bool) {
	if name, isField := fieldValue(v); isField {
		path, _, _ := query.Resolve(f.source, name)
		stored := value(path)
		return f.source.wireAt(path, stored), stored != nil
	}
	list, isList := v.([]any)
	if !isList {
		return v, true
	}
	out := []any{}
	for _, sub := range list {
		switch one, ok := f.fillValue(sub, value); x := one.(type) {
		case []any:
			out = append(out, x...)
		default:
			if ok {
				out = append(out, one)
			}
		}
	}
	return out, len(out) > 0
}

// wireAt is the wire form of a stored value at a path.
func (e *Entity) wireAt(p query.Path, stored any) any {
	of := e
	if p.Through != "" {
		if via := e.ByKey[p.Via]; via != nil {
			of = via.Target
		}
	}
	if f := of.ByKey[p.Field]; f != nil && stored != nil {
		return f.Type.Wire(f, stored)
	}
	return stored
}

// fieldValue reads {"field":"region"}.
func fieldValue(v any) (name string, ok bool) {
	object, _ := v.(map[string]any)
	name, ok = object["field"].(string)
	return name, ok && len(object) == 1
}

func mentionsField(v any) bool {
	if _, ok := fieldValue(v); ok {
		return true
	}
	list, _ := v.([]any)
	for _, sub := range list {
		if _, ok := fieldValue(sub); ok {
			return true
		}
	}
	return false
}
