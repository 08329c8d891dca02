package api

import (
	"net/http"

	"weft/runtime/problem"
)

// Language is the language of the answer to r: "zh-CN" or "en".
func Language(r *http.Request) string { return problem.Language(r.Header.Get("Accept-Language")) }
