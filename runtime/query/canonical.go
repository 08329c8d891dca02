package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// AppendCanonical appends a text of the filter to b: two filters with one text
// match the same records, so it can key a cache. The order of parts makes no
// difference.
func AppendCanonical(b []byte, x Expr) []byte {
	switch x := x.(type) {
	case All:
		return appendParts(b, '&', flatten(x, nil))
	case Any:
		return appendParts(b, '|', x)
	case Not:
		return append(AppendCanonical(append(b, '!', '('), x.X), ')')
	case leaf:
		return AppendCanonical(b, x.Cmp)
	case Cmp:
		b = append(AppendPath(append(b, '['), x.Path), string(x.Op)...)
		b = appendCanonicalValue(append(b, ' '), x.Value)
		return append(b, ']')
	}
	return append(b, '*')
}

// Canonical is a text of the filter as it was asked, without rights and with
// relative values as they are: two filters with one text ask the same.
func (f Filter) Canonical() string { return string(AppendCanonical(nil, f.expr)) }

// flatten adds the parts of parts, where an All is replaced by its own parts.
func flatten(parts, into []Expr) []Expr {
	for _, p := range parts {
		if inner, ok := p.(All); ok {
			into = flatten(inner, into)
		} else {
			into = append(into, p)
		}
	}
	return into
}

func appendParts(b []byte, sign byte, parts []Expr) []byte {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = string(AppendCanonical(nil, p))
	}
	slices.Sort(texts)
	b = append(b, sign, '(')
	return append(append(b, strings.Join(texts, ",")...), ')')
}

// AppendPath appends a text of the path with what limits it.
func AppendPath(b []byte, p Path) []byte {
	b = append(b, p.Through...)
	b = append(b, '/')
	b = append(b, p.Via...)
	b = append(b, '/')
	b = append(b, p.Field...)
	b = append(b, ' ', byte('0'+p.Kind))
	if p.Scope != nil {
		b = AppendCanonical(append(b, '<'), p.Scope)
	}
	if p.Visible != nil {
		b = AppendCanonical(append(b, '?'), p.Visible)
	}
	return append(b, ' ')
}

func appendCanonicalValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, '-')
	case string:
		return strconv.AppendQuote(b, x)
	case json.Number:
		return append(b, x...)
	case float64:
		return strconv.AppendFloat(b, x, 'g', -1, 64)
	case bool:
		return strconv.AppendBool(b, x)
	case Word: // its terms follow from its text and whether it is Han
		return strconv.AppendBool(strconv.AppendQuote(append(b, 'w'), x.Text), x.CompareText)
	case []any:
		for _, one := range x {
			b = append(appendCanonicalValue(b, one), ',')
		}
		return b
	}
	return fmt.Appendf(b, "%T %v", v, v)
}

// Collections calls fn with every collection across a reference that the
// filter looks at, maybe more than once.
func Collections(x Expr, fn func(string)) {
	Walk(x, func(part Expr) {
		if c, ok := part.(Cmp); ok {
			c.Path.Collections(fn)
		}
	})
}

// Collections calls fn with every collection across a reference that the value
// at the path depends on.
func (p Path) Collections(fn func(string)) {
	if p.Through != "" {
		fn(p.Through)
	}
	Collections(p.Scope, fn)
	Collections(p.Visible, fn)
}
