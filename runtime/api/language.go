package api

import (
	"net/http"

	"golang.org/x/text/language"
)

// languages that weft speaks; the first is for those who ask for none of them.
var languages = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// Language is the language of a request's answer: "zh-CN" or "en", chosen by
// Accept-Language.
func Language(r *http.Request) string {
	wanted := r.Header.Get("Accept-Language")
	if wanted == "" || len(wanted) > 200 {
		return "zh-CN"
	}
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil {
		return "zh-CN"
	}
	if _, i, _ := languages.Match(tags...); i == 1 {
		return "en"
	}
	return "zh-CN"
}
