package model

import (
	"strings"
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// A datetime is an instant: RFC 3339 with an offset in, UTC out. What is finer
// than a millisecond is cut off.
func init() {
	registerType(writtenType{
		readable: readable{plain{schemas.TypeDatetime, query.Instant}}, schema: map[string]any{"type": "string", "format": "date-time"},
		known: []string{"x-sortable"}, read: readDatetime,
	})
}

func readDatetime(s string) (string, []problem.Field) {
	// time.Parse also takes one-digit hours and a comma before the fraction.
	if len(s) < 20 || len(s) > 64 || s[13] != ':' || s[16] != ':' || s[19] == ',' {
		return "", refuse("not_a_datetime")
	}
	// RFC 3339 takes small letters too.
	at, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil || !isOffset(s) {
		return "", refuse("not_a_datetime")
	}
	at = at.UTC()
	if at.Year() < 1 || at.Year() > 9999 {
		return "", refuse("not_a_datetime")
	}
	if len(s) == len(query.InstantLayout) && s[10] == 'T' && s[19] == '.' && s[23] == 'Z' {
		return s, nil // already the stored form
	}
	return at.Format(query.InstantLayout), nil
}

// isOffset tells whether a time ends in Z or an offset of at most 23:59:
// time.Parse lets 24:00 and 10:60 pass.
func isOffset(s string) bool {
	if end := s[len(s)-1]; end == 'Z' || end == 'z' {
		return true
	}
	return s[len(s)-5:len(s)-3] <= "23" && s[len(s)-2:] <= "59"
}
