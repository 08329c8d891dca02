package query

import (
	"strings"

	"weft/runtime/problem"
)

const maxTerms = 8

// ParseSort reads ["-amount","name"]. Terms behind "id" change nothing and are
// dropped. Only own fields of scalar kinds can be sorted by.
func ParseSort(terms []string, e Entity, at string) ([]SortTerm, []problem.Field) {
	if len(terms) > maxTerms {
		return nil, []problem.Field{problem.At(at, "too_many_terms", "max", maxTerms)}
	}
	out := make([]SortTerm, 0, len(terms))
	var problems []problem.Field
	for i, text := range terms {
		t, code := sortTerm(text, e, out)
		if code != "" {
			name := strings.TrimPrefix(text, "-")
			problems = append(problems, problem.At(at+problem.Pointer(i), code, "field", name))
			continue
		}
		out = append(out, t)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for i, t := range out {
		if t.Path.Field == "id" {
			return out[:i+1], nil
		}
	}
	return out, nil
}

func sortTerm(text string, e Entity, before []SortTerm) (SortTerm, string) {
	name, desc := strings.CutPrefix(text, "-")
	f, ok := e.Lookup(name)
	switch {
	case !ok && strings.Contains(name, "."):
		return SortTerm{}, "not_sortable"
	case !ok:
		return SortTerm{}, "unknown_field"
	case f.ComputedOnRead:
		return SortTerm{}, "not_stored"
	case f.Incomparable || f.Kind == Keys || f.Kind == Object:
		return SortTerm{}, "not_sortable"
	}
	for _, b := range before {
		if b.Path.Field == f.Key {
			return SortTerm{}, "field_twice"
		}
	}
	return SortTerm{Path: pathOf(f), Desc: desc}, ""
}

// SplitID takes a last term on id, which every order ends with anyway, off the
// terms; desc is its direction.
func SplitID(terms []SortTerm) (rest []SortTerm, desc bool) {
	if n := len(terms); n > 0 && terms[n-1].Path.Field == "id" {
		return terms[:n-1], terms[n-1].Desc
	}
	return terms, false
}

// RestrictSort applies rights to the terms; what may not be seen is unknown_field.
func RestrictSort(terms []SortTerm, e Entity, r Rights, at string) ([]SortTerm, []problem.Field) {
	return cutPaths(terms, e, r, func(t *SortTerm) *Path { return &t.Path },
		func(i int) string { return at + problem.Pointer(i) })
}

func cutPaths[T any](terms []T, e Entity, r Rights, path func(*T) *Path, at func(int) string) ([]T, []problem.Field) {
	if r == nil {
		return terms, nil
	}
	out := make([]T, len(terms))
	var problems []problem.Field
	for i, t := range terms {
		p := path(&t)
		if p.Field != "" {
			narrowed, ok := r.RestrictPath(e, *p)
			if !ok {
				problems = append(problems, unknownField(at(i), *p))
			}
			*p = narrowed
		}
		out[i] = t
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}
