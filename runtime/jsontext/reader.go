package jsontext

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// ErrSyntax says that a text is not JSON; Reader.Offset says where.
var ErrSyntax = errors.New("not valid JSON")

// Reader reads JSON strictly, in one pass: the caller looks at what comes and
// reads it. Scanner is faster and trusts its input. Errors are ErrSyntax, or those
// of the caller's functions.
type Reader[T string | []byte] struct {
	text T
	at   int
}

// Read begins before the first value of text.
func Read[T string | []byte](text T) Reader[T] { return Reader[T]{text: text} }

// Offset is where the reader stands, in bytes.
func (r *Reader[T]) Offset() int { return r.at }

// Peek returns the next character that is no white space, 0 at the end.
func (r *Reader[T]) Peek() byte {
	for ; r.at < len(r.text); r.at++ {
		if c := r.text[r.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// End tells whether nothing follows.
func (r *Reader[T]) End() bool { return r.Peek() == 0 && r.at == len(r.text) }

// take consumes c if it comes next, after white space.
func (r *Reader[T]) take(c byte) bool { return r.Peek() == c && r.next(c) }

// next consumes c if it is the very next character.
func (r *Reader[T]) next(c byte) bool {
	if r.at == len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

// Object calls member with every key of an object; member reads the value.
func (r *Reader[T]) Object(member func(key T) error) error {
	return r.list('{', '}', func() error {
		key, err := r.String()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return ErrSyntax
		}
		return member(key)
	})
}

// Array calls element for every element of an array; element reads it.
func (r *Reader[T]) Array(element func() error) error { return r.list('[', ']', element) }

func (r *Reader[T]) list(open, end byte, next func() error) error {
	if !r.take(open) {
		return ErrSyntax
	}
	for more := !r.take(end); more; more = !r.take(end) {
		if err := next(); err != nil {
			return err
		}
		if r.Peek() == end {
			continue
		}
		if !r.take(',') || r.Peek() == end {
			return ErrSyntax
		}
	}
	return nil
}

// String reads a string. The result shares memory with the text where it has no
// escapes and is valid UTF-8; each invalid byte becomes U+FFFD.
func (r *Reader[T]) String() (none T, err error) {
	if !r.take('"') {
		return none, ErrSyntax
	}
	start, ascii := r.at, true
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			text := r.text[start:r.at]
			r.at++
			if !ascii && !utf8.ValidString(string(text)) {
				return T(string([]rune(string(text)))), nil
			}
			return text, nil
		case c == '\\':
			return r.escaped(start - 1)
		case c < ' ':
			return none, ErrSyntax
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return none, ErrSyntax
}

// escaped reads a string that starts at start and has escapes.
func (r *Reader[T]) escaped(start int) (none T, err error) {
	for ; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case '"':
			r.at++
			var s string
			var wrong *json.SyntaxError
			if err := json.Unmarshal([]byte(r.text[start:r.at]), &s); errors.As(err, &wrong) {
				r.at = start + int(wrong.Offset) - 1
				return none, ErrSyntax
			}
			return T(s), nil
		}
	}
	return none, ErrSyntax
}

// Number reads a number and tells whether it has neither fraction nor exponent.
func (r *Reader[T]) Number() (text T, whole bool, err error) {
	r.Peek()
	start := r.at
	r.next('-')
	if !r.next('0') && !r.digits() {
		return text, false, ErrSyntax
	}
	whole = true
	if r.next('.') {
		if whole = false; !r.digits() {
			return text, false, ErrSyntax
		}
	}
	if r.next('e') || r.next('E') {
		whole = false
		if !r.next('+') {
			r.next('-')
		}
		if !r.digits() {
			return text, false, ErrSyntax
		}
	}
	return r.text[start:r.at], whole, nil
}

func (r *Reader[T]) digits() bool {
	start := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at > start
}

// Bool reads true or false.
func (r *Reader[T]) Bool() (bool, error) {
	if r.Peek() == 't' {
		return true, r.word("true")
	}
	return false, r.word("false")
}

// Null reads null.
func (r *Reader[T]) Null() error { return r.word("null") }

func (r *Reader[T]) word(w string) error {
	r.Peek()
	if len(r.text)-r.at < len(w) || string(r.text[r.at:r.at+len(w)]) != w {
		return ErrSyntax
	}
	r.at += len(w)
	return nil
}

// Discard reads one value and drops it.
func (r *Reader[T]) Discard() (err error) {
	switch r.Peek() {
	case '"':
		_, err = r.String()
	case '{':
		err = r.Object(func(T) error { return r.Discard() })
	case '[':
		err = r.Array(r.Discard)
	case 't', 'f':
		_, err = r.Bool()
	case 'n':
		err = r.Null()
	default:
		_, _, err = r.Number()
	}
	return err
}
