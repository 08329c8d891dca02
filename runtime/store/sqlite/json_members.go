package sqlite

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

var errBody = errors.New("sqlite: a body is not a JSON object")

// eachMember calls fn for every member of a JSON object without decoding it, until
// fn returns false. Keys are passed as written, without their quotes.
func eachMember(body []byte, fn func(key, value []byte) bool) error {
	i := skipSpace(body, 0)
	if i >= len(body) || body[i] != '{' {
		return errBody
	}
	for i = skipSpace(body, i+1); i < len(body) && body[i] != '}'; {
		start := i
		i = skipValue(body, i)
		if body[start] != '"' || i <= start+1 {
			return errBody
		}
		key := body[start+1 : i-1]
		if i = skipSpace(body, i); i >= len(body) || body[i] != ':' {
			return errBody
		}
		start = skipSpace(body, i+1)
		if i = skipValue(body, start); i <= start {
			return errBody
		}
		if !fn(key, body[start:i]) {
			return nil
		}
		if i = skipSpace(body, i); i < len(body) && body[i] == ',' {
			i = skipSpace(body, i+1)
		}
	}
	if i >= len(body) {
		return errBody
	}
	return nil
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index after the value that begins at i.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return i
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		depth := 0
		for i < len(b) {
			switch b[i] {
			case '"':
				i = skipString(b, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			i++
			if depth == 0 {
				return i
			}
		}
		return i
	}
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
		i++
	}
	return i
}

func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// member finds the raw value of one member; nil when there is none or it is null.
func member(body []byte, key string) []byte {
	var found []byte
	if eachMember(body, func(k, v []byte) bool {
		if string(k) != key {
			return true
		}
		found = v
		return false
	}) != nil || string(found) == "null" {
		return nil
	}
	return found
}

// mergeMembers replaces members of an object in their places and appends new ones
// sorted by name; a nil value removes a member.
func mergeMembers(body []byte, set map[string]json.RawMessage) ([]byte, error) {
	out := append(make([]byte, 0, len(body)+64), '{')
	put := func(key string, value []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), key...), `":`...)
		out = append(out, value...)
	}
	rest := maps.Clone(set)
	err := eachMember(body, func(k, v []byte) bool {
		key := string(k)
		if value, ok := set[key]; ok {
			delete(rest, key)
			v = value
		}
		if v != nil {
			put(key, v)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		if rest[key] != nil {
			put(key, rest[key])
		}
	}
	return append(out, '}'), nil
}
