package mongo

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
)

// literal is a value of a condition as the database stores it in a field of a
// native kind (0: as JSON). Only scalars are accepted, so that nothing a caller
// sends can become an operator.
func literal(v any, native query.Kind) (any, error) {
	switch v := v.(type) {
	case string:
		return nativeText(v, native), nil
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("mongo: a number of a condition: %w", err)
		}
		return f, nil
	case float64, int64, bool:
		return v, nil
	case int:
		return int64(v), nil
	}
	return nil, fmt.Errorf("mongo: %T is no value of a condition", v)
}

// nativeText converts a text as encode does.
func nativeText(s string, native query.Kind) any {
	switch native {
	case query.Decimal:
		if d, ok := decimalOf(s); ok {
			return d
		}
	case query.Instant:
		if ms, ok := parseInstant([]byte(s)); ok {
			return primitive.DateTime(ms)
		}
	}
	return s
}

// comparable tells whether values of a kind can be compared with v: a number is
// never compared with a text that looks like it.
func comparable(kind query.Kind, v any) bool {
	switch v.(type) {
	case string:
		return kind != query.Number && kind != query.Bool
	case bool:
		return kind == query.Bool
	}
	return kind == query.Number
}

// comparableValues returns the values of a list that can be compared, as the
// database stores them.
func comparableValues(kind query.Kind, list []any, native query.Kind) ([]any, error) {
	out := make([]any, 0, len(list))
	for _, v := range list {
		if !comparable(kind, v) {
			continue
		}
		l, err := literal(v, native)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// prefixEnd is the least text greater than every text that starts with prefix;
// ok is false when there is none.
func prefixEnd(prefix string) (next string, ok bool) {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch r {
		case utf8.MaxRune:
			continue
		case 0xD7FF: // surrogates follow, which are no characters
			r = 0xE000
		default:
			r++
		}
		return prefix + string(r), true
	}
	return "", false
}

// stored is a value of the database in the form of the port, nil where it is
// unset; numbers are float64.
func stored(v bson.RawValue) any {
	switch v.Type {
	case bson.TypeString:
		return v.StringValue()
	case bson.TypeBoolean:
		return v.Boolean()
	case bson.TypeInt32, bson.TypeInt64:
		return float64(v.AsInt64())
	case bson.TypeDouble:
		return v.Double()
	case bson.TypeDecimal128:
		return string(appendDecimal(nil, v.Decimal128()))
	case bson.TypeDateTime:
		return string(appendInstant(nil, v.DateTime()))
	}
	return nil
}
