package problem

import "golang.org/x/text/language"

// DefaultLanguage is used when a request names neither supported language.
const DefaultLanguage = "zh-CN"

// Language is the supported language ("zh-CN" or "en") that an Accept-Language
// header prefers.
func Language(header string) string {
	if header == "" || len(header) > 200 {
		return DefaultLanguage
	}
	tags, _, err := language.ParseAcceptLanguage(header) // best first
	if err != nil {
		return DefaultLanguage
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case "en":
			return "en"
		case "zh":
			return DefaultLanguage
		}
	}
	return DefaultLanguage
}
