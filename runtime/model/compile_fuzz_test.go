package model_test

import (
	"encoding/json"
	"testing"

	"weft/runtime/model"
	"weft/schemas"
)

// FuzzCompile feeds arrays of definitions: whatever the decoder accepts must
// give a model or problems, never a panic.
func FuzzCompile(f *testing.F) {
	add := func(docs ...string) {
		var list []json.RawMessage
		for _, d := range docs {
			list = append(list, json.RawMessage(d))
		}
		data, err := json.Marshal(list)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	add(account, deal, line, machine, sales)
	add(thing(property("a", "formula", `,"x-formula":"a + 1","x-result":"number"`), ""))
	add(thing(property("a", "reference", `,"x-entity":"thing"`), `,"x-child-of":{"entity":"thing","field":"a"},"allOf":[{"$ref":"#"}]`))
	add(thing(property("a", "text", `,"pattern":"("`), `,"if":{"$dynamicRef":"#x"},"x-unique":[["a"]]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var docs []json.RawMessage
		if json.Unmarshal(data, &docs) != nil {
			return
		}
		set := &schemas.Set{}
		for _, doc := range docs {
			if d, problems := schemas.Decode(doc); len(problems) == 0 {
				set.Add(d)
			}
		}
		m, problems := model.Compile(set, 1)
		if (m == nil) == (len(problems) == 0) {
			t.Fatalf("model %v with problems %v", m, problems)
		}
		if m == nil {
			return
		}
		for _, e := range m.Entities {
			if _, err := json.Marshal(e.JSONSchema()); err != nil {
				t.Fatal(err)
			}
			if e.Conditions != nil {
				e.Conditions.Validate(map[string]any{"name": "x", "amount": "1"})
			}
		}
	})
}
