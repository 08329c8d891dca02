// Package jsontext reads and writes JSON texts without decoding them into Go
// values: the members of a stored body are found and copied as they stand.
package jsontext

import (
	"bytes"
	"encoding/json"
)

// Scanner walks over the members of one JSON object without decoding them. It
// trusts that the object was written by weft or a database, and fails
// on anything that it cannot walk over.
type Scanner struct {
	body []byte
	// KeyAt, ValueAt and End bound the present member; Before is the end of
	// the member in front of it.
	KeyAt, ValueAt, End, Before int
	keyEnd                      int
	Failed                      bool
}

// Scan begins before the first member of body.
func Scan(body []byte) Scanner { return Scanner{body: body} }

// Next moves to the next member; false at the end of the object.
func (s *Scanner) Next() bool {
	i := s.End
	s.Before = i
	opening := byte(',')
	if i == 0 {
		opening = '{'
	}
	i = s.skipSpace(i)
	if i >= len(s.body) {
		return s.fail()
	}
	if s.body[i] == '}' && s.End > 0 {
		return false
	}
	if s.body[i] != opening {
		return s.fail()
	}
	i = s.skipSpace(i + 1)
	if i < len(s.body) && s.body[i] == '}' && s.End == 0 {
		return false
	}
	if i >= len(s.body) || s.body[i] != '"' {
		return s.fail()
	}
	s.KeyAt = i
	if s.keyEnd = s.skipString(i); s.keyEnd < 0 {
		return s.fail()
	}
	if i = s.skipSpace(s.keyEnd); i >= len(s.body) || s.body[i] != ':' {
		return s.fail()
	}
	s.ValueAt = s.skipSpace(i + 1)
	end := s.skipValue(s.ValueAt)
	if end < 0 {
		return s.fail()
	}
	s.End = end
	return true
}

func (s *Scanner) fail() bool {
	s.Failed = true
	return false
}

// Key is the present key without quotes, escapes not resolved.
func (s *Scanner) Key() []byte { return s.body[s.KeyAt+1 : s.keyEnd-1] }

// Value is the present value, raw.
func (s *Scanner) Value() []byte { return s.body[s.ValueAt:s.End] }

func (s *Scanner) skipSpace(i int) int {
	for i < len(s.body) && s.body[i] <= ' ' {
		i++
	}
	return i
}

// skipString gives the place behind the string that begins at i, -1 when it does not end.
func (s *Scanner) skipString(i int) int {
	for j := i + 1; ; {
		n := bytes.IndexByte(s.body[j:], '"')
		if n < 0 {
			return -1
		}
		j += n
		escapes := 0
		for k := j - 1; k > i && s.body[k] == '\\'; k-- {
			escapes++
		}
		j++
		if escapes%2 == 0 {
			return j
		}
	}
}

// skipValue gives the place behind the value that begins at i, -1 when it does not end.
func (s *Scanner) skipValue(i int) int {
	if i >= len(s.body) {
		return -1
	}
	switch s.body[i] {
	case '"':
		return s.skipString(i)
	case '{', '[':
		return s.skipNested(i)
	}
	for j := i; j < len(s.body); j++ {
		switch s.body[j] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			if j == i {
				return -1
			}
			return j
		}
	}
	return -1
}

func (s *Scanner) skipNested(i int) int {
	depth := 0
	for i < len(s.body) {
		switch s.body[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			if i = s.skipString(i); i < 0 {
				return -1
			}
			continue
		}
		i++
	}
	return -1
}

// Member finds the raw value of one member of a stored body, nil when unset.
func Member(body []byte, key string) []byte {
	s := Scan(body)
	for s.Next() {
		if string(s.Key()) == key {
			return s.Value()
		}
	}
	return nil
}

// TextMember finds a member that is a string, "" when unset.
func TextMember(body []byte, key string) string {
	raw := Member(body, key)
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
