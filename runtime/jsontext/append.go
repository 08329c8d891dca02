package jsontext

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"unicode/utf8"
)

// AppendMember appends "key":value, with a comma for the next one.
func AppendMember(b []byte, key string, v any) []byte {
	b = AppendString(b, key)
	b = append(b, ':')
	b = AppendValue(b, v)
	return append(b, ',')
}

// CloseObject replaces the last comma by the closing brace.
func CloseObject(b []byte) []byte {
	if b[len(b)-1] == ',' {
		b[len(b)-1] = '}'
		return b
	}
	return append(b, '}')
}

// AppendValue appends a stored value as JSON.
func AppendValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return AppendString(b, x)
	case float64:
		return AppendNumber(b, x)
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
			b = AppendValue(b, item)
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
		b = AppendMember(b, k, x[k])
	}
	return CloseObject(b)
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

// AppendNumber writes a double as encoding/json does.
func AppendNumber(b []byte, x float64) []byte {
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

// AppendString writes a JSON string; a byte that is no UTF-8 becomes U+FFFD.
func AppendString[T string | []byte](b []byte, s T) []byte {
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
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
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

// AppendText appends "key":"value", with a comma for the next member; nothing
// for an empty value.
func AppendText(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return AppendMember(b, key, value)
}
