package schemas_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"weft/schemas"
)

// Every member of every meta-schema says in both languages what it is for, so
// that a builder or an editor can explain it. // E9
func TestEveryMemberIsDescribed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, k := range append(schemas.Kinds(), append(schemas.Documents(), "common")...) {
		schema := schemas.MetaSchema(k)
		if k == "common" {
			schema = schemas.CommonSchema()
		}
		var doc map[string]any
		if err := json.Unmarshal(schema, &doc); err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		members(doc, "", func(name string, member map[string]any) {
			if strings.HasPrefix(name, "title/") {
				return // its members are languages
			}
			both, _ := member["x-description"].(map[string]any)
			zh, _ := both["zh-CN"].(string)
			en, _ := member["description"].(string)
			if zh == "" || en == "" {
				t.Errorf("%s: %s has no description", k, name)
			}
			used[en] = true
		})
	}
	data, err := os.ReadFile("descriptions.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]map[string]string
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for document, list := range all {
		for member, d := range list {
			if !used[d["en"]] {
				t.Errorf("descriptions.json: %s %s describes nothing", document, member)
			}
		}
	}
}

// members visits the members of a schema and of its $defs.
func members(schema map[string]any, in string, visit func(name string, member map[string]any)) {
	for _, part := range []any{schema, schema["then"]} {
		object, _ := part.(map[string]any)
		properties, _ := object["properties"].(map[string]any)
		for name, m := range properties {
			if member, ok := m.(map[string]any); ok {
				visit(in+name, member)
			}
		}
	}
	defs, _ := schema["$defs"].(map[string]any)
	for name, d := range defs {
		if def, ok := d.(map[string]any); ok {
			members(def, name+"/", visit)
		}
	}
}

func TestDocumentsOfPackagesAreStrict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind schemas.Kind
		doc  string
		want string
	}{
		{"sample", `{"entity":"deal","rows":[{"$key":["name"],"name":"A","when":{"$date":-3},"at":{"lat":1,"lng":2}}]}`, ""},
		{"sample", `{"entity":"deal","rows":[{"$keys":["name"]}]}`, "/rows/0/$keys bad_key"},
		{"sample", `{"entity":"deal","rows":[{"when":{"$day":-3}}]}`, "/rows/0/when/$day unknown_key"},
		{"sample", `{"entity":"deal","rows":[],"entity":"lead"}`, "/entity duplicate_key"},
		{"sample", `{"Entity":"deal","rows":[]}`, "/Entity unknown_key /entity required"},
		{"scenario", `{"title":{"zh-CN":"一","en":"One"},"steps":[{"as":"admin","do":"get","expect":{"status":200}}]}`, ""},
		{"scenario", `{"title":{"zh-CN":"一","en":"One"},"steps":[{"as":"admin","do":"get","expects":{"status":200}}]}`, "/steps/0/expects unknown_key"},
	} {
		have := ""
		for _, p := range schemas.CheckDocument(c.kind, []byte(c.doc)) {
			if have != "" {
				have += " "
			}
			have += p.Path + " " + p.Code
		}
		if have != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.doc, have, c.want)
		}
	}
}
