package builder

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"weft/runtime/problem"
	"weft/schemas"
)

// packageDifference lists how p differs from the installed package of the same
// key: definitions that are new or have other content, and other mappings.
func packageDifference(p *Package, before Installed) ([]problem.Field, error) {
	var list []problem.Field
	add := func(code string, kind schemas.Kind, key string) {
		list = append(list, problem.At(problem.Pointer(kind, key), code, "kind", string(kind), "key", key))
	}
	for _, d := range p.Set.All() {
		sum, err := digest(d)
		if err != nil {
			return nil, err
		}
		switch old, ok := before.Definitions[name(d)]; {
		case d.DefinitionKind() == schemas.KindTemplate: // its version differs always
		case !ok:
			add("package_adds", d.DefinitionKind(), d.DefinitionKey())
		case old != sum:
			add("package_changes", d.DefinitionKind(), d.DefinitionKey())
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.Mappings)) {
		switch old, ok := before.Mappings[key]; {
		case !ok:
			add("package_adds", "mapping", key)
		case !sameJSON(old, p.Mappings[key]):
			add("package_changes", "mapping", key)
		}
	}
	return list, nil
}

// sameJSON compares JSON texts without regard to blanks.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
