package transfer

import "strings"

// A spreadsheet takes a text cell that begins with one of these for a formula
// or drops them in front of one (S-15); the full-width forms are folded to the
// plain ones by some programs. A leading apostrophe is in the list so that
// taking one away again gives back what was there.
const formulaStarts = "=+-@\t\r\x00'＝＋－＠"

// quoteFormula puts an apostrophe before a text that a spreadsheet could
// execute. Only texts are treated so: a negative number stays a number.
func quoteFormula(s string) string {
	if s != "" && strings.ContainsAny(firstRune(s), formulaStarts) {
		return "'" + s
	}
	return s
}

// unquoteFormula takes the apostrophe away again.
func unquoteFormula(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.ContainsAny(firstRune(rest), formulaStarts) {
		return rest
	}
	return s
}

func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}
