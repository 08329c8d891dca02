package transfer

import "strings"

// A spreadsheet reads a text cell that begins with one of these as a formula
// or ignores them before one; the full-width forms are folded to the
// plain ones by some programs. A leading apostrophe is in the list so that
// removing one restores the original.
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
