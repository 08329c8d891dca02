package request

import (
	"encoding/json"
	"strings"

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
	p := parser{s: s}
	p.space()
	if p.i == len(s) {
		return nil, malformed("json_empty", nil)
	}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.i != len(s) {
		return nil, p.syntax()
	}
	return v, nil
}

func malformed(key string, params map[string]any) error {
	return problem.New(problem.Malformed, key, params)
}

type parser struct {
	s     string
	i     int
	depth int
	nodes int
}

func (p *parser) syntax() error {
	return malformed("json_syntax", map[string]any{"offset": p.i})
}

func (p *parser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) value() (any, error) {
	if p.i == len(p.s) {
		return nil, p.syntax()
	}
	if p.nodes++; p.nodes > maxNodes {
		return nil, problem.New(problem.TooLarge, "json_nodes", map[string]any{"max": maxNodes})
	}
	switch c := p.s[p.i]; c {
	case '{':
		return p.nested(p.object)
	case '[':
		return p.nested(p.array)
	case '"':
		return p.str()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	default:
		return p.number()
	}
}

func (p *parser) nested(read func() (any, error)) (any, error) {
	p.depth++
	if p.depth > maxDepth {
		return nil, malformed("json_depth", map[string]any{"max": maxDepth})
	}
	p.i++
	v, err := read()
	p.depth--
	return v, err
}

func (p *parser) word(w string) error {
	if !strings.HasPrefix(p.s[p.i:], w) {
		return p.syntax()
	}
	p.i += len(w)
	return nil
}

func (p *parser) object() (any, error) {
	m := map[string]any{}
	p.space()
	if p.take('}') {
		return m, nil
	}
	for {
		p.space()
		if p.i == len(p.s) || p.s[p.i] != '"' {
			return nil, p.syntax()
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if _, twice := m[key]; twice {
			return nil, malformed("json_duplicate", map[string]any{"key": key})
		}
		if len(m) == maxKeys {
			return nil, problem.New(problem.TooLarge, "json_keys", map[string]any{"max": maxKeys})
		}
		p.space()
		if !p.take(':') {
			return nil, p.syntax()
		}
		p.space()
		if m[key], err = p.value(); err != nil {
			return nil, err
		}
		p.space()
		if p.take('}') {
			return m, nil
		}
		if !p.take(',') {
			return nil, p.syntax()
		}
	}
}

func (p *parser) array() (any, error) {
	list := []any{}
	p.space()
	if p.take(']') {
		return list, nil
	}
	for {
		if len(list) == maxItems {
			return nil, problem.New(problem.TooLarge, "json_items", map[string]any{"max": maxItems})
		}
		p.space()
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.space()
		if p.take(']') {
			return list, nil
		}
		if !p.take(',') {
			return nil, p.syntax()
		}
	}
}

func (p *parser) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// number reads the JSON grammar of numbers: -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?
func (p *parser) number() (any, error) {
	start := p.i
	p.take('-')
	if !p.take('0') && !p.digits() {
		return nil, p.syntax()
	}
	if p.take('.') && !p.digits() {
		return nil, p.syntax()
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return nil, p.syntax()
		}
	}
	return json.Number(p.s[start:p.i]), nil
}

func (p *parser) digits() bool {
	start := p.i
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
	return p.i > start
}
