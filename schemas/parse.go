package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"weft/runtime/problem"
)

// Limits of one definition.
const (
	maxBytes = 1 << 20
	maxDepth = 32
)

// parse reads one JSON document: numbers stay json.Number, a duplicate
// member, too deep nesting and numbers that no double holds are problems.
func parse(data []byte) (any, []problem.Field) {
	if len(data) > maxBytes {
		return nil, []problem.Field{problem.At("", "definition_too_large", "max", maxBytes)}
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	v, err := p.value("", 0)
	if err == nil {
		if _, err = p.dec.Token(); err == nil {
			err = errors.New("something follows the document")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		p.problems = append(p.problems, problem.At("", "not_json", "offset", p.dec.InputOffset()))
		return nil, p.problems
	}
	return v, p.problems
}

type parser struct {
	dec      *json.Decoder
	problems []problem.Field
}

func (p *parser) value(at string, depth int) (any, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errors.New("too deep")
	}
	switch x := t.(type) {
	case json.Delim:
		if x == '{' {
			return p.object(at, depth)
		}
		return p.array(at, depth)
	case json.Number:
		if !plainNumber(x.String()) {
			p.problems = append(p.problems, problem.At(at, "number_range"))
			return json.Number("0"), nil
		}
	case string:
		if strings.IndexByte(x, 0) >= 0 {
			p.problems = append(p.problems, problem.At(at, "pattern"))
		}
	}
	return t, nil
}

func (p *parser) object(at string, depth int) (any, error) {
	m := map[string]any{}
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		here := at + problem.Pointer(key)
		if _, twice := m[key]; twice {
			p.problems = append(p.problems, problem.At(here, "duplicate_key", "key", key))
		}
		if m[key], err = p.value(here, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := p.dec.Token()
	return m, err
}

func (p *parser) array(at string, depth int) (any, error) {
	a := []any{}
	for p.dec.More() {
		v, err := p.value(at+problem.Pointer(len(a)), depth+1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	_, err := p.dec.Token()
	return a, err
}

// plainNumber refuses what a double cannot hold and exponents that would make
// exact arithmetic on the number expensive.
func plainNumber(s string) bool {
	if len(s) > 64 {
		return false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if e, err := strconv.Atoi(strings.TrimPrefix(s[i+1:], "+")); err != nil || e < -400 || e > 400 {
			return false
		}
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
