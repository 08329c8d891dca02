package mongo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"weft/runtime/jsontext"
	"weft/runtime/query"
	"weft/runtime/store"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/x/bsonx/bsoncore"
)

const (
	// maxDocument leaves room within 16 MiB for members that the database adds.
	maxDocument = 16<<20 - 16<<10
	// maxDepth is less than the database's limit.
	maxDepth = 90
)

// encode lays out a document as docs/stored-form.md says. Its errors are about
// the document.
func (c *collection) encode(d *store.Doc) (bson.Raw, error) {
	e := encoder{json: jsontext.Read([]byte(d.Body)), out: make([]byte, 0, len(d.Body)+len(d.Body)/2+256)}
	if err := e.document(c, d); err != nil {
		return nil, fmt.Errorf("mongo: %s/%s: %w", c.Name, d.ID, err)
	}
	if len(e.out) > maxDocument {
		return nil, fmt.Errorf("mongo: %s/%s has %d bytes, a document of MongoDB at most 16 MiB", c.Name, d.ID, len(e.out))
	}
	return e.out, nil
}

// encoder turns the JSON of one document into BSON.
type encoder struct {
	json jsontext.Reader[[]byte]
	out  []byte
	// set says which of collection.unset have a value.
	set []bool
	// folds and sorts are the members of memberFold and memberSort that are
	// derived from values.
	folds, sorts []derived
	// text is the last string read.
	text []byte
}

func (e *encoder) document(c *collection, d *store.Doc) error {
	_, e.out = bsoncore.AppendDocumentStart(e.out)
	e.out = bsoncore.AppendStringElement(e.out, memberID, d.ID)
	e.out = bsoncore.AppendInt64Element(e.out, memberRev, d.Rev)
	if len(c.unset) > 0 {
		e.set = make([]bool, len(c.unset))
	}
	err := e.json.Object(func(key []byte) error {
		switch {
		case string(key) == "id" || string(key) == memberRev:
			return e.json.Discard()
		case len(key) == 0 || key[0] == '_' || key[0] == '$':
			return fmt.Errorf("a member cannot be called %q", key)
		}
		return e.top(c, key, d.Sort)
	})
	if err != nil {
		return err
	}
	if !e.json.End() {
		return jsontext.ErrSyntax
	}
	e.appendSort(d.Sort)
	e.appendTexts(memberFold, e.folds)
	e.appendUnset(c)
	e.appendWords(d.Tokens)
	e.out = append(e.out, 0)
	e.out = bsoncore.UpdateLength(e.out, 0, int32(len(e.out)))
	return nil
}

// top appends a member of the document itself and records what is derived from
// it.
func (e *encoder) top(c *collection, key []byte, sort map[string]string) error {
	m := c.fields[string(key)]
	if m == nil {
		_, err := e.member(key, 0, 1)
		return err
	}
	start := len(e.out)
	t, err := e.member(key, m.kind, 1)
	if err != nil {
		return err
	}
	if t == bson.TypeNull {
		if m.unique { // a unique index treats null as a value
			e.out = e.out[:start]
		}
		return nil
	}
	if m.unset >= 0 {
		e.set[m.unset] = true
	}
	if t != bson.TypeString || !m.fold && !m.folded && !m.sorted {
		return nil
	}
	text := string(e.text)
	if m.fold || m.folded {
		if f := query.Fold(text); m.folded || f != text {
			e.folds = append(e.folds, derived{string(key), f})
		}
	}
	if m.sorted && sort[string(key)] == "" {
		e.sorts = append(e.sorts, derived{string(key), query.SortKey(text)})
	}
	return nil
}

// member appends one member of any object; depth is the depth of that object.
func (e *encoder) member(key []byte, kind query.Kind, depth int) (t bsonType, err error) {
	if bytes.IndexByte(key, 0) >= 0 {
		return 0, fmt.Errorf("the name of a member holds NUL")
	}
	at := len(e.out)
	e.out = append(e.out, 0)
	e.out = append(append(e.out, key...), 0)
	t, err = e.value(kind, depth)
	e.out[at] = byte(t)
	return t, err
}

func (e *encoder) value(kind query.Kind, depth int) (bsonType, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("more than %d objects in each other", maxDepth)
	}
	switch e.json.Peek() {
	case '"':
		return e.string(kind)
	case '{':
		at, out := bsoncore.ReserveLength(e.out)
		e.out = out
		err := e.json.Object(func(key []byte) error { _, err := e.member(key, 0, depth+1); return err })
		e.close(at)
		return bson.TypeEmbeddedDocument, err
	case '[':
		at, out := bsoncore.ReserveLength(e.out)
		e.out = out
		var number [8]byte
		n := 0
		err := e.json.Array(func() error {
			_, err := e.member(strconv.AppendInt(number[:0], int64(n), 10), 0, depth+1)
			n++
			return err
		})
		e.close(at)
		return bson.TypeArray, err
	case 't', 'f':
		yes, err := e.json.Bool()
		e.out = bsoncore.AppendBoolean(e.out, yes)
		return bson.TypeBoolean, err
	case 'n':
		return bson.TypeNull, e.json.Null()
	}
	return e.number(depth)
}

// close ends an object or array that starts at index at.
func (e *encoder) close(at int32) {
	e.out = append(e.out, 0)
	e.out = bsoncore.UpdateLength(e.out, at, int32(len(e.out))-at)
}

func (e *encoder) string(kind query.Kind) (bsonType, error) {
	s, err := e.json.String()
	if err != nil {
		return 0, err
	}
	e.text = s
	switch kind {
	case query.Decimal:
		if high, low, ok := decimal128(s); ok {
			e.out = bsoncore.AppendDecimal128(e.out, newDecimal128(high, low))
			return bson.TypeDecimal128, nil
		}
	case query.Instant:
		if ms, ok := parseInstant(s); ok {
			e.out = bsoncore.AppendDateTime(e.out, ms)
			return bson.TypeDateTime, nil
		}
	}
	e.out = appendLength(e.out, int32(len(s)+1))
	e.out = append(append(e.out, s...), 0)
	return bson.TypeString, nil
}

// number stores integers that fit as such. A number nested in another value may
// be arbitrary JSON: where a double would lose digits of it, it becomes a
// Decimal128.
func (e *encoder) number(depth int) (bsonType, error) {
	text, whole, err := e.json.Number()
	if err != nil {
		return 0, err
	}
	if whole {
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			e.out = bsoncore.AppendInt64(e.out, n)
			return bson.TypeInt64, nil
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s is no number of a database", text)
	}
	if depth > 1 {
		if d, ok := exactDecimal(text, f); ok {
			e.out = bsoncore.AppendDecimal128(e.out, d)
			return bson.TypeDecimal128, nil
		}
	}
	e.out = bsoncore.AppendDouble(e.out, f)
	return bson.TypeDouble, nil
}

// encodeValue converts one value of the port into BSON of a kind (0: as JSON).
func encodeValue(v any, kind query.Kind) (bson.RawValue, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return bson.RawValue{}, err
	}
	e := encoder{json: jsontext.Read(data)}
	t, err := e.value(kind, 1)
	return bson.RawValue{Type: t, Value: e.out}, err
}

func appendLength(b []byte, n int32) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}
