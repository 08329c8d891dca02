package model

import (
	"strconv"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// autoNumberDigits is the most digits a number is padded to.
const autoNumberDigits = 12

func init() { registerType(autoNumberType{readable{plain{schemas.TypeAutoNumber, query.Text}}}) }

// autoNumberType is a running number with a prefix, assigned once on creation.
type autoNumberType struct{ readable }

func (autoNumberType) Schema(*schemas.Field) map[string]any {
	return map[string]any{"type": "string", "readOnly": true}
}

func (autoNumberType) Check(f *schemas.Field) []problem.Field {
	ps := checkOnly(f, "x-auto-number", "x-unique", "x-indexed", "x-searchable", "x-sortable")
	if f.AutoNumber == nil {
		return append(ps, problem.At("/x-auto-number", "required"))
	}
	if f.AutoNumber.Digits < 0 || f.AutoNumber.Digits > autoNumberDigits {
		ps = append(ps, problem.At("/x-auto-number/digits", "bound_out_of_range", "min", 0, "max", autoNumberDigits))
	}
	if len(f.AutoNumber.Prefix) > 32 {
		ps = append(ps, problem.At("/x-auto-number/prefix", "too_long", "max", 32))
	}
	return ps
}

// Normalise is for imports, which keep the numbers that they bring.
func (autoNumberType) Normalise(f *Field, wire any) (any, []problem.Field) {
	t := textType{length: textLength}
	return t.Normalise(f, wire)
}

// AutoNumber is the n-th value of an auto-number field, e.g. HT-0042.
func AutoNumber(f *Field, n int64) string {
	digits := strconv.FormatInt(n, 10)
	form := f.Def.AutoNumber
	if missing := form.Digits - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return form.Prefix + digits
}

// ParseAutoNumber finds n of a value that AutoNumber could have made, with any
// number of leading zeros.
func ParseAutoNumber(f *Field, value string) (n int64, ok bool) {
	digits, ok := strings.CutPrefix(value, f.Def.AutoNumber.Prefix)
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0
}
