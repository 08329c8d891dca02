package model

import (
	"time"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// A date is a calendar day, "2006-01-02", of the years 1 to 9999.
func init() {
	registerType(writtenType{
		readable: readable{plain{schemas.TypeDate, query.Date}}, schema: map[string]any{"type": "string", "format": "date"},
		known: []string{"x-sortable"}, read: readDate,
	})
}

func readDate(s string) (string, []problem.Field) {
	if !isDate(s) {
		return "", refuse("not_a_date")
	}
	return s, nil
}

// isDate tells whether s is a day that exists, in the form "2006-01-02".
func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for i := range len(s) {
		if i != 4 && i != 7 && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	year := int(s[0]-'0')*1000 + int(s[1]-'0')*100 + int(s[2]-'0')*10 + int(s[3]-'0')
	month := int(s[5]-'0')*10 + int(s[6]-'0')
	day := int(s[8]-'0')*10 + int(s[9]-'0')
	if year == 0 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= 28 || day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
