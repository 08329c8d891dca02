package transfer

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// text gives the text of a cell: numbers with up to 15 significant digits as
// spreadsheets keep them, days as 2006-01-02, times with T and without a zone,
// booleans as true and false.
func (b *workbook) text(kind, style, raw, inline string) string {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || i < 0 || i >= len(b.strings) {
			return ""
		}
		return b.strings[i]
	case "inlineStr":
		return inline
	case "str", "e":
		return unescapeXML(raw)
	case "b":
		return strconv.FormatBool(strings.TrimSpace(raw) == "1")
	case "d":
		return raw
	}
	number, err := strconv.ParseFloat(strings.TrimSpace(raw), 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return raw
	}
	var s cellStyle
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(b.styles) {
		s = b.styles[i]
	}
	switch {
	case s.date || s.clock:
		return b.timeText(number, s, raw)
	case s.percent:
		return formatNumber(number*100) + "%"
	}
	text := formatNumber(number)
	if whole := strings.TrimLeft(text, "0123456789") == ""; whole && len(text) < s.zeros {
		text = strings.Repeat("0", s.zeros-len(text)) + text
	}
	return text
}

// timeText turns a serial number into a day, a time of day or both. Day 60 of
// the 1900 calendar (29 February 1900) does not exist.
func (b *workbook) timeText(serial float64, s cellStyle, raw string) string {
	if serial < 0 || serial >= 2958466 { // 10000-01-01
		return raw
	}
	if serial < 1 && !s.date {
		return time.Time{}.Add(time.Duration(math.Round(serial*86400)) * time.Second).Format("15:04:05")
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.epoch {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if serial < 60 {
		epoch = epoch.AddDate(0, 0, 1)
	}
	day, part := math.Modf(serial)
	at := epoch.AddDate(0, 0, int(day)).Add(time.Duration(math.Round(part*86400000)) * time.Millisecond)
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02T15:04:05.999")
}

// losesDigits tells whether a number has more digits than a double keeps.
func losesDigits(raw string) bool {
	n, err := strconv.ParseFloat(strings.TrimSpace(raw), 64)
	return err == nil && math.Abs(n) >= 1e15
}

func formatNumber(n float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil {
		rounded = n
	}
	if a := math.Abs(rounded); a != 0 && (a >= 1e21 || a < 1e-15) {
		return strconv.FormatFloat(rounded, 'g', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

var escapedRune = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescapeXML reads the _x000D_ notation by which workbooks write characters
// that XML cannot hold.
func unescapeXML(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapedRune.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}
