package mongo

import (
	"encoding/json"
	"errors"
)

var errJSON = errors.New("the body is no JSON object")

// jsonReader reads JSON strictly, in one pass. jsontext.Scanner trusts its
// input; the body of a document is checked here.
type jsonReader struct {
	b []byte
	i int
}

func (t *jsonReader) space() {
	for t.i < len(t.b) && (t.b[t.i] == ' ' || t.b[t.i] == '\n' || t.b[t.i] == '\t' || t.b[t.i] == '\r') {
		t.i++
	}
}

// peek returns the next character that is no space, 0 at the end.
func (t *jsonReader) peek() byte {
	t.space()
	if t.i >= len(t.b) {
		return 0
	}
	return t.b[t.i]
}

// take consumes c if it comes next.
func (t *jsonReader) take(c byte) bool {
	if t.peek() != c {
		return false
	}
	t.i++
	return true
}

func (t *jsonReader) end() bool { return t.peek() == 0 && t.i == len(t.b) }

// object calls fn for every member; fn reads the value.
func (t *jsonReader) object(fn func(key []byte) error) error {
	if !t.take('{') {
		return errJSON
	}
	for more := !t.take('}'); more; more = t.take(',') {
		key, err := t.string()
		if err != nil || !t.take(':') {
			return errJSON
		}
		if err := fn(key); err != nil {
			return err
		}
		if t.take('}') {
			return nil
		}
		if t.peek() != ',' {
			return errJSON
		}
	}
	return nil
}

// array calls fn for every element; fn reads it.
func (t *jsonReader) array(fn func() error) error {
	if !t.take('[') {
		return errJSON
	}
	for more := !t.take(']'); more; more = t.take(',') {
		if err := fn(); err != nil {
			return err
		}
		if t.take(']') {
			return nil
		}
		if t.peek() != ',' {
			return errJSON
		}
	}
	return nil
}

// string reads a string; the result may share memory with the input.
func (t *jsonReader) string() ([]byte, error) {
	if !t.take('"') {
		return nil, errJSON
	}
	start := t.i
	for ; t.i < len(t.b); t.i++ {
		switch c := t.b[t.i]; {
		case c == '"':
			t.i++
			return validText(t.b[start : t.i-1]), nil
		case c == '\\':
			return t.escaped(start - 1)
		case c < ' ':
			return nil, errJSON
		}
	}
	return nil, errJSON
}

// escaped reads a string that starts at start and has escapes.
func (t *jsonReader) escaped(start int) ([]byte, error) {
	for ; t.i < len(t.b); t.i++ {
		switch t.b[t.i] {
		case '\\':
			t.i++
		case '"':
			t.i++
			var s string
			if json.Unmarshal(t.b[start:t.i], &s) != nil {
				return nil, errJSON
			}
			return []byte(s), nil
		}
	}
	return nil, errJSON
}

// number reads a number and tells whether it has neither fraction nor exponent.
func (t *jsonReader) number() (text []byte, whole bool, err error) {
	t.space()
	start := t.i
	whole = true
	for ; t.i < len(t.b); t.i++ {
		switch c := t.b[t.i]; {
		case c >= '0' && c <= '9' || c == '-' && t.i == start:
			continue
		case c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-':
			whole = false
			continue
		}
		break
	}
	if text = t.b[start:t.i]; !json.Valid(text) {
		return nil, false, errJSON
	}
	return text, whole, nil
}

func (t *jsonReader) boolean() (bool, error) {
	if t.peek() == 't' {
		return true, t.word("true")
	}
	return false, t.word("false")
}

func (t *jsonReader) word(w string) error {
	t.space()
	if len(t.b)-t.i < len(w) || string(t.b[t.i:t.i+len(w)]) != w {
		return errJSON
	}
	t.i += len(w)
	return nil
}

// skip reads one value and drops it.
func (t *jsonReader) skip() (err error) {
	switch t.peek() {
	case '"':
		_, err = t.string()
	case '{':
		err = t.object(func([]byte) error { return t.skip() })
	case '[':
		err = t.array(t.skip)
	case 't', 'f':
		_, err = t.boolean()
	case 'n':
		err = t.word("null")
	default:
		_, _, err = t.number()
	}
	return err
}
