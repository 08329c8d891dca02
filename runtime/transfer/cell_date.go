package transfer

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
)

// Layouts that can be read in one way only: year first.
var (
	dateLayouts  = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"}
	clockLayouts = []string{"15:04:05", "15:04", "15:04:05.999", "15时04分05秒", "15时04分"}
	zoneLayouts  = []string{"Z07:00", "-0700", " Z07:00", " -0700"}
)

const wireDate = "2006-01-02"

// readDate reads a day. A time of day is refused unless it is midnight.
func (r cellReader) readDate(text, format string) (any, *problem.Field) {
	at, _, ok := r.parseTime(text, format)
	if !ok {
		return nil, dateProblem(text)
	}
	if h, m, s := at.Clock(); h+m+s+at.Nanosecond() != 0 {
		return nil, cellProblem("import_date_with_time")
	}
	return at.Format(wireDate), nil
}

// readDatetime reads an instant; without an offset it is in the organisation's zone.
func (r cellReader) readDatetime(text, format string) (any, *problem.Field) {
	at, _, ok := r.parseTime(text, format)
	if !ok {
		return nil, dateProblem(text)
	}
	return at.Format(time.RFC3339Nano), nil
}

// parseTime reads a day with or without a time; day says that there was none.
func (r cellReader) parseTime(text, format string) (at time.Time, day, ok bool) {
	text = strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
	if format != "" {
		at, err := time.ParseInLocation(goLayout(format), text, r.zone)
		return at, !strings.Contains(strings.ToLower(format), "h"), err == nil
	}
	for _, d := range dateLayouts {
		if at, err := time.ParseInLocation(d, text, r.zone); err == nil {
			return at, true, true
		}
	}
	if len(text) < len("2006-1-2 15:04") {
		return time.Time{}, false, false
	}
	for _, d := range dateLayouts {
		for _, gap := range []string{" ", "T"} {
			for _, c := range clockLayouts {
				if at, err := time.ParseInLocation(d+gap+c, text, r.zone); err == nil {
					return at, false, true
				}
				for _, z := range zoneLayouts {
					if at, err := time.Parse(d+gap+c+z, text); err == nil {
						return at, false, true
					}
				}
			}
		}
	}
	return time.Time{}, false, false
}

// dateProblem tells a date that can be read in two ways from one that is none.
func dateProblem(text string) *problem.Field {
	for _, layout := range []string{"1/2/2006", "2/1/2006", "1-2-2006", "2-1-2006", "2.1.2006", "1/2/06", "2/1/06", "1-2-06"} {
		if _, err := time.Parse(layout, text); err == nil {
			return cellProblem("import_date_order")
		}
	}
	return cellProblem("import_not_a_date")
}

// goLayout turns DD/MM/YYYY hh:mm:ss into Go's layout. M is a month, m a minute.
func goLayout(format string) string {
	return strings.NewReplacer(
		"YYYY", "2006", "yyyy", "2006", "YY", "06", "yy", "06",
		"MMM", "Jan", "MM", "01", "M", "1",
		"DD", "02", "dd", "02", "D", "2", "d", "2",
		"HH", "15", "hh", "15", "mm", "04", "ss", "05",
	).Replace(format)
}
