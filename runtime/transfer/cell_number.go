package transfer

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
)

var (
	plainNumber   = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)
	groupedNumber = regexp.MustCompile(`^[+-]?\d{1,3}([, ]\d{3})+(\.\d*)?$`)
	otherMark     = regexp.MustCompile(`^[^\d()+-]{1,12}?\s*[+-]?[\d.,\s]+$|^[+-]?[\d.,\s]+?\s*[^\d()]{1,12}$`)
)

// currencyMarks are written before or after an amount besides the code of its
// currency, longer ones first.
var currencyMarks = map[string][]string{
	"CNY": {"人民币", "RMB", "CN¥", "¥", "元"}, "USD": {"US$", "$", "美元"}, "EUR": {"€", "欧元"}, "GBP": {"£", "英镑"}, "JPY": {"JP¥", "¥", "円", "日元"},
	"HKD": {"HK$", "港元", "港币"}, "TWD": {"NT$", "新台币"}, "KRW": {"₩", "韩元"}, "SGD": {"S$", "新加坡元"}, "AUD": {"A$", "澳元"}, "CAD": {"C$", "加元"},
	"INR": {"₹"}, "RUB": {"₽", "卢布"}, "CHF": {"瑞士法郎", "Fr."}, "VND": {"₫"}, "THB": {"฿", "泰铢"},
}

// readNumber reads a number: full-width digits, a sign, groups of thousands, a
// percent sign. In a percent field 12.5 and 12.5% are the same; in a plain
// number field 12.5% is 0.125.
func readNumber(text, mark string, percent bool) (any, *problem.Field) {
	body, isPercent := strings.CutSuffix(norm.NFKC.String(text), "%")
	number, ok := canonicalNumber(body, mark)
	if !ok {
		return nil, cellProblem("import_not_a_number")
	}
	if isPercent && !percent {
		r, ok := new(big.Rat).SetString(string(number))
		if !ok {
			return nil, cellProblem("import_not_a_number")
		}
		f, _ := r.Quo(r, big.NewRat(100, 1)).Float64()
		return f, nil
	}
	return number, nil
}

// readAmount reads an amount of a currency, with the mark or code of this
// currency before or after it, negative also in brackets as in accounts. Another
// currency's mark is a problem: the amount would be a different one.
func readAmount(text, mark, currency string) (any, *problem.Field) {
	body := strings.TrimSpace(norm.NFKC.String(text))
	negative := false
	if inner, ok := strings.CutPrefix(body, "("); ok && strings.HasSuffix(inner, ")") {
		body, negative = strings.TrimSuffix(inner, ")"), true
	}
	sign := ""
	if strings.HasPrefix(body, "-") {
		sign, body = "-", strings.TrimSpace(body[1:])
	}
	body = trimMark(body, currency)
	number, ok := canonicalNumber(sign+strings.TrimSpace(body), mark)
	if !ok && otherMark.MatchString(body) {
		return nil, cellProblem("import_other_currency", "currency", currency)
	}
	if !ok || (negative && strings.HasPrefix(string(number), "-")) {
		return nil, cellProblem("import_not_a_number")
	}
	if negative {
		number = "-" + number
	}
	return number, nil
}

// trimMark takes the marks of a currency away: one before and one after.
func trimMark(body, currency string) string {
	marks := append([]string{currency}, currencyMarks[currency]...)
	for _, m := range marks {
		if m != "" && len(body) >= len(m) && strings.EqualFold(body[:len(m)], m) {
			body = strings.TrimSpace(body[len(m):])
			break
		}
	}
	for _, m := range marks {
		if m != "" && len(body) >= len(m) && strings.EqualFold(body[len(body)-len(m):], m) {
			return strings.TrimSpace(body[:len(body)-len(m)])
		}
	}
	return body
}

// canonicalNumber gives a number in JSON's form.
func canonicalNumber(s, mark string) (json.Number, bool) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\u00A0", " "))
	if mark == "," {
		s = strings.NewReplacer(".", ",", ",", ".").Replace(s)
	}
	if groupedNumber.MatchString(s) {
		s = strings.NewReplacer(",", "", " ", "").Replace(s)
	}
	if len(s) > 400 || !plainNumber.MatchString(s) {
		return "", false
	}
	sign := ""
	switch s[0] {
	case '-':
		sign, s = "-", s[1:]
	case '+':
		s = s[1:]
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return json.Number(sign + whole + fraction + exponent), true
}
