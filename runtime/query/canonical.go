package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// AppendCanonical appends a text of the filter to b: two filters with one text
// match the same records, so it can key a cache.
func AppendCanonical(b []byte, x Expr) []byte {
	switch x := x.(type) {
	case All:
		return appendParts(b, '&', x)
	case Any:
		return appendParts(b, '|', x)
	case Not:
		return append(AppendCanonical(append(b, '!', '('), x.X), ')')
	case Cmp:
		b = append(AppendPath(append(b, '['), x.Path), string(x.Op)...)
		b = appendCanonicalValue(append(b, ' '), x.Value)
		return append(b, ']')
	}
	return append(b, '*')
}

// Canonical is a text of the filter as it was asked, without rights and with
// relative values as they are: two filters with one text ask the same.
func (f Filter) Canonical() string { return canonicalText(f.expr) }

func canonicalText(x Expr) string {
	switch x := x.(type) {
	case nil:
		return ""
	case All:
		return "&(" + strings.Join(canonicalParts(x, flattenAll), ",") + ")"
	case Any:
		return "|(" + strings.Join(canonicalParts(x, nil), ",") + ")"
	case Not:
		return "!(" + canonicalText(x.X) + ")"
	case leaf:
		return string(AppendCanonical(nil, x.Cmp))
	}
	return string(AppendCanonical(nil, x))
}

// canonicalParts are the texts of parts in sorted order; nested, if given,
// replaces a part by its own parts.
func canonicalParts(parts []Expr, nested func(Expr) []Expr) []string {
	var texts []string
	for _, p := range parts {
		if nested != nil {
			if inner := nested(p); inner != nil {
				texts = append(texts, canonicalParts(inner, nested)...)
				continue
			}
		}
		texts = append(texts, canonicalText(p))
	}
	slices.Sort(texts)
	return texts
}

func flattenAll(x Expr) []Expr {
	if all, ok := x.(All); ok {
		return all
	}
	return nil
}

func appendParts(b []byte, sign byte, parts []Expr) []byte {
	b = append(b, sign, '(')
	for _, p := range parts {
		b = AppendCanonical(b, p)
	}
	return append(b, ')')
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
	switch x := x.(type) {
	case All:
		for _, part := range x {
			Collections(part, fn)
		}
	case Any:
		for _, part := range x {
			Collections(part, fn)
		}
	case Not:
		Collections(x.X, fn)
	case Cmp:
		x.Path.Collections(fn)
	}
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
