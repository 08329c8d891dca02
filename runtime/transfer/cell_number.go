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
	currencyMarks = []string{"¥", "$", "€", "£", "元", "CNY", "RMB", "USD", "EUR"}
)

// readCommit reads a number: full-width digits, a sign, groups of thousands, a
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

// readAmount reads a currency amount, with its mark before or after it,
// negative also in brackets as in accounts.
func readAmount(text, mark string) (any, *problem.Field) {
	body := strings.TrimSpace(norm.NFKC.String(text))
	negative := false
	if inner, ok := strings.CutPrefix(body, "("); ok && strings.HasSuffix(inner, ")") {
		body, negative = strings.TrimSuffix(inner, ")"), true
	}
	sign := ""
	if strings.HasPrefix(body, "-") {
		sign, body = "-", body[1:]
	}
	for _, m := range currencyMarks {
		body = strings.TrimSpace(body)
		if len(body) >= len(m) && strings.EqualFold(body[:len(m)], m) {
			body = body[len(m):]
		} else if len(body) >= len(m) && strings.EqualFold(body[len(body)-len(m):], m) {
			body = body[:len(body)-len(m)]
		}
	}
	number, ok := canonicalNumber(sign+strings.TrimSpace(body), mark)
	if !ok || (negative && strings.HasPrefix(string(number), "-")) {
		return nil, cellProblem("import_not_a_number")
	}
	if negative {
		number = "-" + number
	}
	return number, nil
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
