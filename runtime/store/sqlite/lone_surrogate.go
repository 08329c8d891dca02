package sqlite

import (
	"bytes"
	"strconv"
)

const escapeLength = len(`\ud800`)

// replaceLoneSurrogates puts U+FFFD in place of surrogates that are not part of a
// pair, as Go's JSON decoder does; SQLite would compare them as they are.
func replaceLoneSurrogates(body []byte) []byte {
	if !bytes.Contains(body, []byte(`\u`)) {
		return body
	}
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			out = append(out, body[i])
			i++
			continue
		}
		n := 2 // any other escape, of which only the first two matter here
		first, second := surrogate(body, i), surrogate(body, i+escapeLength)
		switch {
		case first == high && second == low:
			n = 2 * escapeLength
		case first != 0:
			out = append(out, `\ufffd`...)
			i += escapeLength
			continue
		}
		n = min(n, len(body)-i)
		out = append(out, body[i:i+n]...)
		i += n
	}
	return out
}

// half is one half of a pair of surrogates; 0 is none.
type half int

const (
	high half = iota + 1
	low
)

// surrogate tells which half the escape at an index is.
func surrogate(body []byte, at int) half {
	if at+escapeLength > len(body) || body[at] != '\\' || body[at+1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(body[at+2:at+escapeLength]), 16, 16)
	switch {
	case err != nil || n < 0xD800 || n > 0xDFFF:
		return 0
	case n < 0xDC00:
		return high
	}
	return low
}
