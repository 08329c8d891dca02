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
	s = strings.ToLower(norm.NFKC.String(s))
	if strings.ContainsRune(s, 'ς') {
		s = strings.ReplaceAll(s, "ς", "σ")
	}
	return norm.NFKC.String(s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
