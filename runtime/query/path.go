package query

import (
	"strings"

	"weft/runtime/problem"
)

// path finds a field of the entity by name, own or across one reference.
func (p *parser) path(name, at string) (Path, Field, bool) {
	path, f, ok := lookup(p.entity, name)
	switch {
	case !ok:
		p.fail(at, "unknown_field", "field", name)
	case f.ComputedOnRead:
		p.fail(at, "not_stored", "field", name)
		ok = false
	}
	return path, f, ok
}

// Resolve finds the path and field that a name means: an own field ("amount") or
// one across a reference ("account.sector").
func Resolve(e Entity, name string) (Path, Field, bool) { return lookup(e, name) }

// lookup finds the path written as "amount", "due_in.state" or "account.sector".
func lookup(e Entity, name string) (Path, Field, bool) {
	if f, ok := e.Lookup(name); ok {
		return pathOf(f), f, true
	}
	via, rest, crossed := strings.Cut(name, ".")
	f, ok := e.Lookup(via)
	if !ok || !crossed {
		return Path{}, Field{}, false
	}
	if f.Target == nil || f.Kind != Key {
		return Path{}, Field{}, false
	}
	far, ok := f.Target.Lookup(rest)
	if !ok {
		return Path{}, Field{}, false
	}
	path := pathOf(far)
	path.Via, path.Through = via, f.Target.EntityKey()
	return path, far, true
}

func pathOf(f Field) Path {
	return Path{Field: f.Key, Kind: f.Kind, SortKey: f.SortKey, Part: f.Name, Clock: f.Clock}
}

// unknownField is the problem of a path that does not exist, or that the reader may not see.
func unknownField(at string, p Path) problem.Field {
	return problem.At(at, "unknown_field", "field", p.Name())
}

// cutPath applies rights to a path; a nil Rights changes nothing.
func cutPath(r Rights, e Entity, p Path) (Path, bool) {
	if r == nil {
		return p, true
	}
	return r.RestrictPath(e, p)
}
