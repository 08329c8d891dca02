package script

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// expandPattern writes the properties of Unicode in a pattern (\p{L},
// \P{Script=Han}) as ranges of characters, since the engine takes \p for the
// letter p, and refuses what it would misread: the flags d and v.
func expandPattern(source, flags string) (string, string, error) {
	if len(source) > maxPattern {
		return "", "", fmt.Errorf("longer than %d characters", maxPattern)
	}
	if strings.ContainsAny(flags, "dv") {
		return "", "", errors.New("the flags d and v are not supported")
	}
	if !strings.Contains(flags, "u") || !strings.Contains(source, `\p{`) && !strings.Contains(source, `\P{`) {
		return source, flags, nil
	}
	var b strings.Builder
	inClass := false
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\' && i+1 < len(source) && (source[i+1] == 'p' || source[i+1] == 'P'):
			end := strings.IndexByte(source[i:], '}')
			if i+2 >= len(source) || source[i+2] != '{' || end < 0 {
				return "", "", errors.New("invalid property name")
			}
			ranges, err := property(source[i+3:i+end], source[i+1] == 'P')
			if err != nil {
				return "", "", err
			}
			if inClass {
				b.WriteString(ranges)
			} else {
				b.WriteString("[" + ranges + "]")
			}
			i += end
			continue
		case c == '\\' && i+1 < len(source):
			b.WriteByte(c)
			i++
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		}
		b.WriteByte(source[i])
	}
	return b.String(), flags, nil
}

// binaryProperties are those that JavaScript knows beside categories and scripts.
var binaryProperties = map[string]*unicode.RangeTable{
	"Any":        {R32: []unicode.Range32{{Lo: 0, Hi: unicode.MaxRune, Stride: 1}}},
	"ASCII":      {R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}},
	"Alphabetic": unicode.Letter, "Alpha": unicode.Letter, "Lowercase": unicode.Lower, "Uppercase": unicode.Upper,
	"White_Space": unicode.White_Space, "Ideographic": unicode.Ideographic, "Unified_Ideograph": unicode.Unified_Ideograph,
	"Dash": unicode.Dash, "Hex_Digit": unicode.Hex_Digit, "Diacritic": unicode.Diacritic,
}

// longCategories are the long names of general categories.
var longCategories = map[string]string{
	"Letter": "L", "Lowercase_Letter": "Ll", "Uppercase_Letter": "Lu", "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo",
	"Mark": "M", "Nonspacing_Mark": "Mn", "Number": "N", "Decimal_Number": "Nd", "Letter_Number": "Nl", "Other_Number": "No",
	"Punctuation": "P", "punct": "P", "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Separator": "Z", "Space_Separator": "Zs",
	"Other": "C", "Control": "Cc", "Format": "Cf",
}

// property gives the ranges of a property, as they stand in a class.
func property(name string, negated bool) (string, error) {
	table := propertyTable(name)
	if table == nil {
		return "", fmt.Errorf("unknown property %s", name)
	}
	var b strings.Builder
	next := rune(0) // behind the last range
	add := func(lo, hi rune) {
		if negated {
			if lo > next {
				writeRange(&b, next, lo-1)
			}
		} else {
			writeRange(&b, lo, hi)
		}
		next = hi + 1
	}
	eachRange(table, add)
	if negated && next <= unicode.MaxRune {
		writeRange(&b, next, unicode.MaxRune)
	}
	return b.String(), nil
}

func propertyTable(name string) *unicode.RangeTable {
	key, value, found := strings.Cut(name, "=")
	switch {
	case found && (key == "Script" || key == "sc" || key == "Script_Extensions" || key == "scx"):
		return unicode.Scripts[value]
	case found && key != "General_Category" && key != "gc":
		return nil
	case !found:
		if t := binaryProperties[name]; t != nil {
			return t
		}
		value = name
	}
	if short := longCategories[value]; short != "" {
		value = short
	}
	return unicode.Categories[value]
}

// eachRange calls f with the ranges of a table in their order, neighbours joined.
func eachRange(t *unicode.RangeTable, f func(lo, hi rune)) {
	lo, hi := rune(-1), rune(-2)
	add := func(from, to, stride rune) {
		for ; from <= to; from += stride {
			last := from
			if stride == 1 {
				last = to
			}
			if from == hi+1 {
				hi = last
			} else {
				if lo >= 0 {
					f(lo, hi)
				}
				lo, hi = from, last
			}
			if stride == 1 {
				return
			}
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	if lo >= 0 {
		f(lo, hi)
	}
}

func writeRange(b *strings.Builder, lo, hi rune) {
	fmt.Fprintf(b, `\u{%x}`, lo)
	if hi > lo {
		fmt.Fprintf(b, `-\u{%x}`, hi)
	}
}
