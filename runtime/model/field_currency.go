package model

import (
	"errors"
	"regexp"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() { registerType(currencyType{plain{schemas.TypeCurrency, query.Decimal}}) }

// currencyType is an exact amount: fifteen digits before and four after the
// point. A JSON number must arrive as json.Number to be taken exactly.
type currencyType struct{ plain }

func (currencyType) Schema(f *schemas.Field) map[string]any {
	s := map[string]any{
		"type":    []string{"string", "number"},
		"pattern": decimalPattern.String(),
	}
	if f.Minimum != nil {
		s["minimum"] = *f.Minimum
	}
	if f.Maximum != nil {
		s["maximum"] = *f.Maximum
	}
	return s
}

func (currencyType) Check(f *schemas.Field) []problem.Field {
	ps := append(checkStored(f, "minimum", "maximum", "x-currency", "x-sortable"), checkBounds(f)...)
	if f.Currency != "" && !isCurrencyCode(f.Currency) {
		ps = append(ps, problem.At("/x-currency", "currency_code"))
	}
	return ps
}

// isCurrencyCode tells whether s has the form of an ISO 4217 code.
func isCurrencyCode(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// decimalPattern is the form of an amount that is written as a string.
var decimalPattern = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,4})?$`)

func (currencyType) Normalise(f *Field, wire any) (any, []problem.Field) {
	stored, err := query.ParseDecimal(wire)
	text, isText := wire.(string)
	switch {
	case errors.Is(err, query.ErrDecimalRange):
		return nil, refuse("decimal_range", "max", 15)
	case errors.Is(err, query.ErrDecimalScale):
		return nil, refuse("decimal_scale", "max", 4)
	case err != nil, isText && !decimalPattern.MatchString(text):
		return nil, wrongType("decimal")
	}
	if f.Def.Minimum != nil || f.Def.Maximum != nil {
		if ps := checkRange(f.Def, query.DecimalFloat(stored)); ps != nil {
			return nil, ps
		}
	}
	return stored, nil
}

func (currencyType) Wire(_ *Field, stored any) any {
	s, _ := stored.(string)
	return query.FormatDecimal(s)
}

func (t currencyType) Format(f *Field, stored any, _ string) string {
	s, _ := stored.(string)
	return query.FormatDecimal(s)
}
