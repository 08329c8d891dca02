package files

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the greatest length of a name in bytes, that of common file systems.
const maxName = 255

// CleanName makes a name that is safe to show and to offer for saving: the last
// part of a path, in NFC, without control, format (such as the right-to-left
// override) and reserved characters, at most 255 bytes with its extension kept.
// An empty result becomes "file".
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, norm.NFC.String(name))
	name = strings.TrimFunc(name, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
	if len(name) > maxName {
		ext := extension(name)
		name = strings.TrimRight(truncate(strings.TrimSuffix(name, ext), maxName-len(ext)), " .") + ext
	}
	if name == "" {
		return "file"
	}
	return name
}

// extension is the part from the last dot, when it is short enough to be one.
func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || len(name)-i > 16 {
		return ""
	}
	return name[i:]
}

// truncate shortens s to at most n bytes without splitting a character.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Disposition is a Content-Disposition header that offers the file for saving
// (RFC 6266): an ASCII name for old clients and the whole one in UTF-8.
func Disposition(name string) string {
	const hex = "0123456789ABCDEF"
	var plain, full strings.Builder
	for _, r := range name {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '%' {
			plain.WriteByte('_')
		} else {
			plain.WriteRune(r)
		}
	}
	for i := range len(name) {
		c := name[i]
		if c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			full.WriteByte(c)
			continue
		}
		full.WriteByte('%')
		full.WriteByte(hex[c>>4])
		full.WriteByte(hex[c&15])
	}
	return `attachment; filename="` + plain.String() + `"; filename*=UTF-8''` + full.String()
}
