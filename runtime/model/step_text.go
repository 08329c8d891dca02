package model

import (
	"encoding/json"
	"strings"

	"weft/schemas"
)

// formatStored shows a value to a person.
func formatStored(p *valuePath, stored any, lang string) string {
	if p.own != nil {
		return p.own.Type.Format(p.own, stored, lang)
	}
	s, _ := stored.(string)
	return s
}

// Text is a text in both languages with {field} in it.
type Text struct {
	def    schemas.Title
	values map[string]*Value // by what stands between the braces
}

// In fills the text in a language.
func (t *Text) In(lang string, env *ValueEnv) string {
	s := t.def.In(lang)
	if len(t.values) == 0 {
		return s
	}
	in := *env
	in.Lang = lang
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		v := t.values[m[1:len(m)-1]]
		if v == nil {
			return m
		}
		if v.path != nil {
			if stored := v.path.stored(&in); stored != nil {
				return formatStored(v.path, stored, lang)
			}
			return ""
		}
		wire, err := v.Wire(&in)
		if err != nil {
			return ""
		}
		return plainText(wire)
	})
}

// plainText is a JSON value as a part of a text.
func plainText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), `"`)
}

// Title fills both languages.
func (t *Text) Title(env *ValueEnv) schemas.Title {
	return schemas.Title{ZhCN: t.In("zh-CN", env), En: t.In("en", env)}
}
