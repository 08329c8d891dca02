package model

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Preset is a value that a definition gives a field, as a default or on a move:
// a constant in stored form, the writing user, or a time relative to the write.
type Preset struct {
	stored any
	user   bool
	time   *query.RelativeTime
	kind   query.Kind
}

// Value is the value for a write by env.Me at env.Now; nil means unset.
func (p *Preset) Value(env query.Env) any {
	switch {
	case p.user && env.Me == "":
		return nil
	case p.user:
		return env.Me
	case p.time != nil:
		return p.time.At(env, p.kind)
	}
	return p.stored
}

// relativeTypes are the field types of each relative preset.
var relativeTypes = map[string][]schemas.FieldType{
	"me":    {schemas.TypeUser},
	"now":   {schemas.TypeDatetime, schemas.TypeDate},
	"today": {schemas.TypeDate},
}

// preset reads the preset of a field: {"me":true}, {"now":""}, {"now":"+2h"},
// {"today":true}, {"today":"+30d"}, or a value in wire form.
func (c *compiler) preset(f *Field, raw json.RawMessage, here string) *Preset {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var wire any
	if err := dec.Decode(&wire); err != nil || wire == nil {
		c.failNew(here, "bad_default")
		return nil
	}
	if object, ok := wire.(map[string]any); ok && len(object) == 1 {
		for word, argument := range object {
			if relativeTypes[word] == nil {
				continue
			}
			p := relativePreset(f, word, argument)
			if p == nil {
				c.failNew(here, "bad_default")
			}
			return p
		}
	}
	stored, problems := f.FromWire(wire)
	if stored == nil && problems == nil {
		c.failNew(here, "bad_default")
	}
	c.add(here, problems)
	c.add(here, f.CheckOffered(nil, stored))
	return &Preset{stored: stored}
}

// relativePreset is nil when the field's type or the argument does not fit.
func relativePreset(f *Field, word string, argument any) *Preset {
	if !slices.Contains(relativeTypes[word], f.Def.FieldType) {
		return nil
	}
	if word == "me" {
		if argument != true {
			return nil
		}
		return &Preset{user: true}
	}
	shift, isText := argument.(string)
	if !isText && (word != "today" || argument != true) {
		return nil
	}
	at, ok := query.ParseRelativeTime(shift)
	if !ok || word == "today" && !at.WholeDays() {
		return nil
	}
	return &Preset{time: &at, kind: f.Kind}
}

// defaultValue compiles the default of a field; a retired field has none.
func (c *compiler) defaultValue(f *Field, here string) {
	if f.Def.Default != nil && !f.Computed && !f.IsChildRows() && !f.Retired {
		f.Default = c.preset(f, f.Def.Default, here+"/default")
	}
}

// CheckOffered finds what a write may no longer give the field: any value of a
// retired field, and retired choices. What the record held before may stay.
func (f *Field) CheckOffered(before, stored any) []problem.Field {
	if stored == nil {
		return nil
	}
	if f.Retired && !reflect.DeepEqual(before, stored) {
		return refuse("retired")
	}
	if len(f.Def.Choices) == 0 {
		return nil
	}
	held, given := storedKeys(before), storedKeys(stored)
	var problems []problem.Field
	for i, key := range given {
		c := findChoice(f.Def, key)
		if c == nil || !c.IsRetired() || slices.Contains(held, key) {
			continue
		}
		path := ""
		if f.Kind == query.Keys {
			path = problem.Pointer(i)
		}
		problems = append(problems, problem.At(path, "retired_choice", "choice", c.Title))
	}
	return problems
}

// storedKeys are the keys of a stored choice or multi-choice.
func storedKeys(stored any) []string {
	if key, ok := stored.(string); ok {
		return []string{key}
	}
	list, _ := keyList(stored)
	keys := make([]string, 0, len(list))
	for _, k := range list {
		key, _ := k.(string)
		keys = append(keys, key)
	}
	return keys
}
