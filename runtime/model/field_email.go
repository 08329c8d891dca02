package model

import (
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

const emailLength = 254 // RFC 5321

func init() {
	registerType(emailType{writtenType{
		readable: readable{plain{schemas.TypeEmail, query.Text}}, schema: map[string]any{"type": "string", "format": "idn-email", "maxLength": emailLength},
		known: []string{"x-searchable", "x-sortable"}, read: readEmail,
	}})
}

// emailType is one address without a display name, internationalised ones
// included. It is stored in lower case, so that unique keys, filters and imports
// compare without case.
type emailType struct{ writtenType }

func readEmail(s string) (string, []problem.Field) {
	clean, _, ps := cleanText(s)
	if ps == nil && !isEmail(clean) {
		ps = refuse("not_an_email")
	}
	return strings.ToLower(clean), ps
}

// filterValue is in lower case, as addresses are stored: they compare without case.
func (emailType) filterValue(_ *Field, wire any) (any, bool) {
	text, ok := filterText(wire)
	if !ok {
		return nil, false
	}
	return strings.ToLower(text.(string)), true
}

// isEmail accepts a dot-atom before the "@" and at least two labels after it.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > emailLength || len(local) > 64 || !isDotAtom(local) {
		return false
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	return len(labels) >= 2
}

func isDotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		if !isWordByte(s[i]) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", rune(s[i])) {
			return false
		}
	}
	return true
}

// isLabel tells whether s is one label of a host name.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if !isWordByte(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

// isWordByte is a letter, a digit, or part of a character beyond ASCII.
func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}
