package schemas_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weft/schemas"
)

// object is the part of a meta-schema that a Go struct must agree with.
type object struct {
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
	Defs       map[string]object          `json:"$defs"`
}

func TestTypesAndMetaSchemasAgree(t *testing.T) {
	t.Parallel()
	common := read(t, "common")
	kinds := map[schemas.Kind]any{
		schemas.KindEntity: schemas.Entity{}, schemas.KindForm: schemas.Form{}, schemas.KindView: schemas.View{},
		schemas.KindStageMachine: schemas.StageMachine{}, schemas.KindTrigger: schemas.Trigger{}, schemas.KindRole: schemas.Role{},
		schemas.KindScript: schemas.Script{}, schemas.KindDashboard: schemas.Dashboard{}, schemas.KindTemplate: schemas.Template{},
		schemas.KindAssignmentRule: schemas.AssignmentRule{},
	}
	if len(kinds) != len(schemas.Kinds()) {
		t.Fatalf("%d kinds are compared, there are %d", len(kinds), len(schemas.Kinds()))
	}
	for kind, zero := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			doc := read(t, kind)
			seen := map[string]bool{}
			agree(t, string(kind), reflect.TypeOf(zero), doc, doc.Defs, common.Defs, seen)
			for name := range doc.Defs {
				if !seen[name] {
					t.Errorf("$defs/%s belongs to no Go type", name)
				}
			}
		})
	}
}

func read(t *testing.T, k schemas.Kind) object {
	t.Helper()
	data := schemas.MetaSchema(k)
	if k == "common" {
		data = schemas.CommonSchema()
	}
	var doc object
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// agree compares the json members of typ with doc, then the structs inside with
// the $defs that bear their names (StageTransition: stage_transition).
func agree(t *testing.T, at string, typ reflect.Type, doc object, defs, common map[string]object, seen map[string]bool) {
	members, always := map[string]bool{}, map[string]bool{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		members[name], always[name] = true, options == ""
		if _, ok := doc.Properties[name]; !ok {
			t.Errorf("%s.%s (%s) is not in the meta-schema", at, f.Name, name)
		}
		if inner := structIn(f.Type); inner != nil {
			def := snake(inner.Name())
			next, ok := defs[def]
			if !ok {
				next, ok = common[def]
			}
			if !ok {
				t.Errorf("%s: no $defs/%s for %s", at, def, inner.Name())
			} else if !seen[def] {
				seen[def] = true
				agree(t, def, inner, next, defs, common, seen)
			}
		}
	}
	for name := range doc.Properties {
		if !members[name] {
			t.Errorf("%s: %s of the meta-schema has no member in Go", at, name)
		}
	}
	for _, name := range doc.Required {
		if !always[name] {
			t.Errorf("%s: %s is required, but Encode may leave it out", at, name)
		}
	}
}

// structIn finds the struct of this package behind pointers, slices and maps.
func structIn(t reflect.Type) reflect.Type {
	for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, t.Kind()) {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		return t
	}
	return nil
}

func snake(name string) string {
	if name == "EntityIndex" {
		return "index"
	}
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
