package query

import "math/big"

var bigOffset = new(big.Int).SetUint64(decimalOffset)

// DecimalToScaled gives value × 10^4 of a stored decimal or of a sum of such,
// which may have more than 20 digits; ok is false when it is none.
func DecimalToScaled(stored string) (scaled *big.Int, ok bool) {
	n, ok := new(big.Int).SetString(stored, 10)
	if !ok {
		return nil, false
	}
	return n.Sub(n, bigOffset), true
}

// ScaledToDecimal writes value × 10^4 in stored form. Beyond the range of a
// field, as sums can be, it has more digits or a minus sign.
func ScaledToDecimal(scaled *big.Int) string {
	m := new(big.Int).Abs(scaled)
	if m.Cmp(bigOffset) < 0 {
		return storeDecimal(m.Uint64(), scaled.Sign() < 0)
	}
	return new(big.Int).Add(scaled, bigOffset).String()
}

func formatBig(stored string) string {
	n, ok := DecimalToScaled(stored)
	if !ok {
		return stored
	}
	whole, fraction := new(big.Int).QuoRem(new(big.Int).Abs(n), big.NewInt(10000), new(big.Int))
	b := appendFraction([]byte(whole.String()), fraction.Uint64())
	if n.Sign() < 0 {
		return "-" + string(b)
	}
	return string(b)
}

// AddDecimal adds two stored decimals, exactly. What is no decimal counts as 0.
func AddDecimal(a, b string) string {
	x, ok := DecimalToScaled(a)
	if !ok {
		x = new(big.Int)
	}
	if y, ok := DecimalToScaled(b); ok {
		x.Add(x, y)
	}
	return ScaledToDecimal(x)
}

// AverageDecimal divides a sum by n > 0, rounded to 4 places, halves away from zero.
func AverageDecimal(sum string, n int64) string {
	x, ok := DecimalToScaled(sum)
	if !ok || n <= 0 {
		return storeDecimal(0, false)
	}
	neg := x.Sign() < 0
	x.Abs(x).Lsh(x, 1).Add(x, big.NewInt(n)).Quo(x, big.NewInt(2*n))
	if neg {
		x.Neg(x)
	}
	return ScaledToDecimal(x)
}
