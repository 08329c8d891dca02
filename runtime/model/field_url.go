package model

import (
	"net/url"
	"strings"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

const urlLength = 2048

func init() { registerType(urlType{}) }

// urlType is an absolute web address; only http and https, so that no stored
// link can run a script.
type urlType struct{ readable }

func (urlType) Name() schemas.FieldType        { return schemas.TypeURL }
func (urlType) Kind(*schemas.Field) query.Kind { return query.Text }

func (urlType) Schema(*schemas.Field) map[string]any {
	return map[string]any{"type": "string", "format": "iri", "maxLength": urlLength}
}

func (urlType) Check(f *schemas.Field) []problem.Field { return checkStored(f, "x-searchable") }

func (urlType) Normalise(_ *Field, wire any) (any, []problem.Field) {
	s, ok := wire.(string)
	if !ok {
		return nil, wrongType("string")
	}
	clean, _, ps := cleanText(s)
	if ps != nil {
		return nil, ps
	}
	if !isWebAddress(clean) {
		return nil, refuse("not_a_url")
	}
	return clean, nil
}

func isWebAddress(s string) bool {
	if len(s) > urlLength || strings.ContainsAny(s, " \t\r\n<>\"\\") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
