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
	return appendElements(b, '{', '}', doc, func(b []byte, element bsoncore.Element) ([]byte, error) {
		key := element.KeyBytes()
		if top && len(key) > 0 && key[0] == '_' {
			if string(key) != memberID {
				return b, nil
			}
			key = key[1:]
		}
		b, err := appendValue(append(jsontext.AppendString(b, key), ':'), element.Value(), top)
		if err != nil {
			return b, fmt.Errorf("member %s: %w", key, err)
		}
		return b, nil
	})
}

func appendArray(b []byte, list bsoncore.Document) ([]byte, error) {
	return appendElements(b, '[', ']', list, func(b []byte, element bsoncore.Element) ([]byte, error) {
		return appendValue(b, element.Value(), false)
	})
}

// appendElements appends what one appends of each element; commas stand between
// those of which it appends something.
func appendElements(b []byte, open, end byte, doc bsoncore.Document, one func([]byte, bsoncore.Element) ([]byte, error)) ([]byte, error) {
	_, rest, ok := bsoncore.ReadLength(doc)
	if !ok {
		return b, errBSON
	}
	b = append(b, open)
	for comma := false; len(rest) > 1; {
		var element bsoncore.Element
		if element, rest, ok = bsoncore.ReadElement(rest); !ok {
			return b, errBSON
		}
		before := len(b)
		if comma {
			b = append(b, ',')
		}
		start := len(b)
		var err error
		if b, err = one(b, element); err != nil {
			return b, err
		}
		if len(b) == start {
			b = b[:before]
		}
		comma = comma || len(b) > start
	}
	return append(b, end), nil
}

var errBSON = fmt.Errorf("mongo: damaged BSON")

// appendValue appends the JSON of a value in stored form. A Decimal128 of the
// document itself (top) is a field of kind Decimal; a nested one is a number
// that no double represents. Types that weft does not write appear in MongoDB's
// extended JSON.
func appendValue(b []byte, v bsoncore.Value, top bool) ([]byte, error) {
	switch v.Type {
	case bson.TypeString:
		if s, ok := textOf(v); ok {
			return jsontext.AppendString(b, s), nil
		}
	case bson.TypeInt64, bson.TypeInt32:
		if n, ok := v.AsInt64OK(); ok {
			return strconv.AppendInt(b, n, 10), nil
		}
	case bson.TypeDouble:
		if f, ok := v.DoubleOK(); ok {
			return appendDouble(b, f), nil
		}
	case bson.TypeDecimal128:
		d, ok := v.Decimal128OK()
		switch {
		case ok && top:
			return append(appendDecimal(append(b, '"'), d), '"'), nil
		case ok:
			return append(b, d.String()...), nil
		}
	case bson.TypeDateTime:
		if ms, ok := v.DateTimeOK(); ok {
			return append(appendInstant(append(b, '"'), ms), '"'), nil
		}
	case bson.TypeBoolean:
		if yes, ok := v.BooleanOK(); ok {
			return strconv.AppendBool(b, yes), nil
		}
	case bson.TypeNull, bson.TypeUndefined:
		return append(b, "null"...), nil
	case bson.TypeEmbeddedDocument:
		return appendObject(b, v.Data, false)
	case bson.TypeArray:
		return appendArray(b, v.Data)
	default:
		return append(b, bson.RawValue{Type: v.Type, Value: v.Data}.String()...), nil
	}
	return b, errBSON
}

// textOf returns the bytes of a string value.
func textOf(v bsoncore.Value) ([]byte, bool) {
	n, rest, ok := bsoncore.ReadLength(v.Data)
	if !ok || n < 1 || int(n) > len(rest) {
		return nil, false
	}
	return rest[:n-1], true
}

// appendDouble appends a double as encoding/json does; NaN and infinities,
// which weft never writes, become null.
func appendDouble(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return jsontext.AppendNumber(b, f)
}
