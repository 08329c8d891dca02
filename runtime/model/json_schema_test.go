package model_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"weft/schemas"
)

func TestJSONSchemaDescribesTheWholeRecord(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, machine)
	d, _ := m.Entity("deal")
	data, err := json.Marshal(d.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	c := schemas.NewCompiler()
	if err := c.AddResource("https://weft.dev/deal.json", bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://weft.dev/deal.json")
	if err != nil {
		t.Fatal(err)
	}
	const id = `"0197e1f0-0000-7000-8000-000000000001"`
	for doc, good := range map[string]bool{
		`{"id":` + id + `,"rev":1,"name":"大单"}`:                                                      true,
		`{"id":` + id + `,"rev":1,"name":"大单","amount":"12.5","stage":"new"}`:                        true,
		`{"id":` + id + `,"rev":1,"name":"大单","lines":[{"id":` + id + `,"qty":2}]}`:                  true,
		`{"id":` + id + `,"rev":1,"name":"大单","lines":[{"id":` + id + `,"deal":` + id + `}]}`:        false,
		`{"id":` + id + `,"rev":1,"name":"大单","ghost":1}`:                                            false,
		`{"id":` + id + `,"rev":1}`:                                                                  false,
		`{"rev":1,"name":"大单"}`:                                                                      false,
		`{"id":` + id + `,"rev":1,"name":"大单","stage":"flying"}`:                                     false,
		`{"id":` + id + `,"rev":1,"name":"大单","account":` + id + `}`:                                 false, // dependentRequired: amount
		`{"id":` + id + `,"rev":1,"name":"大单","account":` + id + `,"amount":"1","owner":` + id + `}`: true,
	} {
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != good {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestJSONSchemaMayBeChangedByItsCaller(t *testing.T) {
	t.Parallel()
	m := compile(t, account, deal, line, machine)
	d, _ := m.Entity("deal")
	first := d.JSONSchema()
	delete(first["properties"].(map[string]any)["name"].(map[string]any), "type")
	delete(first["properties"].(map[string]any), "amount")
	if second := d.JSONSchema()["properties"].(map[string]any); second["amount"] == nil || second["name"].(map[string]any)["type"] != "string" {
		t.Error("one answer changed the next")
	}
}
