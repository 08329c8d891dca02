package query

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Why a value is no decimal.
var (
	ErrNotDecimal   = errors.New("query: not a decimal number")
	ErrDecimalRange = errors.New("query: more than 15 digits before the point")
	ErrDecimalScale = errors.New("query: more than 4 digits behind the point")
)

const (
	decimalDigits = 20
	decimalScale  = 4
	decimalOffset = uint64(1e19) // 10^19: what lies above is positive, below negative
)

// ParseDecimal turns a wire value (string, json.Number, float64, integer) into
// the stored form, exactly: a json.Number never passes through a float. It
// fails with ErrNotDecimal, ErrDecimalRange or ErrDecimalScale.
func ParseDecimal(v any) (string, error) {
	switch x := v.(type) {
	case string:
		return parseDecimal(x)
	case json.Number:
		return parseDecimal(string(x))
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return "", ErrNotDecimal
		}
		return parseDecimal(strconv.FormatFloat(x, 'g', -1, 64))
	case int:
		return parseDecimal(strconv.Itoa(x))
	case int64:
		return parseDecimal(strconv.FormatInt(x, 10))
	}
	return "", ErrNotDecimal
}

func parseDecimal(s string) (string, error) {
	digits, point, neg, err := splitDecimal(s)
	if err != nil {
		return "", err
	}
	digits = strings.TrimRight(digits, "0")
	trimmed := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	switch {
	case trimmed == "":
		return storeDecimal(0, false), nil
	case len(trimmed)-point > decimalScale:
		return "", ErrDecimalScale
	case point > 15:
		return "", ErrDecimalRange
	}
	scaled := trimmed + strings.Repeat("0", point+decimalScale-len(trimmed))
	m, err := strconv.ParseUint(scaled, 10, 64)
	if err != nil {
		return "", ErrDecimalRange
	}
	return storeDecimal(m, neg), nil
}

// splitDecimal reads -12.5e3 as digits 125 with the point behind place 5.
func splitDecimal(s string) (digits string, point int, neg bool, err error) {
	if len(s) > 64 {
		return "", 0, false, ErrDecimalRange
	}
	s, neg = strings.CutPrefix(s, "-")
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		exponent, err = strconv.Atoi(s[i+1:])
		if err != nil || exponent > 1000 || exponent < -1000 {
			return "", 0, false, ErrNotDecimal
		}
	}
	whole, fraction, dotted := strings.Cut(mantissa, ".")
	if whole == "" || dotted && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", 0, false, ErrNotDecimal
	}
	return whole + fraction, len(whole) + exponent, neg, nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// storeDecimal writes a magnitude below 10^19 in offset form.
func storeDecimal(m uint64, neg bool) string {
	lead := byte('1')
	if neg && m > 0 {
		lead, m = '0', decimalOffset-m
	}
	var b [decimalDigits]byte
	for i := decimalDigits - 1; i > 0; i-- {
		b[i] = byte('0' + m%10)
		m /= 10
	}
	b[0] = lead
	return string(b[:])
}

// SplitDecimal takes a stored decimal of the common form of 20 digits apart: its
// magnitude × 10^4, below 10^19, and its sign. ok is false for anything else, a
// greater sum included.
func SplitDecimal[T string | []byte](stored T) (m uint64, neg, ok bool) {
	return loadDecimal(string(stored))
}

// AppendStoredDecimal appends the stored form of a magnitude × 10^4 below 10^19.
func AppendStoredDecimal(b []byte, m uint64, neg bool) []byte {
	return append(b, storeDecimal(m, neg)...)
}

// loadDecimal reads the common form of 20 digits; ok is false for anything
// else, a greater sum included.
func loadDecimal(s string) (m uint64, neg, ok bool) {
	if len(s) != decimalDigits || s[0] != '0' && s[0] != '1' {
		return 0, false, false
	}
	for i := 1; i < decimalDigits; i++ {
		c := s[i] - '0'
		if c > 9 {
			return 0, false, false
		}
		m = m*10 + uint64(c)
	}
	if s[0] == '0' {
		return decimalOffset - m, true, true
	}
	return m, false, true
}

// FormatDecimal gives the shortest wire form: "10005534", "12.5", "-0.01". What
// is no stored decimal comes back as it is.
func FormatDecimal(stored string) string {
	var b [24]byte
	return string(AppendDecimal(b[:0], stored))
}

// AppendDecimal appends the wire form of a stored decimal to b.
func AppendDecimal[T string | []byte](b []byte, stored T) []byte {
	m, neg, ok := loadDecimal(string(stored))
	if !ok {
		return append(b, formatBig(string(stored))...)
	}
	if neg {
		b = append(b, '-')
	}
	b = strconv.AppendUint(b, m/10000, 10)
	return appendFraction(b, m%10000)
}

func appendFraction(b []byte, f uint64) []byte {
	if f == 0 {
		return b
	}
	b = append(b, '.', byte('0'+f/1000), byte('0'+f/100%10), byte('0'+f/10%10), byte('0'+f%10))
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// DecimalFloat gives the nearest double, for averages and charts, never for sums.
func DecimalFloat(stored string) float64 {
	f, err := strconv.ParseFloat(FormatDecimal(stored), 64)
	if err != nil {
		return 0
	}
	return f
}
