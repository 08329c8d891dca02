package model

import (
	"bytes"
	"encoding/json"

	"weft/runtime/problem"
	"weft/runtime/query"
)

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
