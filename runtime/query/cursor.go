package query

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"
)

// ErrCursor is returned for what is no cursor, or one of another order.
var ErrCursor = errors.New("query: no cursor of this order")

// cursorBytes bounds a cursor: eight sort keys of 255 characters fit.
const cursorBytes = 64 << 10

// Position is a place in an order; it converts to store.Position.
type Position struct {
	Values []any  `json:"v,omitempty"`
	ID     string `json:"i"`
}

// cursor is what the opaque text holds.
type cursor struct {
	Order string `json:"o"`
	Position
}

// OrderName names an order, for cursors: "-amount,name".
func OrderName(terms []SortTerm) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(',')
		}
		if t.Desc {
			b.WriteByte('-')
		}
		b.WriteString(t.Path.Name())
	}
	return b.String()
}

// EncodeCursor makes an opaque cursor of a position in the order named so.
func EncodeCursor(p Position, order string) string {
	data, err := json.Marshal(cursor{digest(order), p})
	if err != nil { // positions hold JSON scalars only
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// DecodeCursor reads a cursor; ErrCursor when it is none of this order.
func DecodeCursor(text, order string) (*Position, error) {
	if len(text) > cursorBytes {
		return nil, ErrCursor
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrCursor
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var c cursor
	if dec.Decode(&c) != nil || dec.More() || c.Order != digest(order) || c.ID == "" {
		return nil, ErrCursor
	}
	return &c.Position, nil
}

// Fits tells whether the position's values can be values of these terms.
func (p *Position) Fits(terms []SortTerm) bool {
	if len(p.Values) != len(terms) {
		return false
	}
	for i, v := range p.Values {
		ok := v == nil
		switch terms[i].Path.Kind {
		case Number:
			_, num := v.(float64)
			ok = ok || num
		case Bool:
			_, is := v.(bool)
			ok = ok || is
		default:
			_, text := v.(string)
			ok = ok || text
		}
		if !ok {
			return false
		}
	}
	return true
}

func digest(order string) string {
	h := fnv.New32a()
	h.Write([]byte(order))
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}
