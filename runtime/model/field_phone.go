package model

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

func init() {
	registerType(phoneType{writtenType{
		readable: readable{plain{schemas.TypePhone, query.Text}}, schema: map[string]any{"type": "string", "minLength": 3, "maxLength": 64},
		known: []string{"x-searchable", "x-sortable"}, read: readPhone,
	}})
}

// phoneType is a telephone number, stored as E.164. Numbers without a country
// code are Chinese ones.
type phoneType struct{ writtenType }

func readPhone(s string) (string, []problem.Field) {
	if number, ok := parsePhone(s); ok {
		return number, nil
	}
	return "", refuse("not_a_phone")
}

// filterValue understands a whole number in any spelling, or a part of one as
// given, for contains and starts.
func (phoneType) filterValue(_ *Field, wire any) (any, bool) {
	if s, ok := wire.(string); ok {
		if number, ok := parsePhone(s); ok {
			return number, true
		}
	}
	return filterText(wire)
}

// parsePhone gives E.164. Most numbers are Chinese and are recognised by their
// form; the library with all the world's plans, which is far slower, is asked
// about the rest. A number with an extension is refused: E.164 has no place
// for it, and dropping it would lose what was written.
func parsePhone(s string) (string, bool) {
	digits, ok := phoneDigits(s)
	if !ok {
		return "", false
	}
	if national, ok := chineseNational(digits); ok && isChineseNumber(national) {
		return "+86" + strings.TrimPrefix(national, "0"), true
	}
	number, err := phonenumbers.Parse(digits, "CN")
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// phoneDigits drops what people write between digits, narrows full-width
// characters, and keeps a leading "+".
func phoneDigits(s string) (string, bool) {
	if len(s) > 64 {
		return "", false
	}
	b := make([]byte, 0, len(s))
	for _, r := range strings.TrimSpace(s) {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r == '+' && len(b) == 0:
			b = append(b, '+')
		case unicode.Is(unicode.Cf, r): // direction marks that address books copy along
		case strings.ContainsRune(" -()./\u00a0\u3000\u2010\u2011\u2012\u2013\u2014\u2212", r):
		default:
			return "", false
		}
	}
	return string(b), len(b) >= 3
}

// chineseNational cuts the country code off; ok is false for a number of
// another country.
func chineseNational(digits string) (string, bool) {
	switch {
	case strings.HasPrefix(digits, "+86"):
		return digits[3:], true
	case strings.HasPrefix(digits, "0086"):
		return digits[4:], true
	case digits[0] == '+', strings.HasPrefix(digits, "00"):
		return "", false
	case len(digits) == 13 && strings.HasPrefix(digits, "861"):
		return digits[2:], true
	}
	return digits, true
}

// isChineseNumber knows mobiles (11 digits from 13 to 19), 400 and 800
// numbers (10 digits), and land lines with their area code and its 0.
func isChineseNumber(n string) bool {
	switch {
	case len(n) == 11 && n[0] == '1' && n[1] >= '3':
		return true
	case len(n) == 10 && (n[:3] == "400" || n[:3] == "800"):
		return true
	}
	return isLandLine(n)
}

// isLandLine: Beijing 010 and the big cities 02x have eight digits after the
// area code, the others (03xx to 09xx) seven or eight; none begins with 0 or 1.
func isLandLine(n string) bool {
	if len(n) < 10 || n[0] != '0' {
		return false
	}
	area := 4
	if n[1] == '1' || n[1] == '2' {
		area = 3
	}
	subscriber := n[area:]
	if n[1] == '0' || n[1] == '1' && n[2] != '0' || subscriber[0] < '2' {
		return false
	}
	return len(subscriber) == 8 || area == 4 && len(subscriber) == 7
}
