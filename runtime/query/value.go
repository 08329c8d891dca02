package query

import "weft/runtime/problem"

// value turns the wire value of a comparison into stored form, relative values
// into relative ones.
func (p *parser) value(c Cmp, f Field, wire any, at string) (any, bool) {
	switch c.Op {
	case Contains, Starts:
		s, ok := wire.(string)
		if !ok {
			p.fail(at, "wrong_type", "want", "string")
			return nil, false
		}
		return Fold(s), true
	case Between:
		list, ok := wire.([]any)
		if !ok || len(list) != 2 {
			p.fail(at, "two_values_wanted")
			return nil, false
		}
		return p.list(c, f, list, at)
	case In:
		list, ok := wire.([]any)
		if !ok {
			if _, isObject := wire.(map[string]any); !isObject {
				p.fail(at, "list_wanted")
				return nil, false
			}
			list = []any{wire} // ["owner_department","in",{"myDepartment":"below"}]
		}
		if len(list) > maxList {
			p.fail(at, "too_many_values", "max", maxList)
			return nil, false
		}
		return p.list(c, f, list, at)
	}
	return p.scalar(c, f, wire, at)
}

func (p *parser) list(c Cmp, f Field, wire []any, at string) (any, bool) {
	out, all := make([]any, len(wire)), true
	for i, w := range wire {
		v, ok := p.scalar(c, f, w, at+problem.Pointer(i))
		out[i], all = v, all && ok
	}
	return out, all
}

func (p *parser) scalar(c Cmp, f Field, wire any, at string) (any, bool) {
	if m, ok := wire.(map[string]any); ok {
		return p.relative(c, m, at)
	}
	if wire == nil {
		p.fail(at, "null_value")
		return nil, false
	}
	v, ok := normalise(f, wire)
	if !ok {
		p.fail(at, "wrong_value", "field", c.Path.Name())
	}
	return v, ok
}

// normalise gives the stored form of one value; of a Keys field, of one key.
func normalise(f Field, wire any) (any, bool) {
	if f.Normalise == nil {
		return wire, scalar(wire)
	}
	v, ok := f.Normalise(wire)
	return v, ok && scalar(v)
}

func scalar(v any) bool {
	switch v.(type) {
	case nil, []any, map[string]any, []string:
		return false
	}
	return true
}
