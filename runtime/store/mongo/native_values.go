package mongo

import (
	"math/big"
	"math/bits"
	"strconv"
	"time"

	"weft/runtime/query"

	"go.mongodb.org/mongo-driver/bson/primitive"
)

const (
	// scale is the number of decimal places of a stored decimal.
	scale = 4
	// A Decimal128 has its biased exponent from bit 49 of the high word on, for
	// coefficients of up to 113 bits.
	exponentBias = 6176
	exponentBits = 49
)

func newDecimal128(high, low uint64) primitive.Decimal128 { return primitive.NewDecimal128(high, low) }

// decimal128 returns the words of the Decimal128 of a stored decimal, without
// trailing zeros: "10000000000000125000" is 12.5.
func decimal128(stored []byte) (high, low uint64, ok bool) {
	m, neg, ok := query.SplitDecimal(stored)
	if !ok {
		return wideDecimal128(string(stored))
	}
	exponent := uint64(exponentBias - scale)
	for exponent < exponentBias && m%10 == 0 {
		m /= 10
		exponent++
	}
	high = exponent << exponentBits
	if neg {
		high |= 1 << 63
	}
	return high, m, true
}

// wideDecimal128 is for sums beyond the range of a field.
func wideDecimal128(stored string) (high, low uint64, ok bool) {
	n, ok := query.DecimalToScaled(stored)
	if !ok || query.ScaledToDecimal(n) != stored {
		return 0, 0, false
	}
	d, ok := primitive.ParseDecimal128FromBigInt(n, -scale)
	high, low = d.GetBytes()
	return high, low, ok
}

// decimalOf is the Decimal128 of a stored decimal, for filters.
func decimalOf(stored string) (primitive.Decimal128, bool) {
	high, low, ok := decimal128([]byte(stored))
	return newDecimal128(high, low), ok
}

// appendDecimal appends the stored form of a Decimal128, exact for up to four
// decimal places, else rounded to that, halves away from zero.
func appendDecimal(b []byte, d primitive.Decimal128) []byte {
	high, low := d.GetBytes()
	exponent := int(high>>exponentBits&0x3fff) - exponentBias + scale
	if high>>61&3 != 3 && high<<(64-exponentBits) == 0 && exponent >= 0 && exponent <= 2*scale {
		over := uint64(0)
		for ; exponent > 0 && over == 0; exponent-- {
			over, low = bits.Mul64(low, 10)
		}
		if over == 0 && low < 1e19 {
			return query.AppendStoredDecimal(b, low, high>>63 == 1)
		}
	}
	return append(b, storedDecimal(d)...)
}

// storedDecimal is the stored form of any Decimal128.
func storedDecimal(d primitive.Decimal128) string {
	n, exponent, err := d.BigInt()
	if err != nil { // NaN and infinities are never written
		return query.ScaledToDecimal(new(big.Int))
	}
	exponent += scale
	if exponent >= 0 {
		return query.ScaledToDecimal(n.Mul(n, powerOf10(exponent)))
	}
	by := powerOf10(-exponent)
	half := new(big.Int).Quo(by, big.NewInt(2))
	if n.Sign() < 0 {
		half.Neg(half)
	}
	return query.ScaledToDecimal(n.Quo(n.Add(n, half), by))
}

func powerOf10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// parseInstant returns milliseconds since 1970; ok is false for what is not
// exactly in stored form.
func parseInstant(s []byte) (ms int64, ok bool) {
	if len(s) != len(query.InstantLayout) {
		return 0, false
	}
	year, a := digits(s[0:4])
	month, b := digits(s[5:7])
	day, c := digits(s[8:10])
	hour, d := digits(s[11:13])
	minute, e := digits(s[14:16])
	second, f := digits(s[17:19])
	milli, g := digits(s[20:23])
	if !(a && b && c && d && e && f && g) {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, milli*1e6, time.UTC)
	ms = t.UnixMilli()
	var back [len(query.InstantLayout)]byte
	return ms, string(appendInstant(back[:0], ms)) == string(s)
}

func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func appendInstant(b []byte, ms int64) []byte {
	return time.UnixMilli(ms).UTC().AppendFormat(b, query.InstantLayout)
}

// doubleDigits is how many decimal digits every double preserves.
const doubleDigits = 15

// exactDecimal is the Decimal128 of a number for which the double f loses
// digits.
func exactDecimal(text []byte, f float64) (primitive.Decimal128, bool) {
	if len(text) <= doubleDigits {
		return primitive.Decimal128{}, false
	}
	exact, err := primitive.ParseDecimal128(string(text))
	if err != nil {
		return exact, false
	}
	short, err := primitive.ParseDecimal128(strconv.FormatFloat(f, 'g', -1, 64))
	return exact, err != nil || !sameNumber(exact, short)
}

func sameNumber(a, b primitive.Decimal128) bool {
	m, p, errM := a.BigInt()
	n, q, errN := b.BigInt()
	if errM != nil || errN != nil {
		return false
	}
	least := min(p, q)
	return m.Mul(m, powerOf10(p-least)).Cmp(n.Mul(n, powerOf10(q-least))) == 0
}
