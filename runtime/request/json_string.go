package request

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. One without escapes and with sound UTF-8 is a piece of
// the body; else it is built anew, each fault becoming U+FFFD.
func (p *parser) str() (string, error) {
	p.i++
	start := p.i
	ascii := true
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			text := p.s[start:p.i]
			p.i++
			if !ascii {
				text = strings.ToValidUTF8(text, "\uFFFD")
			}
			return text, nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.syntax()
		case c >= utf8.RuneSelf:
			ascii = false
		}
		p.i++
	}
	return "", p.syntax()
}

func (p *parser) escaped(start int) (string, error) {
	var b strings.Builder
	b.WriteString(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			p.i++
			return strings.ToValidUTF8(b.String(), "\uFFFD"), nil
		case c < 0x20:
			return "", p.syntax()
		case c != '\\':
			b.WriteByte(c)
			p.i++
		default:
			r, ok := p.escape()
			if !ok {
				return "", p.syntax()
			}
			b.WriteRune(r)
		}
	}
	return "", p.syntax()
}

func (p *parser) escape() (rune, bool) {
	p.i++
	if p.i == len(p.s) {
		return 0, false
	}
	c := p.s[p.i]
	if c == 'u' {
		return p.unicodeEscape()
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	at := strings.IndexByte(from, c)
	if at < 0 {
		return 0, false
	}
	p.i++
	return rune(to[at]), true
}

func (p *parser) unicodeEscape() (rune, bool) {
	r, ok := p.hex4(p.i + 1)
	if !ok {
		return 0, false
	}
	p.i += 5
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if strings.HasPrefix(p.s[p.i:], `\u`) {
		if low, ok := p.hex4(p.i + 2); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				p.i += 6
				return pair, true
			}
		}
	}
	return utf8.RuneError, true
}

func (p *parser) hex4(at int) (rune, bool) {
	if at+4 > len(p.s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.s[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
