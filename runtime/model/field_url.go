package model

import (
	"net/url"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

const urlLength = 2048

// A URL is an absolute web address; only http and https, so that no stored link
// can run a script.
func init() {
	registerType(writtenType{
		readable: readable{plain{schemas.TypeURL, query.Text}}, schema: map[string]any{"type": "string", "format": "iri", "maxLength": urlLength},
		known: []string{"x-searchable"}, read: readURL,
	})
}

func readURL(s string) (string, []problem.Field) {
	clean, _, ps := cleanText(s)
	if ps == nil && !isWebAddress(clean) {
		ps = refuse("not_a_url")
	}
	return clean, ps
}

func isWebAddress(s string) bool {
	if len(s) > urlLength || strings.ContainsAny(s, " \t\r\n<>\"\\") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
