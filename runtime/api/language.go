package api

import (
	"net/http"

	"golang.org/x/text/language"
)

// Language is the language of a request's answer: "zh-CN" or "en", whichever
// Accept-Language prefers; zh-CN for who asks for neither.
func Language(r *http.Request) string {
	const otherwise = "zh-CN"
	wanted := r.Header.Get("Accept-Language")
	if wanted == "" || len(wanted) > 200 {
		return otherwise
	}
	tags, _, err := language.ParseAcceptLanguage(wanted) // best first
	if err != nil {
		return otherwise
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case "en":
			return "en"
		case "zh":
			return otherwise
		}
	}
	return otherwise
}
