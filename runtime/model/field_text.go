package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"weft/runtime/problem"
	"weft/runtime/query"
	"weft/schemas"
)

// Lengths of texts, in characters (code points).
const (
	textLength     = 255
	textLimit      = 4000 // the most a text field may allow itself
	longTextLength = 100_000
)

func init() {
	registerType(textType{readable: readable{plain{schemas.TypeText, query.Text}}, length: textLength, limit: textLimit})
	registerType(textType{readable: readable{plain{schemas.TypeLongText, query.Text}}, length: longTextLength, limit: longTextLength})
}

// textType is text and long text.
type textType struct {
	readable
	length, limit int
}

func (t textType) maxLength(f *schemas.Field) int { return orElse(f.MaxLength, t.length) }

// orElse is the bound, or what holds without one.
func orElse(bound *int, otherwise int) int {
	if bound != nil {
		return *bound
	}
	return otherwise
}

func (t textType) Schema(f *schemas.Field) map[string]any {
	s := map[string]any{"type": "string", "maxLength": t.maxLength(f)}
	if f.MinLength != nil {
		s["minLength"] = *f.MinLength
	}
	if f.Pattern != "" {
		s["pattern"] = f.Pattern
	}
	return s
}

func (t textType) Check(f *schemas.Field) []problem.Field {
	known := []string{"minLength", "maxLength", "pattern", "x-searchable", "x-sortable"}
	ps := append(checkStored(f, known...), checkLengths(f, t.limit)...)
	if f.Unique && t.maxLength(f) > textLimit {
		ps = append(ps, problem.At("/x-unique", "unique_too_long", "max", textLimit))
	}
	return ps
}

// filterValue is in the form in which texts of the field are stored.
func (t textType) filterValue(f *Field, wire any) (any, bool) {
	text, ok := filterText(wire)
	if ok && f.isKey() {
		return keyText(text.(string)), true
	}
	return text, ok
}

func (t textType) Normalise(f *Field, wire any) (any, []problem.Field) {
	s, ok := wire.(string)
	if !ok {
		return nil, wrongType("string")
	}
	clean, changed, ps := cleanText(s)
	if ps != nil {
		return nil, ps
	}
	if f.isKey() {
		clean, changed = keyText(clean), true
	}
	if clean == "" {
		return nil, nil
	}
	if ps := checkText(f, clean, t.maxLength(f.Def)); ps != nil {
		return nil, ps
	}
	if !changed {
		return wire, nil // spares a new interface value
	}
	return clean, nil
}

// cleanText brings s to NFC without blanks at its ends, with lone surrogates as
// U+FFFD, and refuses NUL.
func cleanText(s string) (clean string, changed bool, ps []problem.Field) {
	if strings.IndexByte(s, 0) >= 0 {
		return "", false, refuse("nul_character")
	}
	if !utf8.ValidString(s) {
		s, changed = strings.ToValidUTF8(s, "\uFFFD"), true
	}
	if norm.NFC.QuickSpanString(s) != len(s) { // IsNormalString allocates
		s, changed = norm.NFC.String(s), true
	}
	if trimmed := trimBlanks(s); len(trimmed) != len(s) {
		s, changed = trimmed, true
	}
	return s, changed, nil
}

// isKey tells whether a unique key contains the field.
func (f *Field) isKey() bool {
	if f.Def.Unique {
		return true
	}
	if f.Entity == nil || f.Entity.Def == nil {
		return false
	}
	return slices.ContainsFunc(f.Entity.Def.Unique, func(keys []string) bool { return slices.Contains(keys, f.Key) })
}

// keyText is the form in which a text of a unique key is stored: NFKC, so that
// full-width and half-width spellings are one value in keys, filters and imports.
func keyText(s string) string { return trimBlanks(norm.NFKC.String(s)) }

// trimBlanks removes white space and invisible characters from both ends.
func trimBlanks(s string) string { return strings.TrimFunc(s, isBlank) }

// isBlank: zero-width space, word joiner and byte order mark come with copied
// text and are no white space to Unicode. The joiners between letters are kept.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// checkText holds s against length bounds and pattern.
func checkText(f *Field, s string, longest int) []problem.Field {
	var ps []problem.Field
	if len(s) > longest && utf8.RuneCountInString(s) > longest {
		ps = append(ps, problem.At("", "too_long", "max", longest))
	}
	if low := f.Def.MinLength; low != nil && utf8.RuneCountInString(s) < *low {
		ps = append(ps, problem.At("", "too_short", "min", *low))
	}
	if f.Pattern != nil && !f.Pattern.MatchString(s) {
		ps = append(ps, problem.At("", "pattern", "pattern", f.Def.Pattern))
	}
	return ps
}
