package script

import (
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"golang.org/x/text/unicode/norm"

	"weft/runtime/model"
	"weft/runtime/query"
	"weft/schemas"
)

// textModule is about texts as people of an organisation write them.
func (m *realm) textModule() *goja.Object {
	return m.object(map[string]native{
		"clean":      m.onText(func(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }),
		"fold":       m.onText(func(s string) string { return query.Fold(strings.TrimSpace(s)) }),
		"digits":     m.onText(func(s string) string { return strings.Map(digit, norm.NFKC.String(s)) }),
		"sortKey":    m.onText(query.SortKey),
		"phone":      m.ofType(schemas.TypePhone),
		"email":      m.ofType(schemas.TypeEmail),
		"creditCode": m.ofType(schemas.TypeCreditCode),
		"truncate":   {2, m.truncate},
		"similarity": {2, m.similarity},
		"fill":       {2, m.fill},
	})
}

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

func (m *realm) onText(f func(string) string) native {
	return native{1, func(c goja.FunctionCall) goja.Value { return m.rt.ToValue(f(m.string(c.Argument(0)))) }}
}

// string reads a text; what is unset is an empty one.
func (m *realm) string(v goja.Value) string {
	if goja.IsUndefined(v) || goja.IsNull(v) {
		return ""
	}
	return v.String()
}

// ofType gives the one spelling that a field of the type keeps, null for what it refuses.
func (m *realm) ofType(t schemas.FieldType) native {
	return native{1, func(c goja.FunctionCall) goja.Value {
		fieldType, _ := model.TypeOf(t)
		s, problems := fieldType.Normalise(&model.Field{Def: &schemas.Field{FieldType: t}}, m.string(c.Argument(0)))
		if len(problems) > 0 || s == nil {
			return goja.Null()
		}
		return m.rt.ToValue(s)
	}}
}

// truncate cuts a text to a number of characters, the last of them "…".
func (m *realm) truncate(c goja.FunctionCall) goja.Value {
	s, n := m.string(c.Argument(0)), int(c.Argument(1).ToInteger())
	if utf8.RuneCountInString(s) <= n {
		return m.rt.ToValue(s)
	}
	return m.rt.ToValue(string([]rune(s)[:max(n-1, 0)]) + "…")
}

// similarity compares the folded texts by the pairs of characters that they
// share: 1 for equal ones, 0 for texts without a common pair.
func (m *realm) similarity(c goja.FunctionCall) goja.Value {
	a, b := pairs(m.string(c.Argument(0))), pairs(m.string(c.Argument(1)))
	all := len(a) + len(b)
	if all == 0 {
		return m.rt.ToValue(1)
	}
	count := map[[2]rune]int{}
	for _, p := range a {
		count[p]++
	}
	shared := 0
	for _, p := range b {
		if count[p] > 0 {
			count[p]--
			shared++
		}
	}
	return m.rt.ToValue(float64(2*shared) / float64(all))
}

func pairs(s string) [][2]rune {
	var out [][2]rune
	last := rune(0)
	for _, r := range query.Fold(s) {
		if r == ' ' {
			continue
		}
		out = append(out, [2]rune{last, r})
		last = r
	}
	return out
}

// fill replaces {name} by the member of an object; one that is not there stays.
func (m *realm) fill(c goja.FunctionCall) goja.Value {
	values, ok := c.Argument(1).(*goja.Object)
	if !ok {
		return c.Argument(0)
	}
	var b strings.Builder
	rest := m.string(c.Argument(0))
	for {
		before, after, found := strings.Cut(rest, "{")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			b.WriteString(rest)
			return m.rt.ToValue(b.String())
		}
		b.WriteString(before)
		if v := values.Get(name); v != nil {
			b.WriteString(m.string(v))
		} else {
			b.WriteString("{" + name + "}")
		}
		rest = behind
	}
}
