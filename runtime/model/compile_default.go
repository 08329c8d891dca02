package model

import (
	"bytes"
	"encoding/json"
	"slices"

	"weft/schemas"
)

// relativeDefaults are the members of relative defaults such as {"me":true}, with the types
// whose default they can be.
var relativeDefaults = map[string][]schemas.FieldType{
	"me":    {schemas.TypeUser},
	"now":   {schemas.TypeDatetime, schemas.TypeDate},
	"today": {schemas.TypeDate},
}

// defaultValue checks that the default is a value of the field.
func (c *compiler) defaultValue(f *Field, here string) {
	if f.Def.Default == nil || f.Computed || f.IsChildRows() {
		return
	}
	here += "/default"
	dec := json.NewDecoder(bytes.NewReader(f.Def.Default))
	dec.UseNumber()
	var wire any
	if err := dec.Decode(&wire); err != nil || wire == nil {
		c.fail(here, "bad_default")
		return
	}
	if word, ok := relativeDefault(wire); ok {
		if !slices.Contains(relativeDefaults[word], f.Def.FieldType) {
			c.fail(here, "bad_default")
		}
		return
	}
	_, problems := f.Type.Normalise(f, wire)
	c.add(here, problems)
}

func relativeDefault(wire any) (string, bool) {
	m, ok := wire.(map[string]any)
	if !ok || len(m) != 1 {
		return "", false
	}
	for word := range m {
		_, known := relativeDefaults[word]
		return word, known
	}
	return "", false
}
