package model_test

import (
	"encoding/json"
	"math"
	"testing"

	"weft/schemas"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeNumber}), []valueCase{
		{name: "double", wire: 1.5, stored: 1.5},
		{name: "exact text of a number", wire: json.Number("0.1"), stored: 0.1},
		{name: "great", wire: json.Number("1e308"), stored: 1e308},
		{name: "too great for a double", wire: json.Number("1e309"), wrong: "wrong_type"},
		{name: "not finite", wire: math.Inf(1), wrong: "wrong_type"},
		{name: "not a number", wire: math.NaN(), wrong: "wrong_type"},
		{name: "as text", wire: "1", wrong: "wrong_type"},
		{name: "boolean", wire: true, wrong: "wrong_type"},
	})
	f := field(schemas.Field{FieldType: schemas.TypeNumber})
	if got, _ := f.Type.Normalise(f, math.Copysign(0, -1)); math.Signbit(got.(float64)) {
		t.Error("-0 is kept")
	}
}

func TestInteger(t *testing.T) {
	t.Parallel()
	low, high := -5.0, 5.0
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeInteger}), []valueCase{
		{name: "whole", wire: json.Number("1996"), stored: 1996.0},
		{name: "whole with a point", wire: json.Number("3.0"), stored: 3.0},
		{name: "half", wire: 0.5, wrong: "wrong_type"},
		{name: "safe", wire: json.Number("9007199254740991"), stored: 9007199254740991.0},
		{name: "not safe", wire: json.Number("9007199254740992"), wrong: "integer_too_great"},
	})
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeInteger, Minimum: &low, Maximum: &high}), []valueCase{
		{name: "at the bound", wire: 5.0, stored: 5.0},
		{name: "above", wire: 6.0, wrong: "too_great"},
		{name: "below", wire: -6.0, wrong: "too_small"},
	})
}

func TestCurrencyIsExact(t *testing.T) {
	t.Parallel()
	low := 0.0
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeCurrency, Minimum: &low}), []valueCase{
		{name: "number", wire: json.Number("1054"), stored: "10000000000010540000"},
		{name: "more digits than a double has", wire: json.Number("123456789012345.6789"), stored: "11234567890123456789"},
		{name: "text", wire: "12.50", stored: "10000000000000125000"},
		{name: "sixteen digits", wire: "1234567890123456", wrong: "decimal_range"},
		{name: "five places", wire: "0.00001", wrong: "decimal_scale"},
		{name: "five places as a number", wire: json.Number("0.00001"), wrong: "decimal_scale"},
		{name: "negative", wire: "-0.01", wrong: "too_small"},
		{name: "no number", wire: "abc", wrong: "wrong_type"},
		{name: "empty", wire: "", wrong: "wrong_type"},
		{name: "grouped", wire: "1,000", wrong: "wrong_type"},
		{name: "exponent in a text (V8)", wire: "1e3", wrong: "wrong_type"},
		{name: "exponent in a number", wire: json.Number("1e3"), stored: "10000000000010000000"},
		{name: "more places than the served pattern has", wire: "1.50000", wrong: "wrong_type"},
		{name: "boolean", wire: true, wrong: "wrong_type"},
	})
	f := field(schemas.Field{FieldType: schemas.TypeCurrency})
	for wire, want := range map[string]string{"12.50": "12.5", "-0": "0", "999999999999999.9999": "999999999999999.9999", "-999999999999999.9999": "-999999999999999.9999"} {
		stored, ps := f.Type.Normalise(f, wire)
		if len(ps) > 0 || f.Type.Wire(f, stored) != want {
			t.Errorf("%s comes back as %v (%s)", wire, f.Type.Wire(f, stored), list(ps))
		}
	}
}

func TestPercentRatingBoolean(t *testing.T) {
	t.Parallel()
	percent := field(schemas.Field{FieldType: schemas.TypePercent})
	if got := percent.Type.Format(percent, 12.5, "en"); got != "12.5%" {
		t.Error(got)
	}
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeRating}), []valueCase{
		{name: "five of five", wire: 5.0, stored: 5.0},
		{name: "six of five", wire: 6.0, wrong: "too_great"},
		{name: "none", wire: 0.0, wrong: "too_small"},
		{name: "half", wire: 2.5, wrong: "wrong_type"},
	})
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeRating, Max: 10}), []valueCase{{name: "ten of ten", wire: 10.0, stored: 10.0}})
	checkValues(t, field(schemas.Field{FieldType: schemas.TypeBoolean}), []valueCase{
		{name: "true", wire: true, stored: true},
		{name: "false", wire: false, stored: false},
		{name: "text", wire: "true", wrong: "wrong_type"},
		{name: "one", wire: 1.0, wrong: "wrong_type"},
	})
}
