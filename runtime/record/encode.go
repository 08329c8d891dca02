package record

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"unicode/utf8"

	"weft/runtime/model"
)

// systemKeys are the system fields in the order in which they are stored.
var systemKeys = [...]string{"id", "rev", "created_at", "created_by", "updated_at", "updated_by"}

// encodeRecord writes a record in stored form: system fields first, then the
// set fields in the entity's order, but for formulas that use the clock. Keys that the entity does not have (of
// fields removed by a later version) are kept, sorted, so nothing is lost.
func encodeRecord(e *model.Entity, doc map[string]any) json.RawMessage {
	b := make([]byte, 0, 512)
	b = append(b, '{')
	n := 0
	put := func(key string) {
		v, ok := doc[key]
		if !ok || v == nil {
			return
		}
		n++
		b = appendMember(b, key, v)
	}
	for _, k := range systemKeys {
		put(k)
	}
	for _, f := range e.Fields {
		if !f.UsesClock {
			put(f.Key)
		}
	}
	if n < len(doc) {
		for _, k := range unknownKeys(e, doc) {
			put(k)
		}
	}
	return closeObject(b)
}

func unknownKeys(e *model.Entity, doc map[string]any) []string {
	var stray []string
	for k := range doc {
		if e.ByKey[k] == nil && !model.IsSystem(k) {
			stray = append(stray, k)
		}
	}
	sort.Strings(stray)
	return stray
}

// appendMember appends "key":value, with a comma for the next one.
func appendMember(b []byte, key string, v any) []byte {
	b = appendString(b, key)
	b = append(b, ':')
	b = appendValue(b, v)
	return append(b, ',')
}

// closeObject replaces the last comma by the closing brace.
func closeObject(b []byte) []byte {
	if b[len(b)-1] == ',' {
		b[len(b)-1] = '}'
		return b
	}
	return append(b, '}')
}

// appendValue appends a stored value as JSON.
func appendValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, x)
	case float64:
		return appendNumber(b, x)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case int:
		return strconv.AppendInt(b, int64(x), 10)
	case bool:
		return strconv.AppendBool(b, x)
	case json.RawMessage:
		return append(b, x...)
	case []any:
		b = append(b, '[')
		for i, item := range x {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, item)
		}
		return append(b, ']')
	case map[string]any:
		return appendObject(b, x)
	}
	return appendForeign(b, v)
}

func appendObject(b []byte, x map[string]any) []byte {
	keys := make([]string, 0, len(x))
	for k := range x {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b = append(b, '{')
	for _, k := range keys {
		b = appendMember(b, k, x[k])
	}
	return closeObject(b)
}

// appendForeign leaves types that stored form does not use (a field type's own
// structs, json.Number) to encoding/json.
func appendForeign(b []byte, v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, raw...)
}

// appendNumber writes a double as encoding/json does.
func appendNumber(b []byte, x float64) []byte {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.AppendInt(b, int64(x), 10)
	}
	format := byte('f')
	if abs := math.Abs(x); abs < 1e-6 || abs >= 1e21 {
		format = 'e'
	}
	return strconv.AppendFloat(b, x, format, -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string; a byte that is no UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscaped(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
