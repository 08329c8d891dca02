package transfer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// loginOf makes a login of a person's name: the first and the last word in
// lower case, joined by a point, without accents: "Mei-Mei Johns" becomes
// mei-mei.johns, 王伟 stays 王伟. It is "" when the name has no letter or digit.
func loginOf(name string) string {
	var words []string
	for _, word := range strings.Fields(norm.NFKD.String(name)) {
		word = strings.Trim(strings.Map(loginRune, word), "-_")
		if word != "" {
			words = append(words, word)
		}
	}
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	return norm.NFC.String(strings.Join(words, "."))
}

func loginRune(r rune) rune {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return unicode.ToLower(r)
	case r == '-', r == '_':
		return r
	}
	return -1
}
