package formula

import (
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"weft/runtime/query"
)

// ErrRange says that a number or text grew beyond what weft keeps.
var ErrRange = errors.New("formula: value out of range")

// unset is the static kind of null.
const unset query.Kind = 0

// Bounds of values during evaluation.
const (
	maxWhole = 40      // digits before the point
	places   = 20      // digits behind the point
	maxText  = 100_000 // characters
)

func isNumeric(k query.Kind) bool { return k == query.Number || k == query.Decimal }

// Values during evaluation: nil for unset, decimal.Decimal, string (text, key,
// date as "2006-01-02"), bool, time.Time, []any for keys.

// fromStored reads the stored form of a field.
func fromStored(v any, kind query.Kind) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch kind {
	case query.Number:
		switch n := v.(type) {
		case float64:
			return limit(decimal.NewFromFloat(n))
		case json.Number:
			return parseNumber(string(n))
		}
	case query.Decimal:
		if s, ok := v.(string); ok {
			if scaled, ok := query.DecimalToScaled(s); ok {
				return decimal.NewFromBigInt(scaled, -4), nil
			}
		}
	case query.Instant:
		if s, ok := v.(string); ok {
			at, err := query.ParseInstant(s)
			return at, err
		}
	default:
		return v, nil
	}
	return nil, errors.New("formula: not a stored value")
}

// toStored gives the stored form of a value.
func toStored(v any, kind query.Kind) (any, error) {
	switch x := v.(type) {
	case decimal.Decimal:
		if kind == query.Decimal {
			stored, err := query.ParseDecimal(x.Round(4).String())
			if err != nil {
				return nil, ErrRange
			}
			return stored, nil
		}
		return x.InexactFloat64(), nil
	case time.Time:
		return query.FormatInstant(x), nil
	}
	return v, nil
}

// limit keeps numbers small enough to be computed with quickly.
func limit(d decimal.Decimal) (any, error) {
	if d.NumDigits()+int(d.Exponent()) > maxWhole && !d.IsZero() {
		return nil, ErrRange
	}
	if d.Exponent() < -places {
		d = d.Round(places)
	}
	return d, nil
}

// parseNumber reads a number as JSON and JavaScript write it in decimal.
func parseNumber(s string) (any, error) {
	if len(s) > 400 {
		return nil, ErrRange
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return nil, err
	}
	if d.Exponent() > 400 || d.Exponent() < -400 {
		return nil, ErrRange
	}
	return limit(d)
}

// toText is how a value reads inside a text; unset is the empty text.
func toText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case decimal.Decimal:
		return x.String()
	case bool:
		if x {
			return "true"
		}
		return "false"
	case time.Time:
		return query.FormatInstant(x)
	}
	return ""
}

func limitText(s string) (any, error) {
	if len(s) > maxText && utf8.RuneCountInString(s) > maxText {
		return nil, ErrRange
	}
	return s, nil
}

// truth is a condition: unset is false.
func truth(v any) bool { return v == true }
