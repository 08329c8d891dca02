package model_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/model"
)

// A5: a schema cut to some fields keeps the conditions that mention no other.
func TestVisibleConditionsMentionVisibleFieldsOnly(t *testing.T) {
	t.Parallel()
	e := compile(t, thing(property("a", "text", "")+","+property("b", "text", "")+","+property("c", "text", ""),
		`,"if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{"required":["b"]},
		"allOf":[{"anyOf":[{"required":["a"]},{"not":{"required":["c"]}}]},{"required":["b"]},{"dependentSchemas":{"b":{"required":["c"]}}}],
		"dependentRequired":{"a":["b"],"b":["c"]}`)).Entities["thing"]
	for hidden, want := range map[string]string{
		"":  `{"allOf":[{"anyOf":[{"required":["a"]},{"not":{"required":["c"]}}]},{"required":["b"]},{"dependentSchemas":{"b":{"required":["c"]}}}],"dependentRequired":{"a":["b"],"b":["c"]},"if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{"required":["b"]}}`,
		"a": `{"allOf":[{"required":["b"]},{"dependentSchemas":{"b":{"required":["c"]}}}],"dependentRequired":{"b":["c"]}}`,
		"b": `{"allOf":[{"anyOf":[{"required":["a"]},{"not":{"required":["c"]}}]}]}`,
		"c": `{"allOf":[{"required":["b"]}],"dependentRequired":{"a":["b"]},"if":{"properties":{"a":{"const":"x"}},"required":["a"]},"then":{"required":["b"]}}`,
	} {
		got, err := json.Marshal(e.VisibleConditions(func(key string) bool { return key != hidden }))
		if err != nil || string(got) != want {
			t.Errorf("without %q\n have %s\n want %s", hidden, got, want)
		}
	}
}

// A5: served schemas tell the bounds of amounts, that required text is not
// empty, and the conditions of child rows.
func TestServedSchemasTellWhatIsAsked(t *testing.T) {
	t.Parallel()
	m := compile(t,
		`{"kind":"entity","key":"order","type":"object","x-title":`+title+`,"required":["name","size"],"properties":{`+property("name", "text", "")+","+
			property("size", "choice", `,"x-choices":[{"key":"s","title":`+title+`}]`)+","+property("total", "currency", `,"minimum":0,"maximum":100`)+","+property("lines", "child_rows", `,"x-child":"line"`)+`}}`,
		`{"kind":"entity","key":"line","type":"object","x-title":`+title+`,"x-child-of":{"entity":"order","field":"order"},"properties":{`+property("order", "reference", `,"x-entity":"order"`)+","+
			property("qty", "number", "")+","+property("price", "number", "")+`},"dependentRequired":{"qty":["price"]}}`)
	properties := m.Entities["order"].JSONSchema()["properties"].(map[string]any)
	field := func(key string) map[string]any { return properties[key].(map[string]any) }
	if field("name")["minLength"] != 1 || field("size")["minLength"] != nil {
		t.Errorf("required text: %v, %v", field("name"), field("size"))
	}
	if field("total")["minimum"] != 0.0 || field("total")["maximum"] != 100.0 {
		t.Errorf("amount: %v", field("total"))
	}
	if rows := field("lines")["items"].(map[string]any); rows["dependentRequired"] == nil {
		t.Errorf("child rows: %v", rows)
	}
}

// E4: a condition cannot require what is no longer filled in.
func TestCompileRefusesConditionsThatRequireARetiredField(t *testing.T) {
	t.Parallel()
	set := decode(t, thing(property("a", "text", "")+","+property("old", "text", `,"x-retired":true`), `,"dependentRequired":{"a":["old"]}`))
	if _, ps := model.Compile(set, 1); list(ps) != "/entity/thing/dependentRequired/a/0 field_retired" {
		t.Error(list(ps))
	}
}
