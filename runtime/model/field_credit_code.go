package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// creditAlphabet are the 31 characters of GB 32100-2015 in the order of their
// values: no I, O, S, V, Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

func init() {
	registerType(creditCodeType{writtenType{
		readable: readable{plain{schemas.TypeCreditCode, query.Text}}, schema: map[string]any{"type": "string", "pattern": "^[0-9A-Za-z]{18}$"},
		known: []string{"x-searchable", "x-sortable"}, read: readCreditCode,
	}})
}

// creditCodeType is a unified social credit code (统一社会信用代码). A wrong
// check digit is a warning: codes on real papers are sometimes wrong.
type creditCodeType struct{ writtenType }

func readCreditCode(s string) (string, []problem.Field) {
	code := strings.ToUpper(strings.TrimSpace(s))
	if len(code) != 18 || strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", refuse("not_a_credit_code")
	}
	return code, nil
}

func (t creditCodeType) filterValue(f *Field, wire any) (any, bool) {
	if code, ps := t.Normalise(f, wire); ps == nil {
		return code, true
	}
	return filterText(wire) // a part of a code, for contains and starts
}

func (creditCodeType) Warn(_ *Field, stored any) []problem.Field {
	code, _ := stored.(string)
	if len(code) == 18 && !creditCheckDigitFits(code) {
		return refuse("check_digit")
	}
	return nil
}

// creditCheckDigitFits computes the check character of GB 32100: weights are
// powers of 3 modulo 31.
func creditCheckDigitFits(code string) bool {
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditAlphabet, code[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return creditAlphabet[(31-sum%31)%31] == code[17]
}
