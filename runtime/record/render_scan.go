package record

import "bytes"

// scanner walks over the members of one JSON object without decoding them. It
// trusts that the object was written by encodeRecord or a database, and fails
// on anything that it cannot walk over.
type scanner struct {
	body []byte
	// keyAt, valueAt and end bound the present member; before is the end of
	// the member in front of it.
	keyAt, valueAt, end, before int
	keyEnd                      int
	failed                      bool
}

// next moves to the next member; false at the end of the object.
func (s *scanner) next() bool {
	i := s.end
	s.before = i
	opening := byte(',')
	if i == 0 {
		opening = '{'
	}
	i = s.skipSpace(i)
	if i >= len(s.body) {
		return s.fail()
	}
	if s.body[i] == '}' && s.end > 0 {
		return false
	}
	if s.body[i] != opening {
		return s.fail()
	}
	i = s.skipSpace(i + 1)
	if i < len(s.body) && s.body[i] == '}' && s.end == 0 {
		return false
	}
	if i >= len(s.body) || s.body[i] != '"' {
		return s.fail()
	}
	s.keyAt = i
	if s.keyEnd = s.skipString(i); s.keyEnd < 0 {
		return s.fail()
	}
	if i = s.skipSpace(s.keyEnd); i >= len(s.body) || s.body[i] != ':' {
		return s.fail()
	}
	s.valueAt = s.skipSpace(i + 1)
	end := s.skipValue(s.valueAt)
	if end < 0 {
		return s.fail()
	}
	s.end = end
	return true
}

func (s *scanner) fail() bool {
	s.failed = true
	return false
}

// key is the present key without quotes, escapes not resolved.
func (s *scanner) key() []byte { return s.body[s.keyAt+1 : s.keyEnd-1] }

// value is the present value, raw.
func (s *scanner) value() []byte { return s.body[s.valueAt:s.end] }

func (s *scanner) skipSpace(i int) int {
	for i < len(s.body) && s.body[i] <= ' ' {
		i++
	}
	return i
}

// skipString gives the place behind the string that begins at i, -1 when it does not end.
func (s *scanner) skipString(i int) int {
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
func (s *scanner) skipValue(i int) int {
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

func (s *scanner) skipNested(i int) int {
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
