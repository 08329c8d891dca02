package model

import (
	"encoding/json"
	"regexp"
	"strings"

	"weft/runtime/query"
	"weft/schemas"
)

// placeholder is a path in braces within a text.
var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)*\}`)

func (c *compiler) wantText(f *Field, at string) {
	if f != nil && f.Kind != query.Text {
		c.fail(at, "value_does_not_fit", "field", f.Key)
	}
}

// stepText compiles a text with {field} in it.
func (c *compiler) stepText(sc *stepScope, argument any, at string) *Text {
	var def schemas.Title
	switch x := argument.(type) {
	case string:
		def = schemas.Title{ZhCN: x, En: x}
	default:
		data, err := json.Marshal(argument)
		if err != nil || json.Unmarshal(data, &def) != nil || def.En == "" {
			c.fail(at, "wrong_type", "want", jsonTypeTitle("string"))
			return nil
		}
	}
	return c.titleText(sc, def, at)
}

func (c *compiler) titleText(sc *stepScope, def schemas.Title, at string) *Text {
	t := &Text{def: def, values: map[string]*Value{}}
	for _, m := range placeholder.FindAllString(def.ZhCN+def.En, -1) {
		name := m[1 : len(m)-1]
		if t.values[name] == nil {
			t.values[name] = c.textValue(sc, name, at)
		}
	}
	return t
}

// textValue is what a text has in braces: a path, old.…, input.…, or a result.
func (c *compiler) textValue(sc *stepScope, name, at string) *Value {
	root, rest, dotted := strings.Cut(name, ".")
	switch {
	case dotted && (root == "old" || root == "outer"):
		return &Value{path: c.valuePath(sc, root, rest, at)}
	case dotted && root == "input":
		return c.computedValue(sc, nil, "input", rest, at)
	case dotted && sc.steps[root]:
		return &Value{result: strings.Split(name, ".")}
	}
	return &Value{path: c.valuePath(sc, "", name, at)}
}
