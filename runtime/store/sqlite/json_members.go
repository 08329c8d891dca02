package sqlite

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"weft/runtime/jsontext"
)

var errBody = errors.New("sqlite: a body is not a JSON object")

// eachMember calls fn for every member of a JSON object without decoding it, until
// fn returns false. Keys are passed as written, without their quotes.
func eachMember(body []byte, fn func(key, value []byte) bool) error {
	s := jsontext.Scan(body)
	for s.Next() {
		if !fn(s.Key(), s.Value()) {
			return nil
		}
	}
	if s.Failed {
		return errBody
	}
	return nil
}

// member finds the raw value of one member; nil when there is none or it is null.
func member(body []byte, key string) []byte {
	if v := jsontext.Member(body, key); string(v) != "null" {
		return v
	}
	return nil
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
