package model

import (
	"bytes"
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

// recordFilter compiles a filter over target with values of a record of source.
func (c *compiler) recordFilter(raw json.RawMessage, target, source *Entity, here string) *RecordFilter {
	if len(raw) == 0 {
		return nil
	}
	f := &RecordFilter{target: target, source: source}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&f.tree); err != nil {
		c.fail(here, "filter_shape")
		return nil
	}
	sample := c.sampleFilter(f, f.tree, here)
	text, err := json.Marshal(sample)
	if err != nil {
		c.fail(here, "filter_shape")
		return nil
	}
	fixed, problems := query.Parse(text, target, here)
	c.add("", problems)
	f.fixed = fixed
	return f
}

// sampleFilter is the filter with a possible value for each {"field":…}, by which
// everything else about it can be checked.
func (c *compiler) sampleFilter(f *RecordFilter, v any, here string) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, sub := range x {
			out[key] = c.sampleFilter(f, sub, here+problem.Pointer(key))
		}
		return out
	case []any:
		if isComparison(x) {
			return c.sampleComparison(f, x, here)
		}
		out := make([]any, len(x))
		for i, sub := range x {
			out[i] = c.sampleFilter(f, sub, here+problem.Pointer(i))
		}
		return out
	}
	return v
}

func (c *compiler) sampleComparison(f *RecordFilter, x []any, here string) any {
	if len(x) != 3 || !mentionsField(x[2]) {
		return x
	}
	values := []any{x[2]}
	if list, ok := x[2].([]any); ok {
		values = list
	}
	for i, v := range values {
		if name, ok := fieldValue(v); ok {
			at := here + "/2"
			if _, isList := x[2].([]any); isList {
				at += problem.Pointer(i)
			}
			c.sourcePath(f, x[0], name, at+"/field")
		}
	}
	for _, sample := range samples(f.target, x[0]) {
		try := []any{x[0], x[1], sample}
		if _, isList := x[2].([]any); isList {
			try[2] = []any{sample, sample}
		}
		if raw, err := json.Marshal(try); err == nil {
			if _, problems := query.Parse(raw, f.target, ""); len(problems) == 0 {
				return try
			}
		}
	}
	return []any{x[0], x[1], "x"} // its problem is that of the field or operator
}

// sourcePath notes a path of the record and checks that its values can be
// compared with the field named to.
func (c *compiler) sourcePath(f *RecordFilter, to any, name, here string) {
	path, field, ok := query.Resolve(f.source, name)
	switch {
	case !ok:
		c.fail(here, "unknown_field", "field", name)
		return
	case field.ComputedOnRead:
		c.fail(here, "not_stored", "field", name)
		return
	}
	f.paths = append(f.paths, path)
	target, _ := to.(string)
	other, _, ok := query.Resolve(f.target, target)
	if ok && valueFamily(other.Kind) != valueFamily(path.Kind) {
		c.fail(here, "not_comparable", "field", name, "other", target)
	}
}

// valueFamily groups the kinds whose values can be compared with each other.
func valueFamily(k query.Kind) query.Kind {
	switch k {
	case query.Key, query.Keys:
		return query.Text
	case query.Decimal:
		return query.Number
	case query.Instant:
		return query.Date
	}
	return k
}

// samples are values of which one can be compared with any field.
func samples(e *Entity, name any) []any {
	list := []any{"x", json.Number("1"), "2026-01-01", "2026-01-01T00:00:00Z", true, "110000", "+8613800000000", "a@example.com", "https://example.com", "00000000-0000-7000-8000-000000000000"}
	key, _ := name.(string)
	path, _, ok := query.Resolve(e, key)
	if !ok {
		return list
	}
	of := e
	if path.Through != "" {
		if via := e.ByKey[path.Via]; via != nil {
			of = via.Target
		}
	}
	if f := of.ByKey[path.Field]; f != nil && len(f.Def.Choices) > 0 {
		list = append(list, f.Def.Choices[0].Key)
	}
	return list
}
