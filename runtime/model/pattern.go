package model

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A pattern is written once and read by two engines: RE2 here, ECMA-262 with
// the flag u in browsers and in clients generated from the served schemas. Only
// what both read alike is a pattern; the rest is refused when it is published.
// Source of the ECMA side: ECMA-262 §22.2.1 (patterns) and §12.2 (white space).

// Members of character classes that ECMA-262 reads otherwise than RE2.
const (
	ecmaSpace     = `\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}`
	ecmaNotSpace  = `\x{00}-\x{08}\x{0E}-\x{1F}!-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF}`
	ecmaAny       = `[^\n\r\x{2028}\x{2029}]`
	patternSyntax = `^$\.*+?()[]{}|/`
)

// compilePattern compiles a pattern so that it matches what an ECMA-262 engine
// matches. The error says which part the two engines do not share.
func compilePattern(source string) (*regexp.Regexp, error) {
	translated, err := translatePattern(source)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(translated)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		return nil, fmt.Errorf("%s: `%s`", bad.Code, bad.Expr)
	}
	return re, err
}

// translatePattern rewrites a pattern for RE2.
func translatePattern(source string) (string, error) {
	p := patternReader{rest: source}
	for p.rest != "" {
		if err := p.next(); err != nil {
			return "", err
		}
	}
	return p.out.String(), nil
}

// patternReader reads a pattern from left to right and writes it for RE2.
type patternReader struct {
	rest string
	out  strings.Builder
	// inClass is set between [ and ], classStart before its first member.
	inClass, classStart bool
	// dash follows a - in a class that may be the middle of a range, assertion
	// one of ^ $ \b \B, which ECMA-262 does not repeat.
	dash, assertion bool
}

// unshared is the error for a part that the engines do not read alike.
func unshared(part string) error {
	return fmt.Errorf("`%s` is not read alike by all regular expression engines", part)
}

// copy moves n bytes over as they are.
func (p *patternReader) copy(n int) {
	p.out.WriteString(p.rest[:n])
	p.rest = p.rest[n:]
}

// replace writes text in place of the next n bytes.
func (p *patternReader) replace(n int, text string) {
	p.out.WriteString(text)
	p.rest = p.rest[n:]
}

func (p *patternReader) next() error {
	c := p.rest[0]
	if p.assertion && strings.IndexByte("*+?{", c) >= 0 {
		return unshared(string(c))
	}
	first, dash := p.classStart, p.dash
	p.classStart, p.dash, p.assertion = false, false, false
	switch {
	case c == '\\':
		return p.escape(dash)
	case p.inClass:
		p.classMember(c, first)
	case c == '[':
		return p.openClass()
	case c == '(':
		return p.group()
	case c == '{':
		return p.count()
	case c == ']', c == '}':
		return unshared(string(c))
	case c == '.':
		p.replace(1, ecmaAny)
	default:
		p.assertion = c == '^' || c == '$'
		p.copy(1)
	}
	return nil
}

func (p *patternReader) openClass() error {
	n := 1
	if strings.HasPrefix(p.rest, "[^") {
		n = 2
	}
	if strings.HasPrefix(p.rest[n:], "]") { // empty for ECMA-262, a literal ] for RE2
		return unshared(p.rest[:n+1])
	}
	p.copy(n)
	p.inClass, p.classStart = true, true
	return nil
}

func (p *patternReader) classMember(c byte, first bool) {
	switch c {
	case '[': // [:alpha:] is a class for RE2 only
		p.replace(1, `\[`)
		return
	case ']':
		p.inClass = false
	case '-':
		p.dash = !first
	}
	p.copy(1)
}

var groupForm = regexp.MustCompile(`^\((?:\?:|\?<[A-Za-z_][A-Za-z0-9_]*>|[^?]|$)`)

// group takes ( with what may follow it: nothing, ?: or a name.
func (p *patternReader) group() error {
	form := groupForm.FindString(p.rest)
	switch {
	case form == "":
		return unshared(p.rest[:min(len(p.rest), 3)])
	case strings.HasPrefix(form, "(?"):
		p.copy(len(form))
	default:
		p.copy(1)
	}
	return nil
}

var countForm = regexp.MustCompile(`^\{[0-9]+(,[0-9]*)?\}`)

// count takes a quantifier {n}, {n,} or {n,m}; another { is a literal for RE2 only.
func (p *patternReader) count() error {
	form := countForm.FindString(p.rest)
	if form == "" {
		return unshared("{")
	}
	p.copy(len(form))
	return nil
}

var (
	hexEscape     = regexp.MustCompile(`^\\x[0-9A-Fa-f]{2}`)
	unicodeEscape = regexp.MustCompile(`^\\u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]{1,6})\})`)
	setEscape     = regexp.MustCompile(`^\\(?:[dDwWsS]|[pP]\{[A-Z][a-z]?\})`)
)

// escape takes what a \ begins; dash tells that a - of a class stands before it.
func (p *patternReader) escape(dash bool) error {
	if len(p.rest) == 1 {
		return unshared(`\`)
	}
	if m := unicodeEscape.FindStringSubmatch(p.rest); m != nil {
		if r, err := strconv.ParseUint(m[1]+m[2], 16, 32); err != nil || !utf8.ValidRune(rune(r)) {
			return unshared(m[0])
		}
		p.replace(len(m[0]), `\x{`+m[1]+m[2]+`}`)
		return nil
	}
	if m := hexEscape.FindString(p.rest); m != "" {
		p.copy(len(m))
		return nil
	}
	if m := setEscape.FindString(p.rest); m != "" {
		return p.set(m, dash)
	}
	c := p.rest[1]
	switch {
	case strings.IndexByte("tnrvf", c) >= 0, strings.IndexByte(patternSyntax, c) >= 0, c == '-' && p.inClass:
	case (c == 'b' || c == 'B') && !p.inClass:
		p.assertion = true
	default:
		return unshared(p.rest[:2])
	}
	p.copy(2)
	return nil
}

// set takes an escape that stands for many characters; it cannot end a range.
func (p *patternReader) set(form string, dash bool) error {
	after := p.rest[len(form):]
	if p.inClass && (dash || strings.HasPrefix(after, "-") && !strings.HasPrefix(after, "-]")) {
		return unshared(form)
	}
	members := form
	switch form {
	case `\s`:
		members = ecmaSpace
	case `\S`:
		members = ecmaNotSpace
	}
	if !p.inClass {
		members = "[" + members + "]"
	}
	p.replace(len(form), members)
	return nil
}
