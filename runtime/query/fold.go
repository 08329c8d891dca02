package query

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Fold makes texts that differ only in case or width equal: NFKC, lower case,
// the final sigma as any other (so that Go and browsers agree).
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	if !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
	}
	lower := strings.ToLower(s)
	if lower == s && !strings.ContainsRune(s, 'ς') {
		return s
	}
	return norm.NFKC.String(strings.ReplaceAll(lower, "ς", "σ"))
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
