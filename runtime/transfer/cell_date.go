package transfer

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
)

// Layouts that can be read in one way only: year first.
var (
	dateLayouts  = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"}
	clockLayouts = []string{"15:4:5", "15:4", "15时4分5秒", "15时4分", "15点4分", "15时", "15点"}
	zoneLayouts  = []string{"Z07:00", "-0700", " Z07:00", " -0700"}
)

const wireDate = "2006-01-02"

// readDate reads a day. A time of day is refused unless it is midnight.
func (r cellReader) readDate(text, format string) (any, *problem.Field) {
	at, _, ok := r.parseTime(text, format)
	if !ok {
		return nil, dateProblem(text, format)
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
		return nil, dateProblem(text, format)
	}
	return at.Format(time.RFC3339Nano), nil
}

// halfDay finds the half of the day of a clock of twelve hours: 下午3:05, 3:05 PM.
var halfDay = regexp.MustCompile(`(?i)(上午|凌晨|早上|清晨|a\.?m\.?)|(中午|下午|傍晚|晚上|p\.?m\.?)`)

// parseTime reads a day with or without a time; day says that there was none.
func (r cellReader) parseTime(text, format string) (at time.Time, day, ok bool) {
	text = strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
	half := halfDay.FindStringSubmatchIndex(text)
	if half != nil {
		text = strings.Join(strings.Fields(text[:half[0]]+" "+text[half[1]:]), " ")
	}
	if format == "" {
		at, day, ok = r.parseYearFirst(text)
	} else {
		at, day, ok = r.parseFormat(text, format)
		if !ok && !strings.HasPrefix(strings.ToUpper(format), "Y") { // year first is read in one way only
			at, day, ok = r.parseYearFirst(text)
		}
	}
	if !ok || half == nil {
		return at, day, ok
	}
	afternoon := half[4] >= 0
	switch hour := at.Hour(); {
	case day || hour > 12 && !afternoon:
		return at, day, false
	case afternoon && hour < 12:
		at = at.Add(12 * time.Hour)
	case !afternoon && hour == 12:
		at = at.Add(-12 * time.Hour)
	}
	return at, false, true
}

func (r cellReader) parseYearFirst(text string) (at time.Time, day, ok bool) {
	for _, d := range dateLayouts {
		if at, err := time.ParseInLocation(d, text, r.zone); err == nil {
			return at, true, true
		}
	}
	if len(text) < len("2006-1-2 1:4") {
		return time.Time{}, false, false
	}
	for _, d := range dateLayouts {
		for _, gap := range []string{" ", "T", ""} {
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

// parseFormat reads a text in a format of the mapping. Leading zeros may be
// missing, and a clock may follow a day.
func (r cellReader) parseFormat(text, format string) (at time.Time, day, ok bool) {
	layout, _ := goLayout(format)
	clock := strings.Contains(layout, "15")
	if at, err := time.ParseInLocation(layout, text, r.zone); err == nil {
		return at, !clock, true
	}
	for _, c := range clockLayouts {
		if at, err := time.ParseInLocation(layout+" "+c, text, r.zone); err == nil && !clock {
			return at, false, true
		}
	}
	return time.Time{}, false, false
}

// dateProblem says why a text is no date: it does not fit the format of the
// mapping, it needs one, or it is none.
func dateProblem(text, format string) *problem.Field {
	if format != "" {
		return cellProblem("import_date_format", "value", truncate(text), "format", format)
	}
	day, _, _ := strings.Cut(strings.TrimSpace(norm.NFKC.String(text)), " ")
	day = strings.NewReplacer("-", "/", ".", "/").Replace(day)
	var formats []string
	for _, x := range [][2]string{{"1/2/2006", "MM/DD/YYYY"}, {"2/1/2006", "DD/MM/YYYY"}, {"1/2/06", "MM/DD/YY"}, {"2/1/06", "DD/MM/YY"}} {
		if _, err := time.Parse(x[0], day); err == nil {
			formats = append(formats, x[1])
		}
	}
	switch len(formats) {
	case 0:
		return cellProblem("import_not_a_date")
	case 1:
		return cellProblem("import_date_needs_format", "value", truncate(text), "format", formats[0])
	}
	return cellProblem("import_date_order", "value", truncate(text), "formats", strings.Join(formats, ", "))
}

// dateTokens are the parts of a format and Go's, which accept missing leading
// zeros. M is a month, m a minute.
var dateTokens = map[string]string{
	"YYYY": "2006", "yyyy": "2006", "YY": "06", "yy": "06", "MMM": "Jan", "MM": "1", "M": "1", "DD": "2", "dd": "2", "D": "2", "d": "2",
	"HH": "15", "H": "15", "hh": "15", "h": "15", "mm": "4", "ss": "5", "s": "5",
}

// dateTokenNames lists the tokens for messages.
const dateTokenNames = "YYYY YY M MM MMM D DD h hh mm ss"

var dateToken = regexp.MustCompile(`Y+|y+|M+|D+|d+|H+|h+|m+|s+|[^YyMDdHhms]`)

// goLayout turns DD/MM/YYYY hh:mm:ss into Go's layout; ok is false for letters
// that are no tokens, and without year, month or day.
func goLayout(format string) (layout string, ok bool) {
	ok = true
	for _, token := range dateToken.FindAllString(format, -1) {
		part, known := dateTokens[token]
		if !known {
			part = token
			ok = ok && strings.Contains("-/.:, T年月日时分秒点", token)
		}
		layout += part
	}
	return layout, ok && strings.ContainsAny(format, "Yy") && strings.Contains(format, "M") && strings.ContainsAny(format, "Dd")
}
