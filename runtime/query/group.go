package query

import (
	"encoding/json"

	"weft/runtime/problem"
)

// ParseGroups reads fields and {"field":"close_date","by":"month","zone":"Asia/Shanghai"}.
// A path may cross one reference; a list of keys (tags) must be an own field, and
// counts a record once under each key. Zone stays "" when it is not given.
func ParseGroups(raw []json.RawMessage, e Entity, at string) ([]GroupTerm, []problem.Field) {
	if len(raw) > maxTerms {
		return nil, []problem.Field{problem.At(at, "too_many_terms", "max", maxTerms)}
	}
	p := &parser{entity: e}
	out := make([]GroupTerm, 0, len(raw))
	seen := map[string]bool{}
	for i, r := range raw {
		at := at + problem.Pointer(i)
		g, ok := p.group(r, at)
		if !ok {
			continue
		}
		if seen[g.Name] {
			p.fail(at, "field_twice", "field", g.Name)
		}
		seen[g.Name] = true
		out = append(out, g)
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return out, nil
}

func (p *parser) group(raw json.RawMessage, at string) (GroupTerm, bool) {
	v, err := decode(raw)
	if err != nil {
		p.fail(at, "group_shape")
		return GroupTerm{}, false
	}
	if name, ok := v.(string); ok {
		return p.plainGroup(name, at)
	}
	m, ok := v.(map[string]any)
	for key, part := range m {
		_, text := part.(string)
		ok = ok && text && (key == "field" || key == "by" || key == "zone")
	}
	name, named := m["field"].(string)
	if !ok || !named {
		p.fail(at, "group_shape")
		return GroupTerm{}, false
	}
	if _, bucketed := m["by"]; !bucketed && m["zone"] == nil {
		return p.plainGroup(name, at+"/field")
	}
	by, _ := m["by"].(string)
	zone, _ := m["zone"].(string)
	return p.bucketGroup(name, by, zone, at)
}

func (p *parser) plainGroup(name, at string) (GroupTerm, bool) {
	path, f, ok := p.path(name, at)
	if !ok {
		return GroupTerm{}, false
	}
	if f.Incomparable || path.Kind == Keys && path.Through != "" || path.Kind == Object {
		p.fail(at, "not_groupable", "field", name)
		return GroupTerm{}, false
	}
	return GroupTerm{Name: name, Path: path}, true
}

func (p *parser) bucketGroup(name, by, zone, at string) (GroupTerm, bool) {
	path, _, ok := p.path(name, at+"/field")
	if ok && path.Kind != Date && path.Kind != Instant {
		p.fail(at+"/by", "not_a_time", "field", name)
		ok = false
	}
	if !buckets[by] {
		p.fail(at+"/by", "unknown_bucket", "by", by)
		ok = false
	}
	if _, err := Zone(zone); err != nil {
		p.fail(at+"/zone", "unknown_zone", "zone", zone)
		ok = false
	}
	return GroupTerm{Name: name, Path: path, Bucket: by, Zone: zone}, ok
}

// RestrictGroups applies rights to the groups; what may not be seen is unknown_field.
func RestrictGroups(groups []GroupTerm, e Entity, r Rights, at string) ([]GroupTerm, []problem.Field) {
	return cutPaths(groups, e, r, func(g *GroupTerm) *Path { return &g.Path }, func(i int) string {
		if groups[i].Bucket != "" {
			return at + problem.Pointer(i, "field")
		}
		return at + problem.Pointer(i)
	})
}
