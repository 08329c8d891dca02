package script

import (
	"strings"

	"github.com/dop251/goja"
	"github.com/shopspring/decimal"
)

// moneyModule computes with amounts exactly. They are given as texts or numbers
// and come back as texts, as fields of currency hold them.
func (m *realm) moneyModule() *goja.Object {
	two := func(f func(a, b decimal.Decimal) decimal.Decimal) native {
		return native{2, func(c goja.FunctionCall) goja.Value {
			return m.amount(f(m.decimal(c.Argument(0)), m.decimal(c.Argument(1))))
		}}
	}
	return m.object(map[string]native{
		"add": two(decimal.Decimal.Add), "subtract": two(decimal.Decimal.Sub), "multiply": two(decimal.Decimal.Mul),
		"divide": {3, m.divide},
		"sum":    {1, m.sum},
		"round": {2, func(c goja.FunctionCall) goja.Value {
			return m.amount(m.decimal(c.Argument(0)).Round(m.places(c.Argument(1))))
		}},
		"compare": {2, func(c goja.FunctionCall) goja.Value {
			return m.rt.ToValue(m.decimal(c.Argument(0)).Cmp(m.decimal(c.Argument(1))))
		}},
		"format": {2, func(c goja.FunctionCall) goja.Value {
			return m.rt.ToValue(grouped(m.decimal(c.Argument(0)).StringFixed(m.places(c.Argument(1)))))
		}},
	})
}

// maxDigits bounds amounts, so that computing with them takes no time to speak of.
const maxDigits = 60

func (m *realm) decimal(v goja.Value) decimal.Decimal {
	s := m.string(v)
	if s == "" {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(s)
	if err != nil || len(s) > maxDigits || d.Exponent() > maxDigits || d.Exponent() < -maxDigits {
		m.throw("RangeError", "%s is no amount", shorten(s))
	}
	return d
}

func (m *realm) amount(d decimal.Decimal) goja.Value {
	s := d.String()
	if len(s) > maxDigits {
		return m.throw("RangeError", "the amount has more than %d digits", maxDigits)
	}
	return m.rt.ToValue(s)
}

// places is a number of digits behind the point, 2 where none is given.
func (m *realm) places(v goja.Value) int32 {
	if goja.IsUndefined(v) {
		return 2
	}
	n := v.ToInteger()
	if n < 0 || n > 10 {
		m.throw("RangeError", "%d digits behind the point: 0 to 10 are possible", n)
	}
	return int32(n)
}

func (m *realm) divide(c goja.FunctionCall) goja.Value {
	by := m.decimal(c.Argument(1))
	if by.IsZero() {
		return m.throw("RangeError", "division by zero")
	}
	return m.amount(m.decimal(c.Argument(0)).DivRound(by, m.places(c.Argument(2))))
}

func (m *realm) sum(c goja.FunctionCall) goja.Value {
	total := decimal.Zero
	list, ok := c.Argument(0).(*goja.Object)
	if !ok {
		return m.throw("TypeError", "money.sum takes an array")
	}
	m.rt.ForOf(list, func(v goja.Value) bool {
		total = total.Add(m.decimal(v))
		return true
	})
	return m.amount(total)
}

// grouped puts a comma between thousands.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}
