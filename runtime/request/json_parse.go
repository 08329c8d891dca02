package request

import (
	"encoding/json"
	"errors"

	"weft/runtime/jsontext"
	"weft/runtime/problem"
)

// Limits on the shape of a JSON body. Its size is limited before.
const (
	maxDepth = 32
	maxKeys  = 2_000  // of one object
	maxItems = 10_000 // of one array
	maxNodes = 100_000
)

// ParseCost estimates from above how many bytes of memory a parsed body takes.
func ParseCost(s string) int64 {
	const perObject, perNode = 400, 96
	cost := int64(len(s)) + perNode
	for i := range len(s) {
		switch s[i] {
		case '{':
			cost += perObject
		case ',', '[':
			cost += perNode
		}
	}
	return cost
}

// ParseJSON decodes one JSON value like encoding/json does, with numbers as
// json.Number, and refuses what encoding/json accepts: duplicate keys, nesting
// deeper than 32, more than 2,000 keys, 10,000 items or 100,000 values in all.
// Problems are malformed (400) or too_large (413). Strings share memory with s.
func ParseJSON(s string) (any, error) {
	p := parser{json: jsontext.Read(s)}
	if p.json.End() {
		return nil, malformed("json_empty", nil)
	}
	v, err := p.value()
	if err == nil && !p.json.End() {
		err = jsontext.ErrSyntax
	}
	if errors.Is(err, jsontext.ErrSyntax) {
		return nil, malformed("json_syntax", map[string]any{"offset": p.json.Offset()})
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func malformed(key string, params map[string]any) error {
	return problem.New(problem.Malformed, key, params)
}

// tooMany refuses a value that is larger than limit in one way.
func tooMany(key string, limit int) error {
	return problem.New(problem.TooLarge, key, map[string]any{"max": limit})
}

type parser struct {
	json  jsontext.Reader[string]
	depth int
	nodes int
}

func (p *parser) value() (any, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, tooMany("json_nodes", maxNodes)
	}
	switch p.json.Peek() {
	case '{':
		return p.nested(p.object)
	case '[':
		return p.nested(p.array)
	case '"':
		return p.json.String()
	case 't', 'f':
		return p.json.Bool()
	case 'n':
		return nil, p.json.Null()
	}
	text, _, err := p.json.Number()
	return json.Number(text), err
}

func (p *parser) nested(read func() (any, error)) (any, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, malformed("json_depth", map[string]any{"max": maxDepth})
	}
	v, err := read()
	p.depth--
	return v, err
}

func (p *parser) object() (any, error) {
	m := map[string]any{}
	err := p.json.Object(func(key string) (err error) {
		if _, twice := m[key]; twice {
			return malformed("json_duplicate", map[string]any{"key": key})
		}
		if len(m) == maxKeys {
			return tooMany("json_keys", maxKeys)
		}
		m[key], err = p.value()
		return err
	})
	return m, err
}

func (p *parser) array() (any, error) {
	list := []any{}
	err := p.json.Array(func() error {
		if len(list) == maxItems {
			return tooMany("json_items", maxItems)
		}
		v, err := p.value()
		list = append(list, v)
		return err
	})
	return list, err
}
