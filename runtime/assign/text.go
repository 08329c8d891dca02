package assign

import (
	"weft/runtime/problem"
	"weft/schemas"
)

// Text is a sentence of the catalogue with its values, so that a trace can be read
// in both languages.
type Text struct {
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

// text makes a Text; params come as name, value pairs.
func text(code string, params ...any) Text {
	t := Text{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if t.Params == nil {
			t.Params = map[string]any{}
		}
		name, _ := params[i].(string)
		t.Params[name] = params[i+1]
	}
	return t
}

// Title is the sentence in both languages.
func (t Text) Title() schemas.Title {
	params := make([]any, 0, 2*len(t.Params))
	for name, v := range t.Params {
		params = append(params, name, titleOf(v))
	}
	f := problem.At("", t.Code, params...)
	return schemas.Title{ZhCN: f.Message("zh-CN"), En: f.Message("en")}
}

// titleOf reads a title that was stored as JSON.
func titleOf(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	zh, _ := m["zh-CN"].(string)
	en, _ := m["en"].(string)
	return schemas.Title{ZhCN: zh, En: en}
}
