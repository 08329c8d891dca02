package transfer

import (
	"archive/zip"
	"strings"
)

// cellStyle is what a number format says about the meaning of a number.
type cellStyle struct {
	date, clock bool // shows a day; shows a time of day
	percent     bool
	zeros       int // "00000" shows at least so many digits: 00123 is a code, not 123
}

func (b *workbook) readStyles(z *zip.Reader, main string, rels relationships) error {
	target := rels.ofType("styles")
	if target == "" {
		return nil
	}
	var doc struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := decodePart(z, partPath(main, target), true, &doc); err != nil {
		return err
	}
	if len(doc.Cells) > maxStyles || len(doc.Formats) > maxStyles {
		return tooLarge("styles", maxStyles)
	}
	custom := make(map[int]string, len(doc.Formats))
	for _, f := range doc.Formats {
		custom[f.ID] = f.Code
	}
	for _, c := range doc.Cells {
		if code, ok := custom[c.Format]; ok {
			b.styles = append(b.styles, parseFormat(code))
		} else {
			b.styles = append(b.styles, builtInFormat(c.Format))
		}
	}
	return nil
}

// builtInFormat gives the formats that workbooks do not declare
// (ECMA-376 part 1, 18.8.30, with the East Asian ones).
func builtInFormat(id int) cellStyle {
	switch {
	case id == 9 || id == 10:
		return cellStyle{percent: true}
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return cellStyle{date: true}
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return cellStyle{clock: true}
	case id == 22:
		return cellStyle{date: true, clock: true}
	}
	return cellStyle{}
}

// parseFormat reads the first section of a format code, without what is quoted,
// escaped or in brackets (but for the elapsed hours [h], [m], [s]).
func parseFormat(code string) cellStyle {
	code, _, _ = strings.Cut(plainFormat(code), ";")
	if code != "" && strings.Trim(code, "0") == "" {
		if len(code) > 1 {
			return cellStyle{zeros: len(code)}
		}
		return cellStyle{}
	}
	if strings.Contains(code, "general") {
		return cellStyle{}
	}
	return cellStyle{
		date:    strings.ContainsAny(code, "yd") || (strings.Contains(code, "m") && !strings.ContainsAny(code, "hs")),
		clock:   strings.ContainsAny(code, "hs"),
		percent: strings.Contains(code, "%"),
	}
}

func plainFormat(code string) string {
	var out strings.Builder
	runes := []rune(strings.ToLower(code))
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			end := map[rune]rune{'"': '"', '[': ']'}[runes[i]]
			start := i + 1
			for i++; i < len(runes) && runes[i] != end; {
				i++
			}
			if inner := string(runes[min(start, len(runes)):min(i, len(runes))]); end == ']' && inner != "" && strings.Trim(inner, "hms") == "" {
				out.WriteString(inner)
			}
		default:
			out.WriteRune(runes[i])
		}
	}
	return out.String()
}
