package mongo

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"weft/runtime/jsontext"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/bsontype"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"
)

type bsonType = bsontype.Type

// decode returns a document in the form of the port. The types of its values
// are enough for that; the definition is not needed.
func decode(raw bson.Raw) (store.Doc, error) {
	d, err := decodeBare(raw)
	if err != nil {
		return d, err
	}
	d.Body, err = appendObject(make([]byte, 0, len(raw)+len(raw)/4), bsoncore.Document(raw), true)
	if err != nil {
		return d, fmt.Errorf("mongo: document %s: %w", d.ID, err)
	}
	return d, nil
}

// errForeign is returned for a document that was not written by weft.
var errForeign = errors.New("mongo: a document that weft did not write has no text as its _id")

// decodeBare decodes only id and revision.
func decodeBare(raw bson.Raw) (store.Doc, error) {
	var d store.Doc
	id, ok := raw.Lookup(memberID).StringValueOK()
	if !ok {
		return d, fmt.Errorf("%w: %s", errForeign, raw.Lookup(memberID))
	}
	d.ID = id
	d.Rev, _ = raw.Lookup(memberRev).AsInt64OK()
	return d, nil
}

// appendObject appends the JSON of a BSON document. Of the document itself
// (top), members that begin with _ are left out, except _id, which becomes id.
func appendObject(b []byte, doc bsoncore.Document, top bool) ([]byte, error) {
	_, rest, ok := bsoncore.ReadLength(doc)
	if !ok {
		return b, errBSON
	}
	b = append(b, '{')
	start := len(b)
	for len(rest) > 1 {
		var element bsoncore.Element
		if element, rest, ok = bsoncore.ReadElement(rest); !ok {
			return b, errBSON
		}
		key := element.KeyBytes()
		if top && len(key) > 0 && key[0] == '_' {
			if string(key) != memberID {
				continue
			}
			key = key[1:]
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(appendText(b, key), ':')
		var err error
		if b, err = appendValue(b, element.Value(), top); err != nil {
			return b, fmt.Errorf("member %s: %w", key, err)
		}
	}
	return append(b, '}'), nil
}

func appendArray(b []byte, list bsoncore.Document) ([]byte, error) {
	_, rest, ok := bsoncore.ReadLength(list)
	if !ok {
		return b, errBSON
	}
	b = append(b, '[')
	start := len(b)
	for len(rest) > 1 {
		var element bsoncore.Element
		if element, rest, ok = bsoncore.ReadElement(rest); !ok {
			return b, errBSON
		}
		if len(b) > start {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, element.Value(), false); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

var errBSON = fmt.Errorf("mongo: damaged BSON")

// appendValue appends the JSON of a value in stored form. A Decimal128 of the
// document itself (top) is a field of kind Decimal; a nested one is a number
// that no double represents. Types that weft does not write appear in MongoDB's
// extended JSON.
func appendValue(b []byte, v bsoncore.Value, top bool) ([]byte, error) {
	switch v.Type {
	case bson.TypeString:
		s, ok := textOf(v)
		if !ok {
			return b, errBSON
		}
		return appendText(b, s), nil
	case bson.TypeInt64, bson.TypeInt32:
		n, ok := v.AsInt64OK()
		if !ok {
			return b, errBSON
		}
		return strconv.AppendInt(b, n, 10), nil
	case bson.TypeDouble:
		f, ok := v.DoubleOK()
		if !ok {
			return b, errBSON
		}
		return appendDouble(b, f), nil
	case bson.TypeDecimal128:
		d, ok := v.Decimal128OK()
		if !ok {
			return b, errBSON
		}
		if !top {
			return append(b, d.String()...), nil
		}
		return append(appendDecimal(append(b, '"'), d), '"'), nil
	case bson.TypeDateTime:
		ms, ok := v.DateTimeOK()
		if !ok {
			return b, errBSON
		}
		return append(appendInstant(append(b, '"'), ms), '"'), nil
	case bson.TypeBoolean:
		yes, ok := v.BooleanOK()
		if !ok {
			return b, errBSON
		}
		return strconv.AppendBool(b, yes), nil
	case bson.TypeNull, bson.TypeUndefined:
		return append(b, "null"...), nil
	case bson.TypeEmbeddedDocument:
		return appendObject(b, v.Data, false)
	case bson.TypeArray:
		return appendArray(b, v.Data)
	}
	return append(b, bson.RawValue{Type: v.Type, Value: v.Data}.String()...), nil
}

// textOf returns the bytes of a string value.
func textOf(v bsoncore.Value) ([]byte, bool) {
	n, rest, ok := bsoncore.ReadLength(v.Data)
	if !ok || n < 1 || int(n) > len(rest) {
		return nil, false
	}
	return rest[:n-1], true
}

const hexDigits = "0123456789abcdef"

// appendText appends a JSON string.
func appendText(b, s []byte) []byte {
	b = append(b, '"')
	start := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// appendDouble appends a double as encoding/json does; NaN and infinities,
// which weft never writes, become null.
func appendDouble(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return jsontext.AppendNumber(b, f)
}
